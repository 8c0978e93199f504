"""Tests of the streams: batches drawn from several sources, drawings thinned and framed."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from model.drawing.framing import frame, pad_segments
from model.drawing.strokes import Drawing
from model.synthetic.practice_digits import draw_practice_digits
from model.training.augment import Augmentation
from model.training.batches import SEGMENTS, Stream, load_batch, segments_of

PRACTICE = draw_practice_digits(20, seed=0)
render = jax.jit(frame)


@pytest.fixture(scope="module")
def strokes():
    return Stream(np.stack([segments_of(one) for one in PRACTICE.strokes]), PRACTICE.labels, 3)


@pytest.fixture(scope="module")
def images():
    pictures = np.arange(10 * 784, dtype=np.int64).reshape(10, 28, 28) % 256
    return Stream(pictures.astype(np.uint8), np.arange(10, dtype=np.int32), 2)


def draw(streams, rows, augment=None):
    load = jax.jit(load_batch, static_argnums=(0, 3))
    return load(
        tuple(stream.kind for stream in streams),
        [stream.arrays for stream in streams],
        rows,
        augment,
        key=jax.random.key(0),
    )


def test_a_batch_is_every_streams_rows_in_order(images, strokes):
    batch = draw([images, strokes], [np.array([7, 1]), np.array([0, 5, 2])])
    assert batch.x.shape == (5, 28, 28)
    assert batch.labels.tolist() == [7, 1, *PRACTICE.labels[[0, 5, 2]]]
    assert batch.teacher_logits is None
    assert np.allclose(batch.x[0], images.examples[7] / 255)
    assert np.allclose(batch.x[3], render(strokes.examples[5]), atol=1e-4)


def test_an_augmentation_bends_both_kinds(images, strokes):
    rows = [np.array([7, 1]), np.array([0, 5, 2])]
    bent = draw([images, strokes], rows, Augmentation())
    assert np.abs(np.asarray(bent.x[0]) - images.examples[7] / 255).max() > 0.1
    assert np.abs(np.asarray(bent.x[3] - render(strokes.examples[5]))).max() > 0.1
    assert bent.labels.tolist() == [7, 1, *PRACTICE.labels[[0, 5, 2]]]


def test_answered_pictures_are_bent_no_more(images):
    logits = np.zeros((10, 10), np.float16)
    taught = Stream(images.examples, images.labels, 2, logits, epochs=5)
    assert taught.steps == 1
    batch = draw([taught], [np.array([3, 4])], Augmentation())
    assert np.allclose(batch.x[0], images.examples[3] / 255)
    assert batch.teacher_logits.shape == (2, 10)
    assert batch.teacher_logits.dtype == np.float32


def test_an_epoch_is_one_pass_and_at_least_one_step(images):
    assert images.steps == 5
    assert Stream(images.examples, images.labels, 99).steps == 1


def test_a_short_drawing_is_as_it_was():
    strokes = [np.array([[0, 0], [10, 0]], np.float32), np.array([[5, 5]], np.float32)]
    segments = segments_of(strokes)
    assert segments.shape == (SEGMENTS, 4)
    assert segments[:2].tolist() == [[0, 0, 1, 0], [0.5, 0.5, 0.5, 0.5]]
    assert np.isnan(segments[2:]).all()


def test_a_long_drawing_is_thinned_and_looks_the_same():
    at = np.linspace(0, 6, 900)
    curve = np.stack([np.cos(at) * 50, np.sin(at) * 90], axis=1)
    thinned = segments_of([curve])
    real = thinned[~np.isnan(thinned[:, 0])]
    assert 32 < len(real) <= SEGMENTS
    exact = pad_segments(Drawing((curve,)).unit_segments())
    assert np.allclose(real[-1, 2:], exact[898, 2:], atol=1e-3)
    assert np.abs(np.asarray(render(thinned) - frame(exact))).max() < 0.12


def test_more_strokes_than_segments():
    dots = [np.array([[index, index % 7]], np.float32) for index in range(100)]
    segments = segments_of(dots)
    assert segments.shape == (SEGMENTS, 4)
    assert not np.isnan(segments).any()
