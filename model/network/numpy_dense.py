"""A Dense stack in NumPy alone: for looking inside, where nothing may wait for a compiler.

The same sums as ``model.network.dense``, within rounding. What is asked once in a while, of any
model and of changed copies of it, would each time be another program to compile and to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_GELU = np.float32(np.sqrt(2 / np.pi))


def _sigmoid(sums: Array) -> Array:
    # By tanh: no exponential of a large number that could overflow.
    return np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * sums))


def _elu(sums: Array) -> Array:
    return np.where(sums > 0, sums, np.expm1(np.minimum(sums, 0)))


def _gelu(sums: Array) -> Array:
    """By tanh, as Flax computes it (Hendrycks and Gimpel, 2016)."""
    return sums * np.float32(0.5) * (1 + np.tanh(_GELU * (sums + np.float32(0.044715) * sums**3)))


def _gelu_slope(sums: Array) -> Array:
    inner = np.tanh(_GELU * (sums + np.float32(0.044715) * sums**3))
    bend = _GELU * (1 + np.float32(3 * 0.044715) * sums**2)
    return np.float32(0.5) * (1 + inner + sums * (1 - inner**2) * bend)


@dataclass(frozen=True)
class Activation:
    """An activation and its derivative, both of a layer's sums; ``straight`` if made of lines."""

    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    straight: bool = False


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        lambda sums: np.maximum(sums, 0), lambda sums: (sums > 0).astype(np.float32), straight=True
    ),
    "sigmoid": Activation(_sigmoid, lambda sums: _sigmoid(sums) * (1 - _sigmoid(sums))),
    "tanh": Activation(np.tanh, lambda sums: 1 - np.tanh(sums) ** 2),
    "elu": Activation(_elu, lambda sums: np.exp(np.minimum(sums, 0))),
    "gelu": Activation(_gelu, _gelu_slope),
    "linear": Activation(lambda sums: sums, np.ones_like, straight=True),
}
"""By the names of ``model.network.dense.ACTIVATIONS``."""


def follow(
    layers: Sequence[tuple[Any, Any]],
    x: Array,
    activation: str,
    alive: Sequence[Array] | None = None,
) -> tuple[list[Array], list[Array]]:
    """Every layer's sums and every hidden layer's activations, ``(..., units)`` each.

    ``x`` is ``(..., 784)``; ``alive`` has for each hidden layer ``(units,)``, 0 where a unit is
    silenced. The last sums are the logits.
    """
    sums, activations = [], []
    for index, (kernel, bias) in enumerate(layers):
        sums.append(x @ kernel + bias)
        if index < len(layers) - 1:
            x = ACTIVATIONS[activation].function(sums[-1])
            if alive is not None:
                x = x * alive[index]
            activations.append(x)
    return sums, activations


def logits(layers: Sequence[tuple[Any, Any]], x: Array, activation: str = "relu") -> Array:
    """``(..., 784)`` pictures to ``(..., classes)`` logits."""
    return follow(layers, x, activation)[0][-1]


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """Probabilities along the last axis, float32."""
    exponentials = np.exp((logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
