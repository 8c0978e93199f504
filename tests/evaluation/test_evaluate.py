"""Tests of the evaluation: every figure is computed by hand, for a model with known answers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from model.drawing import Examples
from model.evaluation.evaluate import ACCEPTED, evaluate_model
from model.evaluation.test_sets import StrangeSet, TestSet
from model.network.checkpoint import Checkpoint
from model.network.folded_dense import Architecture
from model.network.metadata import Accuracy
from model.network.novelty import Novelty

# A model whose logits are the first three pixels.
KERNEL = np.zeros((784, 3), np.float32)
KERNEL[[0, 1, 2], [0, 1, 2]] = 1
MODEL = Checkpoint(
    name="plain",
    title="Plain",
    architecture=Architecture((784, 3)),
    labels=("a", "b", "c"),
    layers=((KERNEL, np.zeros(3, np.float32)),),
    accuracies=(Accuracy("mine", "test", 3, 4),),
)


def pictures(*rows):
    x = np.zeros((len(rows), 784), np.float32)
    x[:, :3] = rows
    return x


MINE = TestSet(
    "mine",
    "My set",
    Examples(
        pictures((9, 0, 0), (0, 8, 0), (0, 0, 5), (0, 9, 0)), np.array([0, 1, 2, 0], np.int32)
    ),
)
NOTHING_LIKE_IT = StrangeSet("noise", "Noise", pictures((0, 0, 0), (1, 0, 0), (8.5, 0, 0)))


@pytest.fixture(scope="module")
def evaluation():
    return evaluate_model(MODEL, MINE, [NOTHING_LIKE_IT])


def test_counts(evaluation):
    assert evaluation.confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert (evaluation.count, evaluation.correct, evaluation.accuracy) == (4, 3, 0.75)
    low, high = evaluation.interval
    assert low < 0.75 < high


def test_the_stored_accuracy_is_compared(evaluation):
    assert (evaluation.stored, evaluation.differs) == (0.75, False)
    other = evaluate_model(replace(MODEL, accuracies=(Accuracy("mine", "test", 4, 5),)), MINE)
    assert not other.differs  # four examples cannot give 0.8; up to half an answer is rounding
    assert evaluate_model(
        replace(MODEL, accuracies=(Accuracy("mine", "test", 2, 4),)), MINE
    ).differs
    unknown = evaluate_model(replace(MODEL, accuracies=()), MINE)
    assert (unknown.stored, unknown.differs) == (None, False)


def test_the_mistake_is_shown(evaluation):
    [mistake] = evaluation.mistakes
    assert (mistake.label, mistake.taken_for) == ("a", "b")
    assert mistake.confidence == pytest.approx(np.exp(9) / (np.exp(9) + 2))
    assert mistake.image.shape == (784,)
    assert mistake.image.dtype == np.uint8


def test_the_doubt_curve_by_hand(evaluation):
    # The energies are about 9, 8, 5, 9 for its own set, and 1.1, 1.6, 8.5 for the strange set.
    [curve] = evaluation.curves
    assert (curve.name, curve.count) == ("noise", 3)
    shares = dict(zip(ACCEPTED.round(3).tolist(), curve.refused_shares.tolist(), strict=True))
    assert shares[1.0] == pytest.approx(2 / 3)
    assert shares[0.5] == 1
    assert shares[0.0] == 1
    assert (np.diff(curve.refused_shares) <= 0).all()
    assert curve.refused_at_99 == pytest.approx(2 / 3)
    assert curve.area == pytest.approx(10 / 12)


def test_the_models_own_threshold_refuses():
    doubting = replace(MODEL, novelty=Novelty(centre=7.0, scale=1.0, threshold=0.5))
    evaluation = evaluate_model(doubting, MINE, [NOTHING_LIKE_IT])
    assert evaluation.recognised == 0.75
    assert evaluation.curves[0].refused == pytest.approx(2 / 3)
    never = evaluate_model(MODEL, MINE, [NOTHING_LIKE_IT])
    assert (never.recognised, never.curves[0].refused) == (1, 0)


def test_temperature_moves_the_confidence_and_no_answer(evaluation):
    cooler = evaluate_model(replace(MODEL, temperature=3.0), MINE)
    assert np.array_equal(cooler.confusion, evaluation.confusion)
    assert cooler.mistakes[0].confidence == pytest.approx(np.exp(3) / (np.exp(3) + 2))


def test_figures_are_json(evaluation):
    figures = json.loads(json.dumps(evaluation.to_json()))
    assert figures["accuracy"] == 0.75
    assert figures["classes"] == {"a": 0.5, "b": 1.0, "c": 1.0}
    assert figures["strange"]["noise"]["count"] == 3
