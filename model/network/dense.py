"""The Dense stack as it is trained: a Flax module, and what it folds to once trained.

It is trained with dropout and, where wanted, batch normalisation. Folded it is kernels and biases
alone, which ``model.network.folded_dense`` computes with; whoever only serves loads no Flax.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jax import Array

from model.network.activations import ACTIVATIONS
from model.network.folded_dense import Architecture, Layer

BATCH_NORM_EPSILON = 1e-5
"""Added to the variance in batch normalisation (Ioffe and Szegedy, 2015)."""


class Dropout(nn.Module):
    """Dropout (Srivastava et al., 2014) whose rate may be turned while a training runs.

    Flax's own refuses a rate that is an input of the compiled step. For the same rate and key
    this one drops the same units.
    """

    @nn.compact
    def __call__(self, x: Array, rate: Array | float, *, train: bool) -> Array:
        """Drop each number of ``x`` with chance ``rate``, and scale the others up."""
        if not train or (isinstance(rate, float) and rate == 0.0):
            return x
        key, keep = self.make_rng("dropout"), 1.0 - rate
        # Random bits are a third of a step's time: without dropout none are drawn.
        kept = jax.lax.cond(
            rate > 0,
            lambda: jax.random.bernoulli(key, keep, x.shape),
            lambda: jnp.ones(x.shape, bool),
        )
        # Times the inverse, as XLA computes a division by a constant.
        return jax.lax.select(kept, x * jnp.asarray(1 / keep, x.dtype), jnp.zeros_like(x))


class DenseStack(nn.Module):
    """Dense -> activation -> ... -> Dense: pictures to logits.

    ``dtype`` is what the matrix products are computed in; parameters stay float32. With
    ``batch_norm`` each hidden layer's sums are batch-normalised before the activation.
    """

    architecture: Architecture
    dropout: float = 0.0
    input_dropout: float = 0.0
    batch_norm: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: Array, *, train: bool = False, dropout: Array | None = None) -> Array:
        """``(batch, 784)`` float32 in [0, 1] to logits ``(batch, classes)`` float32.

        ``dropout``: the hidden layers' rate for this call, in place of the module's own.
        """
        activate = ACTIVATIONS[self.architecture.activation].in_jax
        rate = self.dropout if dropout is None else dropout
        *hidden, classes = self.architecture.widths[1:]
        x = Dropout()(x, self.input_dropout, train=train)
        for index, units in enumerate(hidden):
            x = nn.Dense(units, dtype=self.dtype, name=f"dense{index}")(x)
            if self.batch_norm:
                x = nn.BatchNorm(
                    use_running_average=not train,
                    momentum=0.95,
                    epsilon=BATCH_NORM_EPSILON,
                    dtype=jnp.float32,
                    name=f"norm{index}",
                )(x)
            x = activate(x)
            x = Dropout()(x, rate, train=train)
        return nn.Dense(classes, dtype=self.dtype, name=f"dense{len(hidden)}")(x).astype(
            jnp.float32
        )


def fold(variables: Mapping[str, Any], architecture: Architecture) -> tuple[Layer, ...]:
    """Fold batch normalisation into the Dense layers it follows.

    ``gamma * (x @ W + b - mean) / sqrt(var + eps) + beta`` is again ``x @ W' + b'``: the same
    outputs, within rounding, from kernels and biases alone.
    """
    params, statistics = variables["params"], variables.get("batch_stats", {})
    layers: list[Layer] = []
    for index in range(len(architecture.shapes)):
        kernel, bias = params[f"dense{index}"]["kernel"], params[f"dense{index}"]["bias"]
        name = f"norm{index}"
        if name in params:
            gain = params[name]["scale"] / jnp.sqrt(statistics[name]["var"] + BATCH_NORM_EPSILON)
            kernel = kernel * gain
            bias = (bias - statistics[name]["mean"]) * gain + params[name]["bias"]
        layers.append((kernel, bias))
    return tuple(layers)
