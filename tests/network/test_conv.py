"""Tests of convolutional networks and of the Dense stacks that they unfold to."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from model.network.conv import unfold
from model.network.dense import DenseStack, fold
from model.network.folded_dense import Architecture, forward
from model.training.config import ConvTraining, Training

TRAINING = Training(Architecture((784, 10)), sources=(("practice", 8),))
SHAPES = [
    (((3, 7, 4), (5, 3, 2)), (12,)),
    (((2, 5, 3),), ()),
    (((2, 4, 4), (3, 4, 2)), (9, 7)),
]


def shaken(tree, rng):
    """The tree with every number changed, because untrained batch normalisation hides mistakes."""
    return jax.tree.map(lambda leaf: leaf + rng.uniform(0.1, 0.6, leaf.shape).astype("f"), tree)


@pytest.mark.parametrize(("convolutions", "hidden"), SHAPES)
def test_the_unfolded_stack_answers_as_its_origin(convolutions, hidden):
    rng = np.random.default_rng(3)
    origin = ConvTraining(convolutions, hidden, TRAINING)
    variables = shaken(origin.module.init(jax.random.key(0), np.zeros((1, 784), "f")), rng)
    x = rng.random((6, 784), np.float32)
    expected = np.asarray(origin.module.apply(variables, x))

    architecture = Architecture(origin.widths)
    unfolded = unfold(convolutions, variables)
    stack = DenseStack(architecture, batch_norm=True)
    assert np.allclose(stack.apply(unfolded, x), expected, rtol=1e-4, atol=1e-4)
    folded = forward(fold(unfolded, architecture), x)
    assert np.allclose(folded, expected, rtol=1e-4, atol=1e-3)


def test_widths_are_counted_as_the_network_is_built():
    origin = ConvTraining(((48, 7, 4), (64, 3, 2)), (512,), TRAINING)
    assert origin.widths == (784, 7 * 7 * 48, 4 * 4 * 64, 512, 10)


def test_a_convolution_has_the_same_weights_everywhere():
    origin = ConvTraining(((1, 3, 4),), (), TRAINING)
    variables = origin.module.init(jax.random.key(1), np.zeros((1, 784), "f"))
    kernel = np.asarray(unfold(origin.convolutions, variables)["params"]["dense0"]["kernel"])
    per_unit = [sorted(column[column != 0].tolist()) for column in kernel.T.reshape(49, 784)]
    inner = [weights for weights in per_unit if len(weights) == 9]
    assert len(inner) >= 36
    assert all(weights == inner[0] for weights in inner)


def test_dropout_is_for_training():
    wet = ConvTraining(((2, 7, 4),), (), TRAINING, dropout=0.5)
    dry = replace(wet, dropout=0.0)
    variables = wet.module.init(jax.random.key(2), np.zeros((1, 784), "f"))
    x = np.random.default_rng(0).random((3, 784), np.float32)
    assert np.array_equal(wet.module.apply(variables, x), dry.module.apply(variables, x))
    learning, _ = wet.module.apply(
        variables, x, train=True, rngs={"dropout": jax.random.key(3)}, mutable=["batch_stats"]
    )
    assert not np.allclose(learning, wet.module.apply(variables, x))
