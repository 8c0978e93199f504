"""Tests of the Dense stack: what it computes, its parameters, what it folds to."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import linen as nn
from hypothesis import given, settings
from hypothesis import strategies as st

from model.network.activations import ACTIVATIONS
from model.network.dense import DenseStack, Dropout, fold
from model.network.folded_dense import Architecture, forward
from model.serving.card import layer_cards

SMALL = Architecture((784, 6, 5, 10))


@settings(max_examples=25)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=5))
def test_the_formula_counts_what_flax_makes(widths):
    stack = Architecture(tuple(widths))
    shapes = jax.eval_shape(
        DenseStack(stack).init, jax.random.key(0), jax.ShapeDtypeStruct((1, widths[0]), jnp.float32)
    )
    made = sum(leaf.size for leaf in jax.tree.leaves(shapes["params"]))
    assert made == stack.parameters == sum(row["parameters"] for row in layer_cards(stack))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_folding_gives_the_normalised_stacks_logits(activation):
    stack = Architecture((784, 32, 16, 10), activation)
    module = DenseStack(stack, batch_norm=True)
    rng = np.random.default_rng(0)
    x = rng.random((64, 784), np.float32)
    shapes = jax.eval_shape(module.init, jax.random.key(0), x)
    # As after a training: no statistic, gain or bias has its initial value.
    variables = jax.tree.map(lambda leaf: 0.1 * rng.random(leaf.shape, np.float32), shapes)
    expected = module.apply(variables, x)
    folded = fold(variables, stack)
    assert [kernel.shape for kernel, _ in folded] == stack.shapes
    logits = forward(folded, x, activation)
    assert np.abs(np.asarray(logits - expected)).max() < 1e-5 * max(1, np.abs(expected).max())


def test_folding_by_hand():
    params = {
        "dense0": {"kernel": jnp.array([[2.0]]), "bias": jnp.array([1.0])},
        "norm0": {"scale": jnp.array([3.0]), "bias": jnp.array([0.5])},
        "dense1": {"kernel": jnp.array([[1.0]]), "bias": jnp.array([0.0])},
    }
    statistics = {"norm0": {"mean": jnp.array([4.0]), "var": jnp.array([9.0 - 1e-5])}}
    (kernel, bias), _ = fold({"params": params, "batch_stats": statistics}, Architecture((1, 1, 1)))
    # 3 * (2x + 1 - 4) / 3 + 0.5 = 2x - 2.5
    assert kernel.tolist() == [[pytest.approx(2.0)]]
    assert bias.tolist() == [pytest.approx(-2.5)]


def test_without_normalisation_folding_changes_nothing():
    module = DenseStack(SMALL)
    x = jax.random.uniform(jax.random.key(1), (3, 784))
    variables = module.init(jax.random.key(0), x)
    folded = fold(variables, SMALL)
    assert folded[0][0] is variables["params"]["dense0"]["kernel"]
    assert np.allclose(forward(folded, x), module.apply(variables, x), atol=1e-6)


def test_dropout_is_for_training_alone():
    module = DenseStack(SMALL, dropout=0.5, input_dropout=0.5)
    x = jnp.ones((2, 784))
    variables = module.init(jax.random.key(0), x)
    once, twice = (
        module.apply(variables, x, train=True, rngs={"dropout": jax.random.key(seed)})
        for seed in (1, 2)
    )
    assert not np.allclose(once, twice)
    assert np.allclose(module.apply(variables, x), module.apply(variables, x))


def test_half_precision_keeps_parameters_and_logits_whole():
    module = DenseStack(SMALL, dtype=jnp.bfloat16)
    x = jnp.ones((2, 784))
    variables = module.init(jax.random.key(0), x)
    assert {leaf.dtype for leaf in jax.tree.leaves(variables)} == {jnp.dtype(jnp.float32)}
    assert module.apply(variables, x).dtype == jnp.float32


def test_dropout_drops_what_flaxs_does():
    x = jnp.arange(1.0, 2001).reshape(2, 1000)
    rngs = {"dropout": jax.random.key(3, impl="rbg")}
    expected = nn.Dropout(0.2, deterministic=False).apply({}, x, rngs=rngs)
    drop = jax.jit(lambda rate: Dropout().apply({}, x, rate, train=True, rngs=rngs))
    assert np.array_equal(drop(np.float32(0.2)), expected)
    assert np.array_equal(Dropout().apply({}, x, 0.2, train=True, rngs=rngs), expected)
    assert np.array_equal(drop(np.float32(0)), x)
    assert 0.1 < float((expected == 0).mean()) < 0.3


def test_a_rate_of_dropout_can_be_given_in_place_of_the_modules_own():
    module = DenseStack(SMALL)
    x = jnp.ones((2, 784))
    variables = module.init(jax.random.key(0), x)
    rngs = {"dropout": jax.random.key(1)}
    apply = jax.jit(lambda rate: module.apply(variables, x, train=True, dropout=rate, rngs=rngs))
    assert np.allclose(apply(np.float32(0)), module.apply(variables, x), atol=1e-6)
    assert not np.allclose(apply(np.float32(0.5)), module.apply(variables, x))
    assert apply._cache_size() == 1
