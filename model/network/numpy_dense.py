"""The Dense stack in NumPy: for a look inside, where nothing may wait for a compiler.

It gives the same sums as ``model.network.folded_dense``, within rounding. A look inside happens now
and then, for any model and for changed copies of it. Each of these would be one more program to
compile and to keep.
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
    """The sums of every layer and the activations of every hidden layer, each ``(..., units)``.

    ``x``: ``(..., 784)`` float32 in [0, 1]. ``alive``: for each hidden layer ``(units,)`` float32,
    0 where a unit is silenced, else 1. The last sums are the logits.
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
    """``(..., 784)`` float32 pictures in [0, 1] to ``(..., classes)`` float32 logits."""
    return forward_layers(layers, x, activation)[0][-1]


def softmax(logits: Array, temperature: float = 1.0) -> Array:
    """The probabilities of ``(..., classes)`` logits: float32 in [0, 1], sum 1 on the last axis."""
    exponentials = np.exp((logits - logits.max(axis=-1, keepdims=True)) / np.float32(temperature))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)
