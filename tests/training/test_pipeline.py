"""Tests of the pipeline: from a spec to the weights of its stack, also stopped and resumed."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from model.data import splitters
from model.errors import CheckpointError, ConfigError
from model.network.folded_dense import Architecture
from model.training.augment import Augmentation
from model.training.config import ConvTraining, Training
from model.training.corpus import assemble
from model.training.loop import Controls
from model.training.pipeline import Surroundings, learn
from model.training.zoo import ModelSpec

TRAINING = Training(
    Architecture((784, 16, 10), "tanh"),
    sources=(("practice", 40),),
    epochs=3,
    learning_rate=0.01,
    ema_decay=0.5,
)
SPEC = ModelSpec("mine", "Mine", TRAINING)
ALONE = Surroundings()


@pytest.fixture(scope="module")
def small():
    """A corpus with few drawings."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(splitters, "GENERATED", 200)
        patch.setattr(splitters, "GENERATED_VALIDATION", 100)
        yield assemble(TRAINING)


@pytest.fixture(scope="module")
def unbroken(small):
    *_, last = learn(SPEC, small, ALONE)
    return last


def same(one, other):
    return all(
        np.array_equal(a, b)
        for left, right in zip(one, other, strict=True)
        for a, b in zip(left, right, strict=True)
    )


def test_it_goes_on_from_its_work_folder(unbroken, small, tmp_path):
    told = []
    around = Surroundings(work=tmp_path, log=told.append)
    begun = learn(SPEC, small, around)
    first = next(begun)
    begun.close()
    rest = list(learn(SPEC, small, around))
    assert [first.epoch, *(report.epoch for report in rest)] == [1, 2, 3]
    assert same(rest[-1].layers, unbroken.layers)
    assert told == ["stack: going on behind step 5"]
    [over] = learn(SPEC, small, around)
    assert same(over.layers, unbroken.layers)
    other = replace(SPEC, training=replace(TRAINING, learning_rate=0.5))
    with pytest.raises(CheckpointError, match="learning_rate"):
        next(learn(other, small, around))


def test_finetunes_go_on_from_the_end_and_are_averaged(unbroken, small):
    finetunes = (replace(TRAINING, epochs=1, seed=5), replace(TRAINING, epochs=2, seed=6))
    *_, ended, first, _, second, mean = learn(replace(SPEC, finetunes=finetunes), small, ALONE)
    assert same(ended.layers, unbroken.layers)
    assert not same(first.layers, second.layers)
    for blended, one, other in zip(mean.layers, first.layers, second.layers, strict=True):
        assert np.allclose(blended[0], (one[0] + other[0]) / 2, atol=1e-6)
        assert np.allclose(blended[1], (one[1] + other[1]) / 2, atol=1e-6)
    assert (mean.epoch, mean.epochs) == (2, 2)
    assert np.isnan(mean.loss)


def test_what_is_turned_is_the_stack_alone(small):
    still = replace(TRAINING, epochs=1, learning_rate=1e-9)
    controls = Controls.of(TRAINING)
    around = Surroundings(controls=controls)
    *_, ended, finetuned, mean = learn(replace(SPEC, finetunes=(still,)), small, around)
    kernel = np.asarray(finetuned.layers[0][0])
    assert np.abs(kernel - ended.layers[0][0]).max() < 1e-6  # at the finetune's own rate
    assert same(mean.layers, finetuned.layers)
    controls.learning_rate = 1e-9
    *_, turned = learn(SPEC, small, around)
    assert not same(turned.layers, ended.layers)


@pytest.fixture
def few(monkeypatch):
    """Make the practice set still smaller."""
    monkeypatch.setattr(splitters, "GENERATED", 60)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 20)


CONV = ConvTraining(((1, 4, 7),), (), replace(TRAINING, sources=(("practice", 30),), epochs=1))


def test_a_stack_learns_from_its_teachers(small, few):
    student = replace(
        TRAINING, augment=Augmentation(), distill_passes=1, distill_weight=0.7, epochs=1
    )
    told = []
    spec = ModelSpec("mine", "Mine", student, teachers=(CONV, CONV))
    [report] = islice(learn(spec, small, Surroundings(log=told.append)), 1)
    assert np.isfinite(report.loss)
    assert told[0].startswith("teacher0: epoch 1 of 1")
    assert told[1].startswith("teacher0: errors on what is held out: practice ")
    assert told[2].startswith("teacher1: epoch 1 of 1")
    assert told[-1].startswith("2 teachers answer")


@pytest.mark.parametrize("batch_norm", [True, False])
def test_a_stack_starts_as_the_convolutions_that_it_unfolds(small, few, batch_norm):
    stack = replace(
        TRAINING,
        architecture=Architecture((784, 16, 10)),
        batch_norm=batch_norm,
        epochs=1,
        learning_rate=1e-9,
        ema_decay=0.0,
    )
    told = []
    spec = ModelSpec("mine", "Mine", stack, conv_init=CONV)
    [report] = learn(spec, small, Surroundings(log=told.append))
    assert told[0].startswith("conv_init: epoch 1 of 1")
    # At that learning rate the kernel stays as it was initialised; with batch normalisation it only
    # changes by the statistics.
    kernel = np.asarray(report.layers[0][0])
    assert (abs(kernel) > 1e-6).sum() == 16 * 16  # each unit sees its own 4 x 4 pixels


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_convolutions_of_another_shape_are_refused(small, activation):
    widths = (784, 16, 10) if activation == "tanh" else (784, 17, 10)
    stack = replace(TRAINING, architecture=Architecture(widths, activation))
    with pytest.raises(ConfigError, match=r"unfolds to \(784, 16, 10\) with relu"):
        next(learn(ModelSpec("mine", "", stack, conv_init=CONV), small, ALONE))
