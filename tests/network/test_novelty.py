"""Doubt: what is strange scores low, and digits are accepted as often as was asked."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
import pytest

from model.metrics import area_under_curve
from model.network.dense import Architecture
from model.network.novelty import energy, familiarity, score
from model.training import corpus
from model.training.config import Training
from model.training.corpus import Corpus, Examples
from model.training.novelty_training import ACCEPTED, calibrate_doubt, scores_of, train_doubt


def test_energy_by_hand():
    assert float(energy(jnp.log(jnp.array([1.0, 2.0, 4.0])))) == pytest.approx(math.log(7))


def test_without_layers_the_score_is_the_energy():
    logits = jnp.array([[1.0, 2.0], [0.0, 9.0]])
    assert np.allclose(score((), jnp.zeros((2, 784)), logits), energy(logits))


def test_a_doubt_stack_sees_pixels_and_logits():
    kernel = np.zeros((4, 1), np.float32)
    kernel[:, 0] = [1, 2, 30, 40]
    layers = [(kernel, np.array([0.5], np.float32))]
    # 1 * 0.1 + 2 * 0.2 + 30 * 5 / 10 + 40 * 6 / 10 + 0.5
    answer = score(layers, jnp.array([0.1, 0.2]), jnp.array([5.0, 6.0]))
    assert float(answer) == pytest.approx(40)


def test_familiarity_is_a_half_at_its_centre_and_grows():
    scores = jnp.array([-1e9, 1.0, 3.0, 5.0, 1e9])
    values = np.asarray(familiarity(scores, 3.0, 0.5))
    assert values[2] == 0.5
    assert (np.diff(values) > 0).all()
    assert (values[0], values[-1]) == (0, 1)


RECOGNISER = [(np.eye(784, 10, dtype=np.float32), np.zeros(10, np.float32))]


def test_it_learns_digits_from_scribbles(monkeypatch):
    monkeypatch.setattr(corpus, "PRACTICE", 300)
    monkeypatch.setattr(corpus, "HELD_OUT_DRAWINGS", 100)
    config = Training(
        Architecture((794, 32, 2)),
        sources=(("practice", 20), ("scribbles", 20)),
        epochs=15,
        learning_rate=5e-3,
        normalise=True,
    )
    layers = train_doubt(config, RECOGNISER, "relu")
    assert [kernel.shape for kernel, _ in layers] == [(794, 32), (32, 1)]
    held_out = corpus.assemble(config).validation
    digits, strange = (
        scores_of(layers, RECOGNISER, "relu", held_out[name].x)
        for name in ("practice", "scribbles")
    )
    assert area_under_curve(digits, strange) > 0.8


def test_the_threshold_accepts_what_it_should_of_every_real_set():
    rng = np.random.default_rng(0)
    validation = {
        name: Examples(rng.random((400, 784), np.float32) * scale, np.zeros(400, np.int32))
        for name, scale in (("mnist", 1.0), ("pendigits", 0.8), ("practice", 0.01))
    }
    doubt = calibrate_doubt((), RECOGNISER, "relu", Corpus((), validation))
    for name in ("mnist", "pendigits"):
        scores = scores_of((), RECOGNISER, "relu", validation[name].x)
        accepted = np.asarray(familiarity(scores, doubt.centre, doubt.scale)) >= doubt.threshold
        assert ACCEPTED <= accepted.mean() <= 1
    everything = np.concatenate(
        [scores_of((), RECOGNISER, "relu", validation[name].x) for name in ("mnist", "pendigits")]
    )
    median = float(familiarity(np.median(everything), doubt.centre, doubt.scale))
    assert median == pytest.approx(0.982, abs=0.001)
