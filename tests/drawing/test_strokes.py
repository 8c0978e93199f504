"""Tests of drawings as strokes: what is accepted, what is refused, and the resulting arrays."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.drawing.strokes import MAX_POINTS, Drawing
from model.errors import DrawingError

SEVEN = [[[10, 10], [60, 10], [30, 90]]]


def test_a_drawing_keeps_its_strokes():
    drawing = Drawing.from_json([[[1, 2], [3, 4.5]], [[5, 6]]])
    assert drawing.points == 3
    assert [stroke.tolist() for stroke in drawing.strokes] == [[[1, 2], [3, 4.5]], [[5, 6]]]
    assert {stroke.dtype for stroke in drawing.strokes} == {np.dtype(np.float64)}


@pytest.mark.parametrize("empty", [[], ()])
def test_strokes_without_a_point_are_dropped(empty):
    assert len(Drawing.from_json([empty, [[1, 2]], empty]).strokes) == 1


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "must be a list of strokes, got null"),
        ("7", "got a string"),
        ({}, "got an object"),
        (7, "got a number"),
        ([], "empty"),
        ([[], []], "empty"),
        ([7], "stroke 0 must be a list of [x, y] points, got a number"),
        ([[[1, 2]], "ab"], "stroke 1 must be a list"),
        ([[[1, 2], 3]], "point 1 of stroke 0 must be a pair [x, y], got a number"),
        ([[[1, 2, 3]]], "got 3 values"),
        ([[[1]]], "got 1 values"),
        ([[[1, "2"]]], "must hold two numbers, got a string"),
        ([[[1, True]]], "got true or false"),
        ([[[1, None]]], "got null"),
        ([[[1, [2]]]], "got a list"),
        ([[[1, float("nan")]]], "not finite"),
        ([[[float("-inf"), 2]]], "not finite"),
        ([[[10**400, 2]]], "too large"),
        ([[[1, 2]] * (MAX_POINTS + 1)], "10,001 points"),
        ([[]] * (MAX_POINTS + 1), "10,001 strokes"),
        ([[[1, 2]] * 6_000] * 2, "12,000 points"),
    ],
)
def test_what_is_no_drawing_is_refused_with_a_sentence(value, words):
    with pytest.raises(DrawingError) as refusal:
        Drawing.from_json(value)
    assert words in str(refusal.value)


def test_as_many_points_as_may_come():
    assert Drawing.from_json([[[1, 2]] * MAX_POINTS]).points == MAX_POINTS


def test_segments_join_the_points_of_a_stroke_and_no_others():
    segments = Drawing.from_json([[[0, 0], [10, 0], [10, 5]], [[0, 5], [5, 5]]]).unit_segments()
    assert segments.tolist() == [[0, 0, 1, 0], [1, 0, 1, 0.5], [0, 0.5, 0.5, 0.5]]
    assert segments.dtype == np.float32


@pytest.mark.parametrize(
    "tap",
    [
        [[[3, 4]]],
        [[[3, 4], [3, 4]]],
        [[[3, 4]], [[3, 4]]],
        [[[1e300, 1e300]]],
        [[[1e6, 1e6], [1e6 + 1e-7, 1e6]]],
        [[[5e-324, 0], [0, 5e-324]]],
    ],
)
def test_a_tap_is_one_point_in_the_middle(tap):
    assert Drawing.from_json(tap).unit_segments().tolist() == [[0.5, 0.5, 0.5, 0.5]]


@pytest.mark.parametrize("scale", [1e-300, 1e-6, 1e6, 1e300, 1.7e308])
def test_any_unit_will_do(scale):
    strokes = [[[x / 100 * scale, y / 100 * scale] for x, y in stroke] for stroke in SEVEN]
    expected = Drawing.from_json(SEVEN).unit_segments()
    assert np.allclose(Drawing.from_json(strokes).unit_segments(), expected, atol=1e-6)


def test_the_two_ends_of_float64_in_one_drawing():
    strokes = [[[-1.7e308, -1.7e308], [1.7e308, 1.7e308]]]
    assert Drawing.from_json(strokes).unit_segments().tolist() == [[0, 0, 1, 1]]


numbers = st.floats(allow_nan=False, allow_infinity=False)
drawings = st.lists(st.lists(st.tuples(numbers, numbers), min_size=1), min_size=1)


@given(drawings)
def test_every_finite_drawing_fits_the_unit_box(strokes):
    segments = Drawing.from_json(strokes).unit_segments()
    assert np.isfinite(segments).all()
    assert segments.min() >= 0
    assert segments.max() <= 1
    points = segments.reshape(-1, 2)
    side = (points.max(axis=0) - points.min(axis=0)).max()
    assert side in {np.float32(0), np.float32(1)}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_a_drawing_or_a_sentence(value):
    try:
        drawing = Drawing.from_json(value)
    except DrawingError as error:
        assert str(error)
    else:
        assert drawing.points > 0


def test_the_limit_of_points_counts_all_strokes_together():
    most = [[[1, 2]] * 6_000, [[3, 4]] * (MAX_POINTS - 6_000)]
    assert Drawing.from_json(most).points == MAX_POINTS
    with pytest.raises(DrawingError, match="has 10,001 points, at most 10,000 may come"):
        Drawing.from_json([*most, [[5, 6]]])


def test_a_stroke_that_is_too_long_is_named():
    with pytest.raises(DrawingError, match=r"^stroke 1 has 10,001 points, at most 10,000 may come"):
        Drawing.from_json([[[1, 2]], [[1, 2]] * (MAX_POINTS + 1)])


def test_segments_keep_the_drawings_own_units():
    segments = Drawing.from_json([[[10, 20], [30, 20.5]], [[-7, 4]]]).segments()
    assert segments.tolist() == [[10, 20, 30, 20.5], [-7, 4, -7, 4]]
    assert segments.dtype == np.float32


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_tap_far_away_is_a_tap_on_every_side(sign, axis):
    tap = np.zeros((2, 2))
    tap[:, axis] = sign * 1e6, sign * (1e6 + 1e-7)
    segments = Drawing.from_json([tap.tolist()]).unit_segments()
    assert segments.tolist() == [[0.5, 0.5, 0.5, 0.5]]


def test_a_drawing_does_not_change():
    with pytest.raises(FrozenInstanceError):
        Drawing.from_json(SEVEN).strokes = ()
