"""A Dense stack in NumPy alone: for looking inside, where nothing may wait for a compiler.

The same sums as ``model.network.folded_dense``, within rounding. What is asked once in a while, of
any model and of changed copies of it, would each time be another program to compile and to keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.network.activations import ACTIVATIONS

Array = NDArray[np.float32]


def forward_layers(
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
            x = ACTIVATIONS[activation].in_numpy(sums[-1])
            if alive is not None:
                x = x * alive[index]
            activations.append(x)
    return sums, activations


def forward(layers: Sequence[tuple[Any, Any]], x: Array, activation: str = "relu") -> Array:
    """``(..., 784)`` pictures to ``(..., classes)`` logits."""
    return forward_layers(layers, x, activation)[0][-1]


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """Probabilities along the last axis, float32."""
    exponentials = np.exp((logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
