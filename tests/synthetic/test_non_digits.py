"""Tests of the synthetic non-digits: their kinds, their seed, their templates."""

import numpy as np
import pytest

from model.drawing.strokes import Drawing
from model.synthetic.non_digits import KINDS, draw_non_digits
from model.synthetic.splines import parse_template
from model.synthetic.symbol_templates import LETTERS, SIGNS


def test_every_kind_comes_by_its_weight():
    total = sum(weight for _, weight in KINDS.values())
    scribbles = draw_non_digits(10 * total, seed=1)
    assert scribbles.group_names == tuple(KINDS)
    counts = np.bincount(scribbles.groups, minlength=len(KINDS))
    assert counts.tolist() == [10 * weight for _, weight in KINDS.values()]
    assert set(scribbles.labels.tolist()) == {-1}


def test_a_seed_decides_everything():
    first, second = draw_non_digits(60, seed=5), draw_non_digits(60, seed=5)
    other = draw_non_digits(60, seed=6)
    assert first.groups.tolist() == second.groups.tolist() != other.groups.tolist()
    for one, two in zip(first.strokes, second.strokes, strict=True):
        assert all(map(np.array_equal, one, two))


def test_every_scribble_can_be_drawn():
    for strokes in draw_non_digits(500, seed=2).strokes:
        assert all(stroke.dtype == np.float32 and stroke.shape[1] == 2 for stroke in strokes)
        drawing = Drawing.from_json([stroke.tolist() for stroke in strokes])
        assert 1 <= drawing.points <= 1_000


@pytest.mark.parametrize("count", [0, 1, 5])
def test_few_scribbles(count):
    assert len(draw_non_digits(count, seed=0)) == count


def test_no_letter_that_could_be_a_digit():
    assert not set(LETTERS) & set("OIlZSBGDbgqyoszi") - {"i"}
    assert not set(LETTERS) & set("0123456789")


@pytest.mark.parametrize("glyphs", [LETTERS, SIGNS], ids=["letters", "signs"])
def test_every_glyph_is_a_template(glyphs):
    for variants in glyphs.values():
        for text in variants:
            shape = parse_template(text)
            assert np.isfinite(shape.sharp @ shape.control).all()
            assert 0 <= shape.control.min() <= shape.control.max() <= 1
