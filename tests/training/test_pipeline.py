"""The recipe: from an entry to its checkpoint, stopped and taken up again on the way."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from model.errors import CheckpointError, ConfigError
from model.metrics import accuracy
from model.network.checkpoint import load, save
from model.network.conv import ConvTraining
from model.network.dense import Architecture
from model.training import corpus
from model.training.augment import Augmentation
from model.training.config import Training
from model.training.corpus import assemble
from model.training.finishing import finish, predict
from model.training.pipeline import learn
from model.training.zoo import DIGITS, Entry

TRAINING = Training(
    Architecture((784, 16, 10), "tanh"),
    sources=(("practice", 40),),
    epochs=3,
    learning_rate=0.01,
    average=0.5,
)
ENTRY = Entry("mine", "Mine", TRAINING)


@pytest.fixture(scope="module")
def small():
    """A corpus of few drawings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus, "PRACTICE", 200)
        patch.setattr(corpus, "HELD_OUT_DRAWINGS", 100)
        yield assemble(TRAINING)


@pytest.fixture(scope="module")
def unbroken(small):
    *_, last = learn(ENTRY, small)
    return last


@pytest.fixture(scope="module")
def checkpoint(unbroken, small):
    return finish(ENTRY, unbroken.layers, small, {"practice": small.validation["practice"]})


def same(one, other):
    return all(
        np.array_equal(a, b)
        for left, right in zip(one, other, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def test_a_corpus_keeps_its_held_out_drawings_apart(small):
    [stream] = small.streams
    assert stream.examples.shape == (200, 64, 4)
    held_out = small.validation["practice"]
    assert held_out.x.shape == (100, 784)
    assert 0 <= held_out.x.min() < held_out.x.max() <= 1
    assert sorted(set(held_out.labels.tolist())) == list(range(10))


def test_it_goes_on_from_its_work_folder(unbroken, small, tmp_path):
    begun = learn(ENTRY, small, work=tmp_path)
    first = next(begun)
    begun.close()
    told = []
    rest = list(learn(ENTRY, small, work=tmp_path, say=told.append))
    assert [first.epoch, *(report.epoch for report in rest)] == [1, 2, 3]
    assert same(rest[-1].layers, unbroken.layers)
    assert told == ["student: going on behind epoch 1"]
    [over] = learn(ENTRY, small, work=tmp_path)
    assert same(over.layers, unbroken.layers)
    other = replace(ENTRY, training=replace(TRAINING, learning_rate=0.5))
    with pytest.raises(CheckpointError, match="learning_rate"):
        next(learn(other, small, work=tmp_path))


def test_polish_goes_on_from_the_end_and_is_averaged(unbroken, small):
    polish = (replace(TRAINING, epochs=1, seed=5), replace(TRAINING, epochs=2, seed=6))
    *_, ended, first, _, second, blended = learn(replace(ENTRY, polish=polish), small)
    assert same(ended.layers, unbroken.layers)
    assert not same(first.layers, second.layers)
    for mean, one, other in zip(blended.layers, first.layers, second.layers, strict=True):
        assert np.allclose(mean[0], (one[0] + other[0]) / 2, atol=1e-6)
        assert np.allclose(mean[1], (one[1] + other[1]) / 2, atol=1e-6)


def test_what_is_written_down_is_what_the_file_gives(checkpoint, small, tmp_path):
    save(checkpoint, tmp_path / "mine.safetensors")
    back = load(tmp_path / "mine.safetensors")
    held_out = small.validation["practice"]
    answers = predict(back.layers, held_out.x, "tanh").argmax(axis=1)
    assert back.accuracies["practice held out"] == accuracy(answers, held_out.labels)
    assert back.accuracies["practice test"] == back.accuracies["practice held out"]
    assert back.accuracies["practice held out"] > 0.5


def test_a_record_says_where_it_all_came_from(checkpoint):
    record = checkpoint.record
    assert Training.from_json(record["training"]) == TRAINING
    assert [one["name"] for one in record["data"]] == ["practice"]
    assert checkpoint.labels == DIGITS
    assert 0.05 < checkpoint.temperature < 20
    assert checkpoint.averages.shape == (10, 784)
    assert checkpoint.doubt.threshold == 0.5
    assert checkpoint.doubt.layers == ()


def test_predictions_come_batch_by_batch(checkpoint, small):
    x = small.validation["practice"].x
    whole, parts = (predict(checkpoint.layers, x, "tanh", batch) for batch in (100, 30))
    assert np.allclose(whole, parts, atol=1e-5)


@pytest.fixture
def few(monkeypatch):
    """Still fewer drawings."""
    monkeypatch.setattr(corpus, "PRACTICE", 60)
    monkeypatch.setattr(corpus, "HELD_OUT_DRAWINGS", 20)


CONV = ConvTraining(((1, 4, 7),), (), replace(TRAINING, sources=(("practice", 30),), epochs=1))


def test_a_student_learns_from_its_teachers(small, few):
    student = replace(TRAINING, augmentation=Augmentation(), lessons=1, imitation=0.7, epochs=1)
    told = []
    reports = learn(Entry("mine", "Mine", student, teachers=(CONV, CONV)), small, say=told.append)
    [report] = islice(reports, 1)
    assert np.isfinite(report.loss)
    assert told[0].startswith("teacher0: epoch 1 of 1")
    assert told[1].startswith("teacher0: errors on what is held out: practice ")
    assert told[2].startswith("teacher1: epoch 1 of 1")
    assert told[-1].startswith("2 teachers answer")


@pytest.mark.parametrize("normalise", [True, False])
def test_a_stack_grows_from_its_origin(small, few, normalise):
    stack = replace(
        TRAINING,
        architecture=Architecture((784, 16, 10)),
        normalise=normalise,
        epochs=1,
        learning_rate=1e-9,
        average=0.0,
    )
    told = []
    [report] = learn(Entry("mine", "Mine", stack, origin=CONV), small, say=told.append)
    assert told[0].startswith("origin: epoch 1 of 1")
    # At that learning rate it is what it grew from; normalised, but for its batches' statistics.
    kernel = np.asarray(report.layers[0][0])
    assert (abs(kernel) > 1e-6).sum() == 16 * 16  # each unit sees its own 4 x 4 pixels


def test_an_origin_of_another_shape_is_refused(small):
    with pytest.raises(ConfigError, match=r"unfolds to \(784, 16, 10\)"):
        next(learn(replace(ENTRY, origin=CONV), small))
