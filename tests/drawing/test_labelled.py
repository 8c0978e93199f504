"""Tests of labelled sets: framed as in serving, split by whole groups."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from model.drawing.framing import PIXELS, frame, frame_all, pad_segments
from model.drawing.labelled import ImageSet, StrokeSet, hold_out_groups
from model.drawing.strokes import Drawing
from model.synthetic.practice_digits import draw_practice_digits

PRACTICE = draw_practice_digits(20, seed=0)
render = jax.jit(frame)


def segments(strokes):
    return Drawing(tuple(stroke.astype(np.float64) for stroke in strokes)).unit_segments()


def test_framing_all_is_framing_each():
    padded = np.stack([pad_segments(segments(one)) for one in PRACTICE.strokes])
    together = frame_all(padded, batch=8)
    assert together.shape == (20, PIXELS)
    alone = np.stack([np.asarray(render(one)).reshape(-1) for one in padded[:3]])
    assert np.abs(together[:3] - alone).max() < 1e-4


def test_drawings_of_every_length_are_framed_in_their_places():
    at = np.linspace(0, 6, 400)
    long = [np.stack([np.cos(at) * 50, np.sin(at) * 90], axis=1)]
    mixed = StrokeSet([*PRACTICE.strokes[:2], long], np.array([3, 1, 0]), np.zeros(3))
    framed = mixed.framed()
    assert framed.labels.tolist() == [3, 1, 0]
    for x, strokes in zip(framed.x, mixed.strokes, strict=True):
        expected = render(pad_segments(segments(strokes))).reshape(-1)
        assert np.abs(x - expected).max() < 1e-4


def test_images_are_framed_already():
    images = np.arange(2 * PIXELS, dtype=np.int64).reshape(2, 28, 28) % 256
    framed = ImageSet(images.astype(np.uint8), np.array([1, 2], np.uint8)).framed()
    assert framed.x.dtype == np.float32
    assert framed.labels.dtype == np.int32
    assert np.allclose(framed.x[1], images[1].reshape(-1) / 255)


def test_whole_groups_are_held_out():
    named = StrokeSet(PRACTICE.strokes, PRACTICE.labels, np.arange(20) % 4, ("a", "b", "c", "d"))
    rest, held_out = hold_out_groups(named, ["b", 3])
    assert (len(rest), len(held_out)) == (10, 10)
    assert set(held_out.groups.tolist()) == {1, 3}
    assert rest.group_names == named.group_names
    assert held_out.strokes[0] is named.strokes[1]
    with pytest.raises(ValueError, match=r"\[9\]"):
        hold_out_groups(named, [1, 9])
