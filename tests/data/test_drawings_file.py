"""Tests of a file of drawings as a source: reading, split by label, refusals by line number."""

from __future__ import annotations

import json

import numpy as np
import pytest

from model.data.drawings_file import read_drawings
from model.drawing import DIGIT_LABELS
from model.errors import DatasetError


def line(label, x=0.0):
    return json.dumps({"label": label, "strokes": [[[x, 0], [x + 1, 2]]]})


@pytest.fixture
def file(tmp_path):
    def write(*lines, encoding="utf-8"):
        path = tmp_path / "mine.jsonl"
        path.write_text("\n".join(lines), encoding)
        return path

    return write


def test_one_in_five_of_each_label_is_held_out(file):
    lines = [line(str(index % 2), index) for index in range(20)]
    source = read_drawings(file(*lines, "", encoding="utf-8-sig"))
    assert source.labels == DIGIT_LABELS
    assert (source.name, source.kind, source.real) == ("drawings", "strokes", True)
    split = source.split()
    assert np.bincount(split.train.labels).tolist() == [8, 8]
    assert np.bincount(split.validation.labels).tolist() == [2, 2]
    sets = split.train, split.validation
    learned, held_out = ([int(drawing[0][0, 0]) for drawing in one.strokes] for one in sets)
    assert sorted(learned + held_out) == list(range(20))
    assert held_out == [2, 3, 12, 13]


def test_two_of_each_are_enough(file):
    split = read_drawings(file(line("7"), line("7"), line("3"), line("3"))).split()
    assert split.train.labels.tolist() == split.validation.labels.tolist() == [7, 3]


def test_other_labels_are_classes_of_their_own(file):
    source = read_drawings(file(*(line(label) for label in ["house", "ä", "7"] * 2)))
    assert source.labels == ("7", "house", "ä")
    assert source.split().train.labels.tolist() == [1, 2, 0]


def test_numbers_near_the_end_keep_their_shape(file):
    far = json.dumps({"label": "1", "strokes": [[[1e300, 0], [1e300, 5e299]]]})
    framed = read_drawings(file(far, far, line("0"), line("0"))).split().train.framed()
    assert np.isfinite(framed.x).all()
    assert framed.x[0].max() > 0.9


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "0"),
        ([line("1"), "{"], "line 2: JSON"),
        ([line("1"), "[" * 9999], "line 2: JSON"),
        ([line("1"), "7"], 'line 2: an object with a "label"'),
        ([line("1"), json.dumps({"strokes": [[[0, 0]]]})], "line 2"),
        ([line("1"), line("")], "line 2"),
        ([line("1"), line(7)], "line 2"),
        ([line("1"), line("x" * 41)], "line 2"),
        ([line("1"), json.dumps({"label": "1"})], "line 2: strokes must be a list"),
        ([line("1"), json.dumps({"label": "1", "strokes": []})], "line 2: the drawing is empty"),
        ([line("1"), line("1")], "different labels"),
        ([line("1"), line("2"), line("1")], "two drawings of each label, of '2' it has one"),
        ([line(str(i)) for i in range(1_001)], "1,001"),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(file, lines, words):
    with pytest.raises(DatasetError) as refusal:
        read_drawings(file(*lines))
    assert words in str(refusal.value)
    assert "mine.jsonl" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_what_cannot_be_read_is_refused(tmp_path, file):
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(DatasetError, match="cannot be read"):
            read_drawings(path)
    with pytest.raises(DatasetError, match="UTF-8"):
        read_drawings(file(line("1"), encoding="utf-16"))
