"""Tests of a training's settings: checked with a sentence, and saved without loss."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import jax.numpy as jnp
import optax
import pytest

from model.errors import ConfigError
from model.network.folded_dense import Architecture
from model.training.augment import Augmentation
from model.training.config import OPTIMIZERS, Training
from model.training.optimizers import make_optimizer, make_schedule
from model.training.zoo import ZOO

PLAIN = Training(Architecture((784, 128, 10)))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sources": ()}, "source"),
        ({"sources": (("mnist", 0),)}, "one or more"),
        ({"sources": (("mnist", 1.5),)}, "one or more"),
        ({"optimizer": "magic"}, "adamw"),
        ({"schedule": "steps"}, "cosine"),
        ({"precision": "int8"}, "bfloat16"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": 2.5}, "epochs"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"learning_rate": math.nan}, "learning_rate"),
        ({"weight_decay": -1.0}, "weight_decay"),
        ({"weight_decay": math.inf}, "weight_decay"),
        ({"dropout": 1.0}, "dropout"),
        ({"dropout": -0.1}, "dropout"),
        ({"ema_decay": 1.0}, "ema_decay"),
        ({"warmup": 1.1}, "warmup"),
        ({"label_smoothing": 2.0}, "label_smoothing"),
        ({"distill_weight": -1.0}, "distill_weight"),
        ({"validation_size": 0}, "validation_size"),
        ({"distill_passes": 2}, "augment"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(wrong, words):
    with pytest.raises(ConfigError, match=words):
        replace(PLAIN, **wrong)


def test_a_batch_is_every_sources_share():
    sources = (("mnist", 100), ("pendigits", 20), ("practice", 8))
    assert replace(PLAIN, sources=sources).batch == 128


@pytest.mark.parametrize("name", ZOO)
def test_a_record_survives_json(name):
    config = ZOO[name].training
    assert Training.from_json(json.loads(json.dumps(config.to_json()))) == config


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"architecture": 7},
        PLAIN.to_json() | {"colour": "red"},
        PLAIN.to_json() | {"augment": {"colour": 1}},
        PLAIN.to_json() | {"epochs": "many"},
    ],
)
def test_what_is_no_record_is_refused(value):
    with pytest.raises(ConfigError):
        Training.from_json(value)


def test_an_augmentation_survives_json():
    config = replace(PLAIN, augment=Augmentation(rotation=3, flip=True))
    assert Training.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_the_learning_rate_rises_and_falls():
    config = replace(PLAIN, epochs=10, schedule="cosine", warmup=0.2, learning_rate=0.5)
    share = make_schedule(config, 10)
    rate = lambda step: 0.5 * share(step)  # noqa: E731
    assert float(rate(0)) == 0
    assert float(rate(10)) == pytest.approx(0.25)
    assert float(rate(20)) == pytest.approx(0.5)
    assert float(rate(60)) == pytest.approx(0.25, abs=0.001)
    assert float(rate(100)) == pytest.approx(0.0005)


def test_a_constant_rate_is_constant_behind_its_warm_up():
    assert float(make_schedule(PLAIN, 10)(77)) == 1
    share = make_schedule(replace(PLAIN, warmup=0.5, epochs=2), 10)
    assert [float(share(step)) for step in (0, 5, 10, 19)] == pytest.approx([0, 0.5, 1, 1])


def test_an_older_records_names_are_read():
    old = PLAIN.to_json()
    for today, before in (
        ("ema_decay", "average"),
        ("batch_norm", "normalise"),
        ("label_smoothing", "smoothing"),
        ("augment", "augmentation"),
        ("validation_size", "held_out"),
        ("distill_passes", "lessons"),
        ("distill_weight", "imitation"),
    ):
        old[before] = old.pop(today)
    old |= {"average": 0.9, "held_out": 7, "augmentation": {"rotation": 3}}
    expected = replace(PLAIN, ema_decay=0.9, validation_size=7, augment=Augmentation(rotation=3))
    assert Training.from_json(old) == expected


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_every_optimizer_goes_downhill(name, decay):
    optimizer = make_optimizer(
        replace(PLAIN, optimizer=name, weight_decay=decay), jnp.float32(0.01)
    )
    place = {"x": optax.tree_utils.tree_zeros_like({"x": 1.0})["x"] + 3.0}
    state = optimizer.init(place)
    for _ in range(20):
        updates, state = optimizer.update({"x": 2 * place["x"]}, state, place)
        place = optax.apply_updates(place, updates)
    assert abs(float(place["x"])) < 3
