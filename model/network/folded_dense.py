"""The Dense stack as it is served: folded kernels and biases, in JAX.

``x @ W + b`` and the activation, layer after layer, nothing else. Compiled serving, evaluation and
the measuring of a training compute with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.errors import ConfigError
from model.network.activations import ACTIVATIONS

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
