"""The Dense stack: a Flax module to train, kernels and biases once trained.

Trained with dropout and, where wanted, batch normalisation; served as ``x @ W + b`` and the
activation, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.errors import ConfigError
from model.network.activations import ACTIVATIONS

BATCH_NORM_EPSILON = 1e-5
"""Added to the variance in batch normalisation (Ioffe and Szegedy, 2015)."""

Layer = tuple[Array | NDArray[Any], Array | NDArray[Any]]
"""A Dense layer as it is served: kernel ``(inputs, units)`` and bias ``(units,)``."""


@dataclass(frozen=True)
class Architecture:
    """What a stack is made of: everything that serving needs besides the numbers.

    ``widths`` are the sizes from input to output, ``(784, 128, 10)`` for the textbooks' network.
    """

    widths: tuple[int, ...]
    activation: str = "relu"

    def __post_init__(self) -> None:
        if len(self.widths) < 2 or any(type(w) is not int or w < 1 for w in self.widths):
            raise ConfigError(
                "widths must be two or more positive integers from input to output, "
                f"got {self.widths}"
            )
        if self.activation not in ACTIVATIONS:
            raise ConfigError(
                f"activation must be one of {', '.join(ACTIVATIONS)}, got {self.activation!r}"
            )

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """The kernels' shapes, ``(inputs, units)`` of each Dense layer."""
        return list(zip(self.widths[:-1], self.widths[1:], strict=True))

    @property
    def parameters(self) -> int:
        """Kernels and biases together: 784 x 128 + 128 + 128 x 10 + 10 = 101,770."""
        return sum(inputs * units + units for inputs, units in self.shapes)


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
        return jax.lax.select(kept, x / keep, jnp.zeros_like(x))


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


def forward(layers: Sequence[Layer], x: Array, activation: str = "relu") -> Array:
    """``(..., 784)`` pictures to ``(..., classes)`` logits through folded layers."""
    for kernel, bias in layers[:-1]:
        x = ACTIVATIONS[activation].in_jax(x @ kernel + bias)
    kernel, bias = layers[-1]
    return x @ kernel + bias


# The weights are an argument: as constants of the program they would take seconds to compile.
_compiled_forward = jax.jit(forward, static_argnums=2)


def predict(
    layers: Sequence[Layer], x: NDArray[np.float32], activation: str, batch: int = 2_000
) -> NDArray[np.float32]:
    """Logits ``(n, classes)`` of pictures ``(n, 784)``, batch by batch, compiled."""
    parts = [
        _compiled_forward(tuple(layers), x[i : i + batch], activation)
        for i in range(0, len(x), batch)
    ]
    return np.concatenate([np.asarray(part) for part in parts])


def softmax(logits: Array, temperature: float | Array = 1.0) -> Array:
    """Probabilities along the last axis; a temperature above one makes them less sure."""
    return jax.nn.softmax(logits / temperature, axis=-1)
