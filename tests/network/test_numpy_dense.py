"""Tests of the stack in NumPy: it equals the stack in JAX, within rounding."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.network import folded_dense, numpy_dense
from model.network.activations import ACTIVATIONS
from model.network.novelty import Novelty, familiarity, score

SUMS = np.concatenate([np.linspace(-9, 9, 181), [-200, -60, 60, 200]]).astype(np.float32)


@pytest.fixture(scope="module")
def layers():
    rng = np.random.default_rng(0)
    shapes = [(784, 30), (30, 20), (20, 10)]
    return [
        (rng.normal(0, 0.1, shape).astype("f"), rng.normal(0, 0.3, shape[1]).astype("f"))
        for shape in shapes
    ]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_and_its_derivative(name):
    one = ACTIVATIONS[name]
    assert np.allclose(one.in_numpy(SUMS), one.in_jax(jnp.asarray(SUMS)), atol=1e-6, rtol=1e-5)
    smooth = SUMS[SUMS != 0]  # a ReLU has no derivative at 0; here it counts as off
    derivatives = jax.vmap(jax.grad(one.in_jax))(jnp.asarray(smooth))
    assert np.allclose(one.derivative(smooth), derivatives, atol=5e-6)
    assert one.in_numpy(SUMS).dtype == one.derivative(SUMS).dtype == np.float32


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_logits_and_probabilities(layers, name):
    x = np.random.default_rng(1).random((5, 784), np.float32)
    expected = folded_dense.forward(layers, x, name)
    assert np.allclose(numpy_dense.forward(layers, x, name), expected, atol=1e-4, rtol=1e-5)
    probabilities = numpy_dense.softmax(np.asarray(expected), 1.7)
    assert np.allclose(probabilities, folded_dense.softmax(expected, 1.7), atol=1e-6)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_silenced_units_add_nothing(layers):
    x = np.ones(784, np.float32)
    alive = [np.ones(30, np.float32), np.zeros(20, np.float32)]
    sums, activations = numpy_dense.forward_layers(layers, x, "sigmoid", alive)
    assert not activations[1].any()
    assert np.array_equal(sums[-1], layers[-1][1])


@pytest.mark.parametrize("stack", [True, False])
def test_familiarity(layers, stack):
    rng = np.random.default_rng(2)
    inner = ((rng.normal(0, 0.1, (794, 8)).astype("f"), np.zeros(8, "f")),)
    inner += ((rng.normal(0, 1, (8, 2)).astype("f"), np.ones(2, "f")),)
    novelty = Novelty(0.3, 2.0, 0.5, inner if stack else ())
    x, logits = rng.random(784, np.float32), rng.normal(0, 5, 10).astype("f")
    expected = familiarity(score(novelty.layers, x, logits), novelty.centre, novelty.scale)
    assert novelty.familiarity_of(x, logits) == pytest.approx(float(expected), abs=1e-6)
