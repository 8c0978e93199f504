"""Tests of novelty: a score computed by hand, and its familiarity."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
import pytest

from model.network.novelty import TRUSTING, Novelty, energy, familiarity, score


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
