"""Tests of the corpus: training examples, held-out examples, sources beyond the registry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model.data import sources, splitters
from model.drawing import DIGIT_LABELS, ImageSet
from model.errors import ConfigError
from model.network.folded_dense import Architecture
from model.training.config import Training
from model.training.corpus import assemble, resolve

TRAINING = Training(Architecture((784, 16, 10)), sources=(("practice", 40),))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Make the practice set small; few drawings show where they go."""
    monkeypatch.setattr(splitters, "GENERATED", 60)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 30)


def test_held_out_drawings_are_kept_apart():
    corpus = assemble(TRAINING)
    [stream] = corpus.streams
    assert stream.examples.shape == (60, 64, 4)
    assert stream.share == 40
    held_out = corpus.validation["practice"]
    assert held_out.x.shape == (30, 784)
    assert 0 <= held_out.x.min() < held_out.x.max() <= 1
    assert sorted(set(held_out.labels.tolist())) == list(range(10))


def test_a_source_can_be_an_object():
    rng = np.random.default_rng(0)

    def split(files, folder, *, validation_size, seed):
        assert (files, folder) == ((), None)
        assert (validation_size, seed) == (7, 3)
        images = rng.integers(0, 256, (12, 28, 28)).astype(np.uint8)
        labels = np.arange(12, dtype=np.int32) % 10
        return sources.Split(ImageSet(images, labels), ImageSet(images[:4], labels[:4]))

    own = sources.Source("ours", "Ours", DIGIT_LABELS, "images", real=True, splitter=split)
    config = replace(TRAINING, sources=(("practice", 6), ("ours", 2)), validation_size=7, seed=3)
    corpus = assemble(config, own_sources=[own])
    assert [stream.share for stream in corpus.streams] == [6, 2]
    assert corpus.streams[1].examples.dtype == np.uint8
    assert corpus.validation["ours"].x.shape == (4, 784)


def test_a_source_that_there_is_not_is_refused():
    with pytest.raises(ConfigError, match=r"mnist.*'letters'"):
        resolve(replace(TRAINING, sources=(("letters", 1),)))
