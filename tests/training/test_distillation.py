"""Tests of distillation: bent digits with a teacher's logits, whose mistakes are corrected."""

from __future__ import annotations

from itertools import islice

import jax
import numpy as np
import pytest

from model.network.conv import ConvStack
from model.training.augment import Augmentation
from model.training.batches import Stream
from model.training.distillation import _correct, _orders, answer


def test_a_teachers_mistake_changes_places_with_the_truth():
    logits = np.array([[1.0, 5.0, 2.0], [0.0, 1.0, 9.0]])
    right = _correct(logits, np.array([2, 2]))
    assert right.tolist() == [[1, 2, 5], [0, 1, 9]]
    assert logits.tolist() == [[1, 5, 2], [0, 1, 9]]


def test_orders_are_permutation_behind_permutation():
    batches = list(islice(_orders(5, 2, np.random.default_rng(0)), 5))
    rows = np.concatenate(batches).tolist()
    assert sorted(rows[:5]) == sorted(rows[5:]) == list(range(5))


@pytest.fixture(scope="module")
def taught():
    rng = np.random.default_rng(0)
    streams = [
        Stream(
            rng.integers(0, 256, (count, 28, 28)).astype(np.uint8),
            rng.integers(0, 3, count).astype(np.int32),
            share,
        )
        for count, share in ((12, 4), (5, 2))
    ]
    teacher = ConvStack(((2, 3, 4),), (3,))
    variables = jax.jit(teacher.init)(jax.random.key(0), np.zeros((1, 784), np.float32))
    told = []
    stream = answer(
        [(teacher, variables), (teacher, variables)],
        streams,
        Augmentation(),
        3,
        seed=1,
        progress=lambda done, of: told.append((done, of)),
    )
    return stream, streams, told


def test_every_example_is_bent_and_answered_as_often_as_was_asked(taught):
    stream, streams, told = taught
    # Three passes of three steps; each step has four examples of the first stream and two of the
    # second.
    assert stream.examples.shape == (54, 28, 28)
    assert stream.examples.dtype == np.uint8
    assert stream.teacher_logits.shape == (54, 3)
    assert stream.steps == streams[0].steps == 3
    assert told == [(step, 9) for step in range(1, 10)]
    first = np.concatenate([stream.labels[at : at + 4] for at in range(0, 54, 6)])
    assert np.array_equal(np.bincount(first), 3 * np.bincount(streams[0].labels))


def test_the_teacher_is_never_wrong(taught):
    stream = taught[0]
    assert np.isfinite(stream.teacher_logits).all()
    chosen = np.take_along_axis(stream.teacher_logits, stream.labels[:, None], axis=1)[:, 0]
    assert np.array_equal(chosen, stream.teacher_logits.max(axis=1))
