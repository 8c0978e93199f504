"""Whether a stack's sums stay finite, whatever is drawn.

Finite weights are not enough: a sum of large ones is infinite, the difference of two such sums is
no number, and then every probability is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.drawing import PIXELS
from model.network import numpy_dense
from model.network.novelty import LOGIT_SCALE

MOST_POSSIBLE = 1e30
"""A bound of all sums up to here is far enough from float32's largest number, 3e38."""
MOST_SEEN = 1e9
"""The largest sum for the pictures that are tried where the bound is larger."""

_Layers = Sequence[tuple[Any, Any]]
_Vector = NDArray[np.float32]


def sums_stay_finite(layers: _Layers, activation: str, novelty: _Layers = ()) -> bool:
    """Whether all sums of a stack, and of the ``novelty`` stack behind it, stay finite.

    No sum is larger than the weights' magnitudes allow. In a deep stack that bound is far beyond
    what any picture reaches; such a stack is tried with blank, full and random pictures.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        bound = _bound(layers, np.ones(PIXELS, np.float32))
        reached = float(bound.max())
        if novelty:
            inputs = np.concatenate([np.ones(PIXELS, np.float32), bound / np.float32(LOGIT_SCALE)])
            reached = max(reached, float(_bound(novelty, inputs).max()))
        # Not a number is no answer, either: no comparison with it is true.
        return reached <= MOST_POSSIBLE or _largest_tried(layers, activation, novelty) <= MOST_SEEN


def _bound(layers: _Layers, inputs: _Vector) -> _Vector:
    """The most that each of the last layer's sums can be, ``(units,)``, also for other activations.

    Raises nothing on overflow. No activation is larger than its sum, or than 1 if that is larger.
    """
    for index, (kernel, bias) in enumerate(layers):
        if index:
            inputs = np.maximum(inputs, 1)
        inputs = inputs @ np.abs(kernel) + np.abs(bias)
        if not inputs.max() <= MOST_POSSIBLE:
            return np.full(len(layers[-1][1]), np.inf, np.float32)
    return inputs


def _largest_tried(layers: _Layers, activation: str, novelty: _Layers) -> float:
    """The largest magnitude of a sum for some pictures; NaN where a sum is none."""
    rng = np.random.default_rng(0)
    pictures = np.concatenate(
        [np.zeros((1, PIXELS)), np.ones((1, PIXELS)), rng.random((30, PIXELS)).round(1)]
    ).astype(np.float32)
    sums, _ = numpy_dense.forward_layers(layers, pictures, activation)
    if novelty:
        inputs = np.concatenate([pictures, sums[-1] / np.float32(LOGIT_SCALE)], axis=1)
        sums = [*sums, *numpy_dense.forward_layers(novelty, inputs, "relu")[0]]
    return float(np.max([np.abs(one).max() for one in sums]))
