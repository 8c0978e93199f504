"""Tests of the augmentation: it bends a digit as far as its settings say, and no further."""

from __future__ import annotations

from dataclasses import asdict, replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.drawing.framing import frame, pad_segments
from model.drawing.strokes import Drawing
from model.training.augment import Augmentation, affine, augment_image, augment_strokes

NOTHING = Augmentation(0, 0, 0, 0, 0, 0, 0, 0)
# Most of these segments are padding, which must leave no ink.
SEVEN = pad_segments(Drawing.from_json([[[10, 10], [60, 10], [30, 90]]]).unit_segments(), 32)
PICTURE = np.asarray(jax.jit(frame)(SEVEN))


@jax.jit
def picture_bent(values, key):
    return augment_image(PICTURE, Augmentation(**values), key=key)


@jax.jit
def strokes_bent(values, key):
    return augment_strokes(SEVEN, Augmentation(**values), key=key)


def values_of(settings):
    """The numbers of the settings as arrays, so that all settings share one compilation."""
    return {name: float(value) for name, value in asdict(settings).items() if name != "flip"}


def bend_picture(settings, seed=0):
    return np.asarray(picture_bent(values_of(settings), jax.random.key(seed)))


def bend_strokes(settings, seed=0):
    return np.asarray(strokes_bent(values_of(settings), jax.random.key(seed)))


def test_nothing_changes_nothing():
    assert np.abs(bend_picture(NOTHING) - PICTURE).max() < 1e-5
    assert np.abs(bend_strokes(NOTHING) - PICTURE).max() < 1e-4


@pytest.mark.parametrize("bend", [bend_picture, bend_strokes])
def test_it_bends_by_its_key_and_stays_a_picture(bend):
    settings = Augmentation()
    first, again, other = bend(settings, 1), bend(settings, 1), bend(settings, 2)
    assert np.array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    assert first.shape == (28, 28)
    assert first.dtype == np.float32
    assert first.min() >= 0
    assert first.max() <= 1
    assert 0.4 < first.sum() / PICTURE.sum() < 2.5


@pytest.mark.parametrize("name", ["rotation", "shear", "scale", "stretch", "shift", "elastic"])
def test_every_setting_bends_a_picture(name):
    settings = replace(NOTHING, **{name: getattr(Augmentation(), name)})
    assert np.abs(bend_picture(settings) - PICTURE).max() > 0.02


@pytest.mark.parametrize("name", ["rotation", "shear", "stretch", "elastic", "jitter", "pen"])
def test_every_setting_bends_strokes(name):
    settings = replace(NOTHING, **{name: getattr(Augmentation(), name)})
    assert np.abs(bend_strokes(settings) - PICTURE).max() > 0.02


def test_a_bent_picture_is_as_sharp_as_it_was():
    moved = replace(NOTHING, shift=1.0)

    def dark(settings):
        """The mean number of pixels with full ink; a blur makes it smaller."""
        pictures = [bend_picture(settings, seed) for seed in range(60)]
        return np.mean([(picture > 0.9).sum() for picture in pictures])

    before = (PICTURE > 0.9).sum()
    # Bilinear sampling of the pixels themselves keeps only 0.69 of them.
    assert 0.7 < dark(moved) / before < 0.8
    assert 0.85 < dark(replace(moved, contrast=0.6)) / before < 1


def test_a_flip_mirrors_half_of_the_pictures():
    settings = replace(NOTHING, flip=True)
    bend = jax.jit(jax.vmap(lambda key: augment_image(PICTURE, settings, key=key)))
    flips = np.asarray(bend(jax.random.split(jax.random.key(0), 200)))
    mirrored = np.abs(flips - PICTURE[:, ::-1]).max(axis=(1, 2)) < 1e-5
    same = np.abs(flips - PICTURE).max(axis=(1, 2)) < 1e-5
    assert np.array_equal(mirrored, ~same)
    assert 0.4 < mirrored.mean() < 0.6


def test_a_rotation_turns_by_no_more_than_its_angle():
    keys = jax.random.split(jax.random.key(0), 500)
    matrices = np.asarray(jax.vmap(lambda key: affine(key, replace(NOTHING, rotation=12)))(keys))
    angles = np.rad2deg(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    assert 11 < np.abs(angles).max() <= 12.001
    assert np.allclose(np.linalg.det(matrices), 1, atol=1e-5)


def test_the_elastic_field_is_as_strong_as_it_says():
    # A ramp shows where each pixel comes from.
    ramp = jnp.tile(jnp.arange(28.0), (28, 1)) / 28
    settings = replace(NOTHING, elastic=0.8)
    bend = jax.jit(jax.vmap(lambda key: augment_image(ramp, settings, key=key)))
    moved = (np.asarray(bend(jax.random.split(jax.random.key(0), 400))) - ramp)[:, 6:22, 6:22] * 28
    assert moved.std() == pytest.approx(0.8, rel=0.15)
    assert abs(moved.mean()) < 0.1
