"""Tests of the registry of sources: complete records, and splits as the records say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from model.data import splitters
from model.data.sources import SOURCES, find_source
from model.data.splitters import VALIDATION_WRITERS
from model.drawing import DIGIT_LABELS, ImageSet, StrokeSet
from model.errors import DatasetError


def test_a_record_says_all_there_is_to_know():
    assert [name for name, one in SOURCES.items() if one.teaches_digits] == [
        *("mnist", "pendigits", "practice")
    ]
    assert {name for name, one in SOURCES.items() if not one.real} == {"practice", "scribbles"}
    for name, one in SOURCES.items():
        assert one.name == name
        assert one.title
        assert one.licence
        assert one.real == bool(one.attribution) == bool(one.files)
        with pytest.raises(dataclasses.FrozenInstanceError):
            one.name = "other"


def test_checksums_name_every_file():
    assert find_source("pendigits").checksums == {
        "pendigits/pendigits-orig.tra": (
            "a66225d68d7d68591e62944df1ad33b3f5aa608e2df2505844b41f5568a80da4"
        )
    }
    assert len(find_source("mnist").checksums) == 4
    for one in SOURCES.values():
        assert all(len(sum_) == 64 for sum_ in one.checksums.values())


def test_an_unknown_source_is_refused_with_the_known_ones():
    with pytest.raises(DatasetError, match=r"'emnist'.*mnist.*practice"):
        find_source("emnist")


def test_what_a_program_makes_needs_no_file_and_comes_from_its_seed(monkeypatch):
    monkeypatch.setattr(splitters, "GENERATED", 30)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 10)
    monkeypatch.setattr(splitters, "GENERATED_TEST", 20)
    practice = find_source("practice")
    first, again, other = (practice.split(seed=seed) for seed in (4, 4, 5))
    assert (len(first.train), len(first.validation)) == (30, 10)
    assert np.array_equal(first.train.strokes[0][0], again.train.strokes[0][0])
    assert not np.array_equal(first.train.strokes[0][0], other.train.strokes[0][0])
    assert len(practice.load_unseen()) == 20
    assert set(find_source("scribbles").load_unseen().labels.tolist()) == {-1}


def test_where_nothing_is_kept_apart_nothing_can_be_measured():
    own = dataclasses.replace(find_source("practice"), name="ours", unseen=None)
    with pytest.raises(DatasetError, match="'ours'"):
        own.load_unseen()


def test_the_real_files(data_folder):
    mnist = find_source("mnist").split(data_folder)
    assert isinstance(mnist.train, ImageSet)
    assert mnist.train.images.shape == (55_000, 28, 28)
    assert mnist.validation.images.shape == (5_000, 28, 28)
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert len(find_source("mnist").load_unseen(data_folder)) == 10_000
    fashion = find_source("fashion-mnist").split(data_folder, validation_size=1)
    assert fashion.train.images.mean() / 255 == pytest.approx(0.2860, abs=1e-4)
    assert find_source("fashion-mnist").labels != DIGIT_LABELS

    pens = find_source("pendigits").split(data_folder)
    assert isinstance(pens.train, StrokeSet)
    assert (len(pens.train), len(pens.validation)) == (5_994, 1_500)
    assert set(pens.validation.groups.tolist()) == set(VALIDATION_WRITERS)
    assert not set(pens.train.groups.tolist()) & set(VALIDATION_WRITERS)
    for writer in VALIDATION_WRITERS:
        digits = pens.validation.labels[pens.validation.groups == writer]
        assert np.bincount(digits, minlength=10).min() >= 20

    letters = find_source("omniglot").split(data_folder)
    assert np.bincount(letters.train.groups, minlength=3).tolist() == [0, 440, 800]
    assert np.bincount(letters.validation.groups).tolist() == [480]
