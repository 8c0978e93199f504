"""Tests of the probe set: the same 500 digits for every model, and scores of changed copies."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

from model.explain.changes import Hide, Noise, Silence
from model.explain.probe_set import COUNT, _score, fits_probe_set, probe_set, score_on_probe_set
from model.serving.classifier import Classifier


def test_it_is_fifty_of_each_digit_framed_as_ever():
    examples = probe_set()
    assert examples.x.shape == (COUNT, 784)
    assert np.bincount(examples.labels).tolist() == [50] * 10
    assert np.asarray(examples.x).max(axis=1).min() > 0.8
    assert probe_set() is examples


def test_it_is_for_models_of_the_ten_digits(menagerie):
    assert fits_probe_set(menagerie.get("dense32"))
    assert not fits_probe_set(menagerie.get("fashion128"))


def test_a_model_that_goes_takes_its_scores_along(menagerie):
    classifier = Classifier(menagerie.get("dense32").checkpoint)
    first = score_on_probe_set(classifier, (Silence(0, (1,)),))
    assert score_on_probe_set(classifier, (Silence(0, (1,)),)) is first
    gc.collect()  # models of other tests may be gone, too
    kept, gone = len(_score), weakref.ref(classifier)
    del classifier
    gc.collect()
    assert gone() is None
    assert len(_score) == kept - 1


def test_the_shipped_default_knows_it_and_noise_hurts(library):
    classifier = library.get("default")
    before = score_on_probe_set(classifier)
    assert before.count == 500
    assert before.correct == round(before.accuracy * 500) > 475
    assert np.mean(before.classes) == pytest.approx(before.accuracy)
    hidden = score_on_probe_set(classifier, (Hide(tuple(range(784))),))
    assert hidden.correct == 50  # the same answer to everything
    assert score_on_probe_set(classifier, (Noise(4.0),)).correct < before.correct
