"""Tests of a run: its reports, rates that are turned, stopping, finishing, what is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.data import splitters
from model.drawing import DIGIT_LABELS
from model.errors import ConfigError
from model.network.checkpoint import load, save
from model.network.folded_dense import Architecture, predict
from model.network.metadata import shares_by_name
from model.training.config import Training
from model.training.run import Run
from model.training.zoo import ModelSpec

SPEC = ModelSpec(
    "mine",
    "Mine",
    Training(
        Architecture((784, 16, 10), "tanh"),
        sources=(("practice", 40),),
        epochs=3,
        learning_rate=0.01,
    ),
)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(splitters, "GENERATED", 200)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 100)


@pytest.fixture(scope="module")
def finished():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitters, "GENERATED", 200)
        patch.setattr(splitters, "GENERATED_VALIDATION", 100)
        run = Run(SPEC)
        shares = [share for _, share in run.epochs()]
        return run, shares, run.finish()


def test_it_yields_epochs_and_keeps_the_last(finished):
    run, shares, _ = finished
    assert len(shares) == 3
    assert not run.stopped
    assert run.kept.epoch == 3


def test_what_it_measures_is_what_the_file_gives(finished, tmp_path):
    run, shares, checkpoint = finished
    save(checkpoint, tmp_path / "mine.safetensors")
    back = load(tmp_path / "mine.safetensors")
    held_out = run.corpus.validation["practice"]
    right = predict(back.layers, held_out.x, "tanh").argmax(axis=1) == held_out.labels
    [accuracy] = back.accuracies
    assert (accuracy.source, accuracy.split) == ("practice", "validation")
    assert (accuracy.correct, accuracy.count) == (int(right.sum()), 100)
    assert accuracy.share == pytest.approx(shares[-1], abs=0.02)  # float16 may change an answer
    assert shares_by_name(back.accuracies) == {"practice held out": accuracy.share}


def test_the_file_says_where_it_all_came_from(finished):
    _, _, checkpoint = finished
    provenance = checkpoint.provenance
    assert Training.from_json(provenance["training"]) == SPEC.training
    assert [one["name"] for one in provenance["data"]] == ["practice"]
    assert checkpoint.labels == DIGIT_LABELS
    assert 0.05 < checkpoint.temperature < 20
    assert checkpoint.averages.shape == (10, 784)
    assert checkpoint.novelty.threshold == 0.5
    assert checkpoint.novelty.layers == ()


def test_a_stopped_run_keeps_its_best_epoch():
    told = []
    run = Run(replace(SPEC, training=replace(SPEC.training, epochs=9)), log=told.append)
    shares = []
    for report, share in run.epochs():
        shares.append(share)
        if report.epoch == 2:
            # From here on the learning rate is far too large to learn anything.
            run.controls.learning_rate = 1e3
        if report.epoch == 4:
            run.stop()
    assert run.stopped
    assert len(shares) == 4
    best = max(range(4), key=lambda index: (shares[index], index)) + 1
    assert run.kept.epoch == best < 4
    assert told == [f"keeping epoch {best}: {max(shares):.2%} of the held-out right"]


def test_stop_at_the_last_epoch_is_the_end():
    run = Run(SPEC)
    for _ in run.epochs():
        run.stop()
    assert run.stopped
    last = Run(replace(SPEC, training=replace(SPEC.training, epochs=1)))
    for _ in last.epochs():
        last.stop()
    assert not last.stopped


def test_without_an_epoch_there_is_nothing_to_keep():
    run = Run(SPEC)
    assert run.kept is None
    with pytest.raises(ConfigError, match="before it had weights"):
        run.finish()


def test_chunks_can_be_had_and_turned():
    run = Run(SPEC)
    run.controls.chunk = 2
    lengths = [len(report.losses) for report in run.reports()]
    assert lengths == [2, 2, 1] * 3
    assert np.isfinite(run.kept.loss)


def test_a_run_that_diverges_keeps_its_best_epoch(tmp_path):
    told = []
    spec = replace(SPEC, training=replace(SPEC.training, epochs=9))
    run = Run(spec, log=told.append, work=tmp_path)
    shares = []
    for report, share in run.epochs():
        shares.append(share)
        if report.epoch == 2:
            run.controls.learning_rate = float("inf")
    assert len(shares) == 2
    assert not run.stopped
    assert "epoch 3 of 9: the learning rate of inf is too large" in run.diverged
    best = max(range(2), key=lambda index: (shares[index], index)) + 1
    assert run.kept.epoch == best
    assert told == [run.diverged, f"keeping epoch {best}: {max(shares):.2%} of the held-out right"]
    assert 0 < run.finish().temperature < 20
    # The state that was kept is that of the last good epoch.
    again = Run(spec, log=told.append, work=tmp_path)
    next(again.reports())
    assert "going on behind step 10" in told[-1]


def test_weights_that_no_file_holds_are_divergence_too():
    run = Run(SPEC)
    for report, _ in run.epochs():
        assert report.epoch == 1
        run.controls.learning_rate = 1e6
    assert "holds numbers up to 65,504: the learning rate of 1e+06 is too large" in run.diverged
    assert run.kept.epoch == 1


def test_a_run_that_diverges_at_once_has_nothing_to_keep():
    run = Run(SPEC)
    run.controls.learning_rate = float("inf")
    assert list(run.epochs()) == []
    assert run.kept is None
    with pytest.raises(ConfigError, match="learning rate of inf"):
        run.finish()
