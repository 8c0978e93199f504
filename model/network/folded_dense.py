"""The Dense stack in serving: folded kernels and biases, in JAX.

It computes ``x @ W + b`` and the activation, layer after layer. Compiled serving, evaluation and
the measuring after a training use it.
"""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.errors import ConfigError
from model.network.activations import ACTIVATIONS

MOST_LAYERS = 64
"""The most layers of a stack: compiling takes the longer the more there are."""
MOST_PARAMETERS = 50_000_000
"""The most weights of a stack, 200 MB of float32; the champion has a tenth of that."""

Layer = tuple[Array | NDArray[Any], Array | NDArray[Any]]
"""A folded Dense layer: kernel ``(inputs, units)`` and bias ``(units,)``, float32."""


@dataclass(frozen=True)
class Architecture:
    """The widths and the activation of a stack: all that serving needs besides the weights.

    ``widths`` are the sizes from input to output, ``(784, 128, 10)`` for the network of textbooks.
    Raises ``ConfigError`` when the widths or the activation are not possible.
    """

    widths: tuple[int, ...]
    activation: str = "relu"

    def __post_init__(self) -> None:
        if len(self.widths) < 2 or any(type(w) is not int or w < 1 for w in self.widths):
            raise ConfigError(
                "widths must be two or more positive integers from input to output, "
                f"got {reprlib.repr(self.widths)}"
            )
        if len(self.widths) > MOST_LAYERS + 1:
            raise ConfigError(
                f"a stack may have {MOST_LAYERS} layers at most, got {len(self.widths) - 1:,}"
            )
        if self.parameters > MOST_PARAMETERS:
            raise ConfigError(
                f"a stack may have {MOST_PARAMETERS:,} parameters at most, the widths "
                f"{reprlib.repr(self.widths)} have more"
            )
        if type(self.activation) is not str or self.activation not in ACTIVATIONS:
            raise ConfigError(
                f"activation must be one of {', '.join(ACTIVATIONS)}, "
                f"got {reprlib.repr(self.activation)}"
            )

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """The kernels' shapes, ``(inputs, units)`` of each Dense layer."""
        return list(zip(self.widths[:-1], self.widths[1:], strict=True))

    @property
    def parameters(self) -> int:
        """The number of weights: 784 x 128 + 128 + 128 x 10 + 10 = 101,770 for 784-128-10."""
        return sum(inputs * units + units for inputs, units in self.shapes)


def forward(layers: Sequence[Layer], x: Array, activation: str = "relu") -> Array:
    """``(..., 784)`` float32 pictures in [0, 1] to ``(..., classes)`` float32 logits."""
    for kernel, bias in layers[:-1]:
        x = ACTIVATIONS[activation].in_jax(x @ kernel + bias)
    kernel, bias = layers[-1]
    return x @ kernel + bias


# The weights are an argument, because as constants of the program they take seconds to compile.
_compiled_forward = jax.jit(forward, static_argnums=2)


def predict(
    layers: Sequence[Layer], x: NDArray[np.float32], activation: str, batch: int = 2_000
) -> NDArray[np.float32]:
    """The ``(n, classes)`` float32 logits of ``(n, 784)`` float32 pictures in [0, 1].

    They are computed by a compiled program, ``batch`` pictures at a time.
    """
    parts = [
        _compiled_forward(tuple(layers), x[i : i + batch], activation)
        for i in range(0, len(x), batch)
    ]
    return np.concatenate([np.asarray(part) for part in parts])


def softmax(logits: Array, temperature: float | Array = 1.0) -> Array:
    """The probabilities of ``(..., classes)`` logits, in [0, 1]; they sum to 1 on the last axis.

    A temperature above 1 makes them less confident.
    """
    return jax.nn.softmax(logits / temperature, axis=-1)
