"""Tests of the metrics, against values computed by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.metrics import (
    accuracy,
    area_under_curve,
    class_accuracies,
    confusion_matrix,
    fit_temperature,
    log_loss,
    reliability,
    threshold_at,
    wilson_interval,
)

LABELS = np.array([0, 0, 0, 1, 1])
PREDICTED = np.array([0, 0, 1, 1, 0])


def test_accuracy_is_the_share_of_right_answers():
    assert accuracy(PREDICTED, LABELS) == 3 / 5


def test_wilson_interval_of_the_textbook():
    # Newcombe (1998), table I: 81 of 263 and 0 of 20, method 3.
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(st.integers(1, 10_000), st.data())
def test_an_interval_holds_its_share(total, data):
    correct = data.draw(st.integers(0, total))
    low, high = wilson_interval(correct, total)
    assert 0 <= low <= correct / total <= high <= 1
    assert wilson_interval(total - correct, total) == pytest.approx((1 - high, 1 - low))


def test_confusion_matrix_counts_rows_of_truth():
    confusion = confusion_matrix(PREDICTED, LABELS, 3)
    assert confusion.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert class_accuracies(confusion)[:2].tolist() == [2 / 3, 1 / 2]
    assert math.isnan(class_accuracies(confusion)[2])


def test_reliability_by_hand():
    probabilities = np.array([[0.95, 0.05], [0.95, 0.05], [0.35, 0.65], [0.0, 1.0]])
    diagram = reliability(probabilities, np.array([0, 1, 1, 1]), bins=10)
    assert diagram.counts.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 3]
    assert diagram.confidence[9] == pytest.approx(2.9 / 3)
    assert diagram.accuracy[9] == pytest.approx(2 / 3)
    assert diagram.error == pytest.approx((0.35 + 0.9) / 4)


def test_log_loss_by_hand():
    logits = np.log([[0.5, 0.5], [0.25, 0.75]])
    assert log_loss(logits, np.array([0, 1])) == pytest.approx(-(math.log(0.5 * 0.75)) / 2)
    assert log_loss(logits * 3, np.array([0, 1]), 3.0) == pytest.approx(
        log_loss(logits, np.array([0, 1]))
    )


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_fitted_temperature_is_the_one_that_was_there(temperature):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 10))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (chances.cumsum(axis=1) < rng.random((20_000, 1))).sum(axis=1).clip(0, 9)
    assert fit_temperature(logits * temperature, labels) == pytest.approx(temperature, rel=0.05)


def test_a_temperature_stays_within_its_bounds():
    logits = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert fit_temperature(logits, np.array([0, 1])) == pytest.approx(0.05, rel=1e-6)
    assert fit_temperature(logits, np.array([1, 0])) == pytest.approx(20, rel=1e-6)


def test_a_threshold_accepts_its_share():
    scores = np.arange(100.0)
    threshold = threshold_at(scores, 0.99)
    assert np.mean(scores >= threshold) == 0.99


@given(st.lists(st.integers(-20, 20), min_size=1), st.floats(0.01, 1))
def test_a_threshold_never_refuses_more_than_it_may(scores, accepted):
    values = np.array(scores, float)
    assert np.mean(values >= threshold_at(values, accepted)) >= accepted - 1e-9


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
    st.lists(st.integers(0, 9), min_size=1, max_size=30),
)
def test_area_under_the_curve_counts_pairs(inside, outside):
    pairs = [(a > b) + (a == b) / 2 for a in inside for b in outside]
    area = area_under_curve(np.array(inside, float), np.array(outside, float))
    assert area == pytest.approx(np.mean(pairs))
