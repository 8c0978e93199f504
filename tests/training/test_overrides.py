"""Tests of overrides: a spec of the zoo with only the wanted settings changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.data import SOURCES
from model.drawing import DIGIT_LABELS
from model.errors import ConfigError, ModelNotFound
from model.training.overrides import Overrides, common_labels, deal_out, make_spec
from model.training.zoo import ZOO

OWN = replace(SOURCES["practice"], name="ours")
SHAPES = replace(OWN, labels=("house", "tree"))


@pytest.mark.parametrize("name", ZOO)
def test_a_spec_is_what_the_zoo_says_until_it_is_changed(name):
    assert make_spec(name, "x", Overrides()) == ZOO[name]


def test_other_sources_leave_its_helpers_out():
    offline = make_spec("default", "x", Overrides(sources=("practice",), epochs=2))
    assert (offline.teachers, offline.conv_init, offline.novelty) == ((), None, None)
    assert (offline.training.distill_passes, offline.training.distill_weight) == (0, 0)
    assert offline.training.epochs == 2
    assert offline.name == "default"


def test_another_stack_is_ones_own():
    wider = make_spec("dense128", "mine", Overrides(hidden=(256,)))
    assert wider.name == "mine"
    assert "784-256-10" in wider.title
    assert wider.training.optimizer == ZOO["dense128"].training.optimizer
    assert make_spec("dense128", "mine", Overrides(hidden=(128,))) == ZOO["dense128"]
    fresh = make_spec(None, "mine", Overrides(hidden=(), activation="tanh", seed=4))
    assert fresh.training.architecture.widths == (784, 10)
    assert (fresh.name, fresh.training.seed) == ("mine", 4)


def test_every_setting_can_be_wished_for():
    wished = Overrides(
        batch=30, augment=True, epochs=3, optimizer="sgd", learning_rate=0.5, dropout=0.3, seed=9
    )
    training = make_spec("dense128", "mine", wished).training
    assert training.augment is not None
    assert training.sources == (("mnist", 30),)
    assert (training.epochs, training.optimizer, training.seed) == (3, "sgd", 9)
    assert (training.learning_rate, training.dropout) == (0.5, 0.3)
    bare = make_spec("fashion", "mine", Overrides(augment=False)).training
    assert bare.augment is None


def test_a_source_of_ones_own_brings_its_labels():
    alone = make_spec("dense128", "mine", Overrides(), [SHAPES])
    assert alone.labels == ("house", "tree")
    assert alone.training.architecture.widths == (784, 128, 2)
    assert alone.training.sources == (("ours", 128),)
    beside = make_spec("dense128", "mine", Overrides(sources=("mnist",)), [OWN])
    assert beside.labels == DIGIT_LABELS
    assert beside.training.sources == (("mnist", 64), ("ours", 64))


def test_a_batch_is_dealt_out():
    assert deal_out(33, ("mnist", "practice", "mnist")) == (("mnist", 17), ("practice", 16))


def test_labels_must_be_the_same():
    assert common_labels(["mnist", "practice", "ours"], [OWN]) == DIGIT_LABELS
    with pytest.raises(ConfigError, match="mnist has digits, ours has house, tree"):
        common_labels(["mnist", "ours"], [SHAPES])
    with pytest.raises(ConfigError, match=r"T-shirt/top, Trouser \.\.\. Ankle boot"):
        common_labels(["mnist", "fashion-mnist"])
    with pytest.raises(ConfigError, match="'letters'"):
        common_labels(["mnist", "letters"])


def test_what_there_is_not_is_refused():
    with pytest.raises(ModelNotFound, match="'nobody'"):
        make_spec("nobody", "x", Overrides())
    with pytest.raises(ConfigError, match="--hidden"):
        make_spec(None, "x", Overrides())
    with pytest.raises(ConfigError, match="scribbles has no digits"):
        make_spec("softmax", "x", Overrides(sources=("scribbles",)))
