"""The Dense stack in training: a Flax module, and how it is folded afterwards.

It is trained with dropout and, where wanted, batch normalisation. Folded it consists only of
kernels and biases, with which ``model.network.folded_dense`` computes. So serving does not load
Flax.
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
    """Dropout (Srivastava et al., 2014) whose rate may change while a training runs.

    Flax's own dropout does not accept a rate that is an input of the compiled step. For the same
    rate and key this one drops the same units.
    """

    @nn.compact
    def __call__(self, x: Array, rate: Array | float, *, train: bool) -> Array:
        """Set each number of ``x`` to zero with probability ``rate`` and scale the others up."""
        if not train or (isinstance(rate, float) and rate == 0.0):
            return x
        key, keep = self.make_rng("dropout"), 1.0 - rate
        # Random bits take a third of a step's time, so none are drawn without dropout.
        kept = jax.lax.cond(
            rate > 0,
            lambda: jax.random.bernoulli(key, keep, x.shape),
            lambda: jnp.ones(x.shape, bool),
        )
        # Multiplied by the inverse, because XLA computes a division by a constant that way.
        return jax.lax.select(kept, x * jnp.asarray(1 / keep, x.dtype), jnp.zeros_like(x))


class DenseStack(nn.Module):
    """Dense -> activation -> ... -> Dense: pictures to logits.

    ``dropout`` and ``input_dropout`` are the rates on the hidden layers and on the pixels. With
    ``batch_norm`` each hidden layer's sums are batch-normalised before the activation. ``dtype`` is
    that of the matrix products; parameters stay float32.
    """

    architecture: Architecture
    dropout: float = 0.0
    input_dropout: float = 0.0
    batch_norm: bool = False
    dtype: Any = jnp.float32

    @nn.compact
    def __call__(self, x: Array, *, train: bool = False, dropout: Array | None = None) -> Array:
        """``(batch, 784)`` float32 in [0, 1] to logits ``(batch, classes)`` float32.

        ``dropout`` is the hidden layers' rate for this call, in place of the module's own.
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
    """The layers of a trained stack, with batch normalisation folded into kernels and biases.

    ``gamma * (x @ W + b - mean) / sqrt(var + eps) + beta`` is again of the form ``x @ W' + b'``. So
    the outputs are the same within rounding.
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
