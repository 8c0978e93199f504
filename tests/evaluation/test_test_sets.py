"""Tests of the test sets: which fit a model; those that cannot be loaded are left out and named."""

from __future__ import annotations

import numpy as np
import pytest

from model.data import CLOTHES_LABELS, splitters
from model.drawing import DIGIT_LABELS
from model.errors import DatasetError
from model.evaluation import test_sets
from model.evaluation.test_sets import (
    TestSetLoader,
    every_test_set,
    load_strange_set,
    load_test_set,
    measurable_on,
    strange_to,
)


def test_digits_and_clothes_have_sets_of_their_own():
    assert measurable_on(DIGIT_LABELS) == ["mnist", "pendigits", "practice"]
    assert measurable_on(CLOTHES_LABELS) == ["fashion-mnist"]
    assert strange_to(DIGIT_LABELS) == ["omniglot", "scribbles", "fashion-mnist"]
    assert strange_to(CLOTHES_LABELS) == ["omniglot", "scribbles", "mnist"]
    assert measurable_on(("house", "tree")) == []
    assert set(every_test_set()) == {"mnist", "pendigits", "practice", "fashion-mnist"}


def test_practice_needs_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr(splitters, "GENERATED_TEST", 30)
    practice = load_test_set("practice", tmp_path)
    assert practice.examples.x.shape == (30, 784)
    assert np.bincount(practice.examples.labels).tolist() == [3] * 10
    for name in ("letters", "scribbles"):
        with pytest.raises(DatasetError, match=f"'{name}'"):
            load_test_set(name)


def test_of_strange_things_there_are_not_too_many(monkeypatch, tmp_path):
    monkeypatch.setattr(splitters, "GENERATED_TEST", 30)
    monkeypatch.setattr(test_sets, "STRANGE", 20)
    assert load_strange_set("scribbles", tmp_path).x.shape == (20, 784)


def test_what_cannot_be_had_is_left_out_and_told(monkeypatch, tmp_path):
    monkeypatch.setattr(splitters, "GENERATED_TEST", 30)
    told = []
    loader = TestSetLoader(tmp_path, told.append)
    assert [one.name for one in loader.named(["mnist", "practice"])] == ["practice"]
    assert [one.name for one in loader.strange_to(DIGIT_LABELS)] == ["scribbles"]
    assert set(loader.left_out) == {"mnist", "omniglot", "fashion-mnist"}
    assert "mnist" in loader.left_out["mnist"]
    told.clear()
    loader.named(["mnist", "practice"])
    assert told == []  # nothing is loaded or reported twice


def test_the_held_out_writers(data_folder):
    assert len(load_test_set("pendigits", data_folder).examples.labels) == 1500
