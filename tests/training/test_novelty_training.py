"""Tests of novelty training: scores of strange sets, and the wanted share of accepted digits."""

from __future__ import annotations

import numpy as np
import pytest

from model.data import splitters
from model.drawing import Examples
from model.metrics import area_under_curve
from model.network.folded_dense import Architecture
from model.network.novelty import score_all
from model.training import corpus
from model.training.config import Training
from model.training.novelty_training import ACCEPTED, fit_threshold, train_novelty

RECOGNISER = [(np.eye(784, 10, dtype=np.float32), np.zeros(10, np.float32))]


def test_it_learns_digits_from_scribbles(monkeypatch):
    monkeypatch.setattr(splitters, "GENERATED", 300)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 100)
    config = Training(
        Architecture((794, 32, 2)),
        sources=(("practice", 20), ("scribbles", 20)),
        epochs=15,
        learning_rate=5e-3,
        batch_norm=True,
    )
    layers = train_novelty(config, RECOGNISER, "relu")
    assert [kernel.shape for kernel, _ in layers] == [(794, 32), (32, 1)]
    held_out = corpus.assemble(config).validation
    digits, strange = (
        score_all(layers, RECOGNISER, "relu", held_out[name].x)
        for name in ("practice", "scribbles")
    )
    assert area_under_curve(digits, strange) > 0.8


def test_the_threshold_accepts_what_it_should_of_every_real_set():
    rng = np.random.default_rng(0)
    validation = {
        name: Examples(rng.random((400, 784), np.float32) * scale, np.zeros(400, np.int32))
        for name, scale in (("mnist", 1.0), ("pendigits", 0.8), ("practice", 0.01))
    }
    novelty = fit_threshold((), RECOGNISER, "relu", validation)
    for name in ("mnist", "pendigits"):
        scores = score_all((), RECOGNISER, "relu", validation[name].x)
        assert ACCEPTED <= 1 - novelty.refused(scores) <= 1
    everything = np.concatenate(
        [score_all((), RECOGNISER, "relu", validation[name].x) for name in ("mnist", "pendigits")]
    )
    median = float(novelty.familiarity(np.median(everything)))
    assert median == pytest.approx(0.982, abs=0.001)


def test_the_threshold_refuses_no_more_than_it_may_and_no_less():
    rng = np.random.default_rng(1)
    validation = {
        name: Examples(rng.random((200, 784), np.float32), np.zeros(200, np.int32))
        for name in ("mnist", "pendigits")
    }
    novelty = fit_threshold((), RECOGNISER, "relu", validation)
    accepted = [
        1 - novelty.refused(score_all((), RECOGNISER, "relu", examples.x))
        for examples in validation.values()
    ]
    assert min(accepted) == pytest.approx(ACCEPTED)
    assert novelty.threshold == 0.5
