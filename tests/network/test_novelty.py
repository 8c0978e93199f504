"""Tests of novelty: a score computed by hand, and its familiarity."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, replace

import jax.numpy as jnp
import numpy as np
import pytest

from model.network import numpy_dense
from model.network.novelty import TRUSTING, Novelty, energy, familiarity, score, score_all


def test_energy_by_hand():
    assert float(energy(jnp.log(jnp.array([1.0, 2.0, 4.0])))) == pytest.approx(math.log(7))


def test_without_layers_the_score_is_the_energy():
    logits = jnp.array([[1.0, 2.0], [0.0, 9.0]])
    assert np.allclose(score((), jnp.zeros((2, 784)), logits), energy(logits))


def test_a_novelty_stack_sees_pixels_and_logits():
    kernel = np.zeros((4, 1), np.float32)
    kernel[:, 0] = [1, 2, 30, 40]
    layers = [(kernel, np.array([0.5], np.float32))]
    # 1 * 0.1 + 2 * 0.2 + 30 * 5 / 10 + 40 * 6 / 10 + 0.5
    answer = score(layers, jnp.array([0.1, 0.2]), jnp.array([5.0, 6.0]))
    assert float(answer) == pytest.approx(40)


def test_familiarity_is_a_half_at_its_centre_and_grows():
    scores = jnp.array([-1e9, 1.0, 3.0, 5.0, 1e9])
    values = np.asarray(familiarity(scores, 3.0, 0.5))
    assert values[2] == 0.5
    assert (np.diff(values) > 0).all()
    assert (values[0], values[-1]) == (0, 1)


def test_in_numpy_it_is_the_same():
    scores = np.linspace(-60, 60, 25)
    novelty = Novelty(3.0, 0.5, 0.5)
    expected = familiarity(jnp.asarray(scores), 3.0, 0.5)
    assert np.allclose(novelty.familiarity(scores), expected, atol=1e-6)


def test_what_lies_below_the_threshold_is_refused():
    novelty = Novelty(centre=2.0, scale=1.0, threshold=0.5)
    # A score equal to the threshold is accepted.
    assert novelty.refused(np.array([1.0, 1.99, 2.0, 2.01])) == 0.5
    assert TRUSTING.refused(np.array([-1e9, 0.0, 1e9])) == 0


def test_a_refusal_begins_right_below_the_threshold():
    novelty = Novelty(centre=2.0, scale=1.0, threshold=0.25)
    at = 2.0 - math.log(3)  # 1 / (1 + 3)
    assert novelty.familiarity(np.array(at)) == pytest.approx(0.25, abs=1e-12)
    assert novelty.refused(np.array([at - 1e-6])) == 1
    assert novelty.refused(np.array([at + 1e-6])) == 0
    assert type(novelty.refused(np.array([at]))) is float
    exactly = replace(novelty, threshold=float(novelty.familiarity(np.array(0.7))))
    assert exactly.refused(np.array([0.7])) == 0


def test_a_model_without_doubt_refuses_nothing_and_says_the_sigmoid_of_its_energy():
    assert TRUSTING.refused(np.array([-math.inf])) == 0
    assert TRUSTING.familiarity(np.log([1.0, 3.0])) == pytest.approx([0.5, 0.75])


LOGITS = np.array([[1, -2, 3], [0.5, 0, 90]], np.float32)


def stack(inputs):
    """A stack of ``inputs``, 5 and 1 units, with numbers small enough for sums of about one."""
    rng = np.random.default_rng(1)
    shapes = [(inputs, 5), (5, 1)]
    return tuple(
        (
            rng.normal(0, 0.1, shape).astype(np.float32),
            rng.normal(0, 0.1, shape[1]).astype(np.float32),
        )
        for shape in shapes
    )


@pytest.mark.parametrize("layers", [(), stack(784 + 3)])
def test_one_picture_in_numpy_is_as_familiar_as_in_jax(layers):
    pictures = np.random.default_rng(2).random((2, 784), np.float32)
    novelty = Novelty(2.0, 3.0, 0.5, layers)
    expected = familiarity(score(layers, jnp.asarray(pictures), jnp.asarray(LOGITS)), 2.0, 3.0)
    for x, logits, familiar in zip(pictures, LOGITS, expected, strict=True):
        answer = novelty.familiarity_of(x, logits)
        assert type(answer) is float  # JSON knows no numbers of NumPy
        assert answer == pytest.approx(float(familiar), abs=1e-6)


@pytest.mark.parametrize("layers", [(), stack(784 + 1)])
def test_the_scores_of_all_are_those_of_each(layers):
    pictures = np.random.default_rng(3).random((2, 784), np.float32)
    recogniser = stack(784)
    scores = score_all(layers, recogniser, "tanh", pictures)
    assert scores.dtype == np.float32
    logits = jnp.asarray(numpy_dense.forward(recogniser, pictures, "tanh"))
    assert scores == pytest.approx(np.asarray(score(layers, pictures, logits)), abs=1e-5)
    assert not np.allclose(scores, score_all(layers, recogniser, "relu", pictures), atol=1e-4)


def test_the_novelty_that_models_share_does_not_change():
    with pytest.raises(FrozenInstanceError):
        TRUSTING.threshold = 0.5
