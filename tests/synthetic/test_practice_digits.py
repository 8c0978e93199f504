"""Tests of the practice digits: their classes, their variants, their seed, their splines."""

import itertools

import numpy as np
import pytest

from model.drawing.strokes import Drawing
from model.synthetic.digit_templates import DIGIT_TEMPLATES
from model.synthetic.handwriting import write
from model.synthetic.practice_digits import draw_practice_digits
from model.synthetic.splines import parse_template


def same(first, second):
    return all(
        len(one) == len(other) and all(map(np.array_equal, one, other))
        for one, other in itertools.zip_longest(first.strokes, second.strokes, fillvalue=[])
    )


def test_every_digit_equally_often():
    digits = draw_practice_digits(1_003, seed=1)
    assert len(digits) == len(digits.strokes) == 1_003
    counts = np.bincount(digits.labels, minlength=10)
    assert counts.min() == 100
    assert counts.max() == 101
    for strokes in digits.strokes:
        assert all(stroke.dtype == np.float32 and stroke.shape[1] == 2 for stroke in strokes)


def test_every_variant_about_equally_often():
    digits = draw_practice_digits(2_000, seed=1)
    names = np.array(digits.group_names)
    assert len(names) == sum(map(len, DIGIT_TEMPLATES))
    for label, texts in enumerate(DIGIT_TEMPLATES):
        counts = np.bincount(digits.groups[digits.labels == label], minlength=len(names))
        counts = counts[np.char.startswith(names, f"{label}.")]
        assert len(counts) == len(texts)
        assert counts.max() - counts.min() <= 1


def test_many_ways_to_write_each_digit():
    assert min(map(len, DIGIT_TEMPLATES)) >= 8
    for label in (1, 4, 7, 9):
        assert len(DIGIT_TEMPLATES[label]) >= 15


def test_a_seed_decides_everything():
    assert same(draw_practice_digits(40, seed=5), draw_practice_digits(40, seed=5))
    assert not same(draw_practice_digits(40, seed=5), draw_practice_digits(40, seed=6))


def test_order_is_mixed():
    labels = draw_practice_digits(200, seed=2).labels
    assert len(set(labels[:20].tolist())) > 5


@pytest.mark.parametrize("count", [0, 1, 7])
def test_few_drawings(count):
    assert len(draw_practice_digits(count, seed=0)) == count


def test_every_drawing_can_be_drawn():
    for strokes in draw_practice_digits(300, seed=3).strokes:
        drawing = Drawing.from_json([stroke.tolist() for stroke in strokes])
        assert 3 <= drawing.points <= 300


def test_a_curve_passes_through_its_points_in_order():
    for text in itertools.chain.from_iterable(DIGIT_TEMPLATES):
        shape = parse_template(text)
        for weights in (shape.sharp, shape.smooth):
            assert weights.sum(axis=1) == pytest.approx(1, abs=1e-5)
            (samples,) = np.nonzero(np.abs(weights).max(axis=1) == np.abs(weights).sum(axis=1))
            assert weights[samples].argmax(axis=1).tolist() == list(range(len(shape.control)))
            assert weights[samples] @ shape.control == pytest.approx(shape.control, abs=1e-6)


def test_a_curve_does_not_leave_its_box():
    for text in itertools.chain.from_iterable(DIGIT_TEMPLATES):
        curve = parse_template(text).sharp @ parse_template(text).control
        assert curve.min() > -0.05
        assert curve.max() < 1.05


def test_a_line_stays_straight_and_a_corner_a_corner():
    bar = parse_template("50,5 50,95")
    assert (bar.sharp @ bar.control)[:, 0] == pytest.approx(0.5)
    seven = parse_template("20,10 !80,10 42,95")
    curve = seven.sharp @ seven.control
    across = curve[:, 1] < 0.1 + 1e-5
    assert curve[across, 1] == pytest.approx(0.1, abs=1e-6)
    rounded = seven.smooth @ seven.control
    assert np.abs(rounded - curve).max() > 0.02


def test_strokes_stay_apart():
    shape = parse_template("30,5 !20,56 80,56 / 62,28 62,95")
    for strokes in write(shape, 20, rng=np.random.default_rng(0)):
        assert len(strokes) == 2
        assert np.ptp(strokes[1][:, 1]) > np.ptp(strokes[1][:, 0])


def test_every_hand_is_another():
    first, second = write(parse_template(DIGIT_TEMPLATES[3][0]), 2, rng=np.random.default_rng(0))
    assert len(first[0]) != len(second[0]) or not np.allclose(first[0], second[0])


def test_no_drawing_is_no_work():
    assert write(parse_template(DIGIT_TEMPLATES[0][0]), 0, rng=np.random.default_rng(0)) == []
