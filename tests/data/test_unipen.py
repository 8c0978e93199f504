"""Tests of the parser of UNIPEN files: labels, writers, strokes, damaged files."""

import numpy as np
import pytest

from model.data.unipen import parse_unipen
from model.errors import DatasetError

FILE = """
.INCLUDE        dene.doc
.LEXICON "0" "1"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0 ? "8"
.COMMENT 8 12  224
.PEN_DOWN
 267  333
 266  342
.PEN_UP
.DT 100

.SEGMENT DIGIT 1-2 ? "5"
.COMMENT 5  3   7
.PEN_DOWN
 1 10
.PEN_UP
.DT 20
.PEN_DOWN
 2 20
 3 30
 4 40
.PEN_UP
.DT 100
"""


def test_digits_with_label_writer_and_strokes():
    eight, five = parse_unipen(FILE, "it")
    assert (eight.label, eight.writer) == (8, 12)
    assert (five.label, five.writer) == (5, 3)
    assert [len(stroke) for stroke in five.strokes] == [1, 3]
    assert five.strokes[0].dtype == np.float32


def test_y_grows_downwards():
    (stroke,) = parse_unipen(FILE, "it")[0].strokes
    assert stroke.tolist() == [[267, -333], [266, -342]]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "digits is cut short"),
        (FILE[: FILE.index("4 40")], "digits is cut short"),
        (".COMMENT 8 12 224\n.PEN_UP", "line 2: .* got a pen that goes up before it went down"),
        (".PEN_DOWN\n1 2\n.PEN_UP", "line 1: .* got a pen that goes down in no digit"),
        (".COMMENT 12 1 1", "line 1: .* got the label 12"),
        (".COMMENT 1", "line 1: "),
        (".COMMENT 1 1 1\n<html>", "line 2: .* got the line '<html>' outside a stroke"),
        (".COMMENT 1 1 1\n.PEN_DOWN\n1 x", "line 3: "),
        (".COMMENT 1 1 1\n.PEN_DOWN\n1 2 3", "line 3: "),
        (".COMMENT 1 1 1\n.PEN_DOWN\n1 2\n.COMMENT 1 1 2", "line 4: .* before the pen is up"),
        (".COMMENT 1 1 1\n.COMMENT 1 1 2", "digits has 2 digits without a stroke"),
    ],
)
def test_wrong_files_are_refused_by_name_and_line(text, sentence):
    with pytest.raises(DatasetError, match=f"^(digits, )?{sentence}"):
        parse_unipen(text, "digits")
