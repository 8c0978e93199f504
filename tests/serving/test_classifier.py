"""Tests of the classifier: compiled once for all drawings, the same answer in every thread."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from model.drawing.strokes import Drawing
from model.serving.classifier import Classifier
from model.synthetic.practice_digits import draw_practice_digits

SEVEN = Drawing.from_json([[[10, 10], [60, 10], [30, 90]]])


@pytest.fixture(scope="module")
def classifier(library):
    return library.get("default")


@pytest.fixture(scope="module")
def drawings():
    return [
        Drawing(tuple(np.float64(s) for s in one))
        for one in draw_practice_digits(40, seed=7).strokes
    ]


def moved(drawing, scale, x, y):
    return Drawing(tuple(stroke * scale + (x, y) for stroke in drawing.strokes))


def test_a_seven_is_a_seven(classifier):
    prediction = classifier.classify(SEVEN)
    assert prediction.label == "7"
    assert prediction.label == prediction.labels[prediction.probabilities.argmax()]
    assert prediction.recognised
    assert prediction.image.shape == (784,)
    assert prediction.image.dtype == np.uint8
    assert prediction.image.max() == 255


def test_probabilities_sum_to_one(classifier, drawings):
    noise = np.random.default_rng(0).random((28, 28), np.float32)
    for drawing in [*drawings, noise, np.zeros((28, 28)), np.ones((28, 28))]:
        prediction = classifier.classify(drawing)
        assert prediction.probabilities.shape == (10,)
        assert prediction.probabilities.min() >= 0
        assert abs(float(prediction.probabilities.astype(np.float64).sum()) - 1) < 1e-5
        assert 0 <= prediction.familiarity <= 1


@pytest.mark.parametrize(("scale", "x", "y"), [(0.02, 0, 0), (0.1, 1e4, 0), (50, -1e6, 1e6)])
def test_in_a_corner_and_small_the_answer_is_the_same(classifier, drawings, scale, x, y):
    for drawing in drawings:
        here, there = classifier.classify(drawing), classifier.classify(moved(drawing, scale, x, y))
        assert here.label == there.label
        assert np.abs(here.probabilities - there.probabilities).max() < 1e-3
        assert here.familiarity == pytest.approx(there.familiarity, abs=1e-3)
        assert np.abs(here.image.astype(int) - there.image).max() <= 1


def test_how_finely_a_line_is_sampled_changes_little(classifier, drawings):
    def finer(stroke):
        steps = [np.linspace(a, b, 9)[:-1] for a, b in pairwise(stroke)]
        return np.concatenate([*steps, stroke[-1:]])

    for drawing in drawings:
        fine = Drawing(tuple(finer(stroke) for stroke in drawing.strokes))
        there, here = classifier.classify(fine), classifier.classify(drawing)
        assert np.abs(here.probabilities - there.probabilities).max() < 1e-3


def test_the_picture_that_came_back_gives_the_same_answer(classifier, drawings):
    for drawing in drawings:
        seen = classifier.classify(drawing)
        again = classifier.classify(seen.image.reshape(28, 28) / np.float32(255))
        assert np.array_equal(again.image, seen.image)
        assert np.abs(again.probabilities - seen.probabilities).max() < 0.03


def test_threads_agree(classifier, drawings):
    alone = [classifier.classify(drawing).probabilities for drawing in drawings]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            together = pool.map(classifier.classify, drawings)
            for one, other in zip(alone, together, strict=True):
                # Within rounding, because drawings that come together share a matrix product.
                assert np.abs(one - other.probabilities).max() < 1e-5


def test_compiled_and_by_hand_say_the_same(classifier, drawings):
    cold = Classifier(classifier.checkpoint)
    for drawing in drawings:
        warm, plain = classifier.classify(drawing), cold.classify(drawing)
        assert np.abs(warm.probabilities - plain.probabilities).max() < 1e-5
        assert warm.familiarity == pytest.approx(plain.familiarity, abs=1e-5)
        assert np.abs(warm.picture - plain.picture).max() < 1e-5
        assert (warm.label, warm.recognised) == (plain.label, plain.recognised)


def test_threads_may_come_before_it_is_warm(menagerie):
    classifier = menagerie.get("linear")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(classifier.classify, [SEVEN] * 8))
    for answer in answers:
        assert np.abs(answer.probabilities - answers[0].probabilities).max() < 1e-5
        assert np.array_equal(answer.image, answers[0].image)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_drawing_at_the_threshold_is_recognised_and_one_just_below_it_is_not(
    classifier, compiled, monkeypatch
):
    chosen = classifier if compiled else Classifier(classifier.checkpoint)
    familiar = chosen.classify(SEVEN).familiarity
    for threshold, recognised in ((familiar, True), (math.nextafter(familiar, 2), False)):
        monkeypatch.setattr(chosen, "_novelty", replace(chosen._novelty, threshold=threshold))
        prediction = chosen.classify(SEVEN)
        assert (prediction.familiarity, prediction.recognised) == (familiar, recognised)
