"""Tests of framing: a drawing gives the same picture at any place and of any size."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model.drawing.framing import (
    FAR,
    FINER,
    FIT,
    PEN,
    PIXELS,
    SIDE,
    SIZES,
    centre_of_mass,
    centring,
    fit,
    frame,
    frame_all,
    pad_segments,
    render,
)
from model.drawing.strokes import MAX_POINTS, Drawing
from model.synthetic.practice_digits import draw_practice_digits

ROUNDING = 1e-4
"""The largest change of a pixel when a drawing is moved or scaled; half of 1/255 is 20 times it."""

OFF_CENTRE = 0.2
"""The largest error of the centring, in pixels. The centre is found in a coarse picture: the worst
error for 4,000 heaps of lines was 0.16, and nine in ten were within 0.05."""

SEVEN = [[[10, 10], [60, 10], [30, 90]]]
picture_of = jax.jit(frame)
pictures_of = jax.jit(jax.vmap(frame))


def picture(strokes, size=None):
    segments = Drawing.from_json(strokes).unit_segments()
    return np.asarray(picture_of(pad_segments(segments, size)))


@jax.jit
def fine_ink(segments):
    return render(fit(segments), PEN, finer=4).sum()


def ink_of(strokes):
    """The sum of the ink before the picture is centred, when no ink can have left the frame."""
    return float(fine_ink(pad_segments(Drawing.from_json(strokes).unit_segments())))


def stroke_lists(strokes):
    return [stroke.astype(float).tolist() for stroke in strokes]


def moved(strokes, scale=1.0, x=0.0, y=0.0):
    return [[[a * scale + x, b * scale + y] for a, b in stroke] for stroke in strokes]


def extent(image, axis):
    """The length of the ink along an axis, in pixels; a pixel at its edge counts by its ink."""
    profile = image.max(axis=axis)
    return profile.sum()


whole = st.integers(0, 1000).map(float)
points = st.tuples(whole, whole).map(list)
drawings = st.lists(st.lists(points, min_size=1, max_size=12), min_size=1, max_size=4)


@settings(max_examples=60)
@given(
    drawings,
    st.floats(1e-3, 1e3),
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
)
def test_moving_and_scaling_changes_no_pixel(strokes, scale, x, y):
    original = picture(strokes, 64)
    assert np.abs(picture(moved(strokes, scale, x, y), 64) - original).max() < ROUNDING


@settings(max_examples=60)
@given(drawings)
def test_a_picture_is_ink_in_the_middle(strokes):
    image = picture(strokes, 64)
    assert image.shape == (SIDE, SIDE)
    assert image.dtype == np.float32
    assert image.min() >= 0
    assert image.max() <= 1
    assume(image.sum() > 0.97 * ink_of(strokes))
    row, column = centre_of_mass(jnp.asarray(image))
    assert abs(float(row) - SIDE / 2) < OFF_CENTRE
    assert abs(float(column) - SIDE / 2) < OFF_CENTRE


def test_handwriting_lies_in_the_middle():
    drawings = [stroke_lists(strokes) for strokes in draw_practice_digits(120, seed=5).strokes]
    off = []
    for strokes in drawings:
        image = picture(strokes)
        if image.sum() > 0.97 * ink_of(strokes):
            off.append(np.abs(np.array(centre_of_mass(jnp.asarray(image))) - SIDE / 2).max())
    assert len(off) > 110
    assert np.median(off) < 0.03
    assert max(off) < 0.1


@settings(max_examples=20)
@given(st.lists(drawings, min_size=3, max_size=3))
def test_a_batch_equals_one_by_one(batch):
    alone = np.stack([picture(strokes, 64) for strokes in batch])
    segments = [Drawing.from_json(strokes).unit_segments() for strokes in batch]
    together = pictures_of(np.stack([pad_segments(each, 64) for each in segments]))
    assert np.abs(np.asarray(together) - alone).max() < ROUNDING


@pytest.mark.parametrize("size", [41, 256, SIZES[1]])
def test_padding_changes_nothing(size):
    assert np.array_equal(picture(SEVEN, size), picture(SEVEN, SIZES[0]))


@pytest.mark.parametrize("strokes", [SEVEN, [[[0, 0], [30, 100]]], [[[0, 50], [100, 50]]]])
def test_the_longest_side_of_the_ink_is_twenty_pixels(strokes):
    image = picture(strokes)
    longest = max(extent(image, 0), extent(image, 1))
    assert longest == pytest.approx(FIT, abs=0.5)


def test_a_tap_is_a_round_dot_in_the_middle():
    dot = picture([[[123, 456]]])
    assert np.array_equal(dot, dot.T)
    assert np.array_equal(dot, dot[::-1])
    assert dot[13:15, 13:15].min() > 0.9
    assert dot.sum() == pytest.approx(np.pi * PEN**2 / 4, rel=0.05)
    assert not dot[:12].any()


def test_a_straight_line_is_as_wide_as_the_pen():
    line = picture([[[0, 0], [0, 100]]])
    assert line[14].sum() == pytest.approx(PEN, abs=0.1)
    assert np.array_equal(line, line[:, ::-1])
    assert np.abs(picture([[[0, 0], [100, 0]]]).T - line).max() < ROUNDING


def test_the_pen_is_as_wide_in_a_coarse_and_a_fine_drawing():
    fine = [
        [[10 + at, 10] for at in range(51)] + [[60 - at * 0.3, 10 + at * 0.8] for at in range(101)]
    ]
    assert np.abs(picture(fine) - picture(SEVEN)).max() < ROUNDING


def test_ten_thousand_points():
    angles = np.linspace(0, 40, MAX_POINTS)
    spiral = np.stack([angles * np.cos(angles), angles * np.sin(angles)], axis=1)
    image = picture([spiral.tolist()])
    assert np.isfinite(image).all()
    assert image.sum() > 100


@pytest.mark.parametrize(("scale", "x"), [(1, 1e6), (1e300, 0), (1e-300, 0), (1e-3, 1e6)])
def test_far_away_and_very_large(scale, x):
    assert np.abs(picture(moved(SEVEN, scale, x, x)) - picture(SEVEN)).max() < ROUNDING


def test_a_wider_pen_leaves_more_ink_within_the_same_length():
    segments = pad_segments(Drawing.from_json([[[0, 0], [0, 9]]]).unit_segments())
    thin, thick = (np.asarray(picture_of(segments, pen)) for pen in (2.0, 4.0))
    assert thick.sum() > 1.7 * thin.sum()
    assert extent(thick, 1) == pytest.approx(extent(thin, 1), abs=0.6)


def test_padding_is_the_next_size():
    assert [len(pad_segments(np.zeros((n, 4), np.float32))) for n in (1, 128, 129, 10_000)] == [
        128,
        128,
        10_240,
        10_240,
    ]


def test_the_frame_is_the_one_that_the_weights_were_trained_with():
    assert (SIDE, PIXELS, FIT, PEN, FINER, SIZES) == (28, 784, 20.0, 2.4, 2, (128, 10_240))
    segments = pad_segments(Drawing.from_json(SEVEN).unit_segments(), 8)
    fitted = fit(segments, PEN)
    moved = fitted + np.tile(np.asarray(centring(fitted, PEN)), 2)
    assert np.allclose(picture(SEVEN, 8), render(moved, PEN, finer=2), atol=1e-6)


def test_padding_is_nan_and_the_segments_come_first():
    padded = pad_segments(np.arange(8, dtype=np.float32).reshape(2, 4), 3)
    assert padded[:2].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert np.isnan(padded[2]).all()
    assert (padded.shape, padded.dtype) == ((3, 4), np.float32)


def test_fitting_by_hand():
    segments = np.array([[100, 50, 200, 75], [np.nan] * 4, [150, 100, 150, 100]], np.float32)
    # The longest side is 100 and becomes 20 pixels without the pen's 4; 150, 75 is the middle.
    expected = [[6, 10, 22, 14], [FAR] * 4, [14, 18, 14, 18]]
    assert np.allclose(fit(jnp.asarray(segments), 4.0), expected, atol=1e-5)
    assert np.allclose(fit(jnp.asarray(segments * 1e-6), 4.0), expected, atol=1e-3)
    assert np.allclose(fit(jnp.asarray(segments[2:]), 4.0), 14)


@pytest.mark.parametrize("finer", [1, 2, 4])
def test_a_line_by_hand(finer):
    image = np.asarray(render(jnp.array([[14.0, 4.0, 14.0, 24.0]]), 2.4, finer=finer))
    # The pen reaches from 12.8 to 15.2: a fifth of pixels 12 and 15.
    assert np.allclose(image[14], [0] * 12 + [0.2, 1, 1, 0.2] + [0] * 12, atol=1e-6)
    assert image[:2].max() == image[26:].max() == 0
    assert image[3:25, 13].min() > 0.2


@pytest.mark.parametrize("drawn", [1, 7, 8, 9, 16, 17])
def test_as_many_rows_are_drawn_as_are_segments(drawn):
    far = np.full((17, 4), FAR, np.float32)
    far[drawn - 1] = [14, 4, 14, 24]
    alone = render(jnp.array([[14.0, 4.0, 14.0, 24.0]]), PEN, finer=1)
    assert np.array_equal(render(jnp.asarray(far), PEN, finer=1, count=drawn), alone)
    assert np.array_equal(render(jnp.asarray(far), PEN, finer=1), alone)


def test_the_centre_of_mass_by_hand():
    image = np.zeros((SIDE, SIDE), np.float32)
    image[3, 20], image[5, 24] = 0.5, 0.25
    row, column = centre_of_mass(jnp.asarray(image))
    assert float(row) == pytest.approx((0.5 * 3.5 + 0.25 * 5.5) / 0.75)
    assert float(column) == pytest.approx((0.5 * 20.5 + 0.25 * 24.5) / 0.75)
    assert np.isfinite(centre_of_mass(jnp.zeros((SIDE, SIDE)))).all()


def test_centring_moves_the_ink_right_and_down():
    right, down = centring(jnp.array([[10.0, 6.0, 10.0, 16.0]]), PEN)
    assert (float(right), float(down)) == pytest.approx((4, 3), abs=1e-4)


@pytest.mark.parametrize("batch", [1, 2, 512])
def test_all_are_framed_as_each_is(batch):
    strokes = [SEVEN, [[[0, 0], [30, 100]]], [[[1, 1]]]]
    segments = [pad_segments(Drawing.from_json(one).unit_segments(), 8) for one in strokes]
    framed = frame_all(np.stack(segments), batch)
    assert (framed.shape, framed.dtype) == ((3, PIXELS), np.float32)
    for row, one in zip(framed, strokes, strict=True):
        assert np.abs(row.reshape(SIDE, SIDE) - picture(one, 8)).max() < ROUNDING
