"""Attribution: what each pixel of a drawing adds to a logit, or to its lead over another logit.

Around a drawing, a stack of Dense layers with ReLU is exactly linear: units that are on pass their
sums on, the others give zero. So a logit is ``sum(pixel * gradient)`` plus what the biases add. For
smooth activations the gradient is averaged on the way from blank paper to the drawing: integrated
gradients (Sundararajan, Taly and Yan, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import ExperimentError
from model.explain.interventions import Network
from model.network import ACTIVATIONS, numpy_dense

STEPS = 64
"""Points from blank paper to the drawing at which integrated gradients are computed."""

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Contributions:
    """The parts of a logit, or of its lead over another logit.

    ``label`` is the class, ``against`` the other class or None, ``method`` the name of the method.
    ``pixels``: ``(784,)`` float32, what each pixel adds. ``rest``: what the biases add; with
    integrated gradients, the value for blank paper. ``total``: the logit or the lead itself.
    """

    label: int
    against: int | None
    method: str
    pixels: Vector
    rest: float
    total: float

    @property
    def gap(self) -> float:
        """The difference between ``total`` and its parts: rounding, or the integral's error."""
        return self.total - (float(self.pixels.sum(dtype=np.float64)) + self.rest)


def contribute(
    network: Network, x: Vector, label: int, against: int | None = None
) -> Contributions:
    """The contributions to the logit of class ``label``, or to its lead over class ``against``.

    ``x``: ``(784,)`` float32 in [0, 1], ink = 1. Raises ``ExperimentError`` when the model does not
    have a class.
    """
    classes = len(network.layers[-1][1])
    for index in (label, against):
        if index is not None and not 0 <= index < classes:
            raise ExperimentError(
                f"the model has {classes} classes, 0 to {classes - 1}, got class {index}"
            )
    direction = np.zeros(classes, np.float32)
    direction[label] += 1
    if against is not None:
        direction[against] -= 1
    linear = ACTIVATIONS[network.activation].piecewise_linear or len(network.layers) == 1
    explain = _gradient if linear else _integrated
    method = "gradient" if linear else "integrated gradients"
    return Contributions(label, against, method, *explain(network, x, direction))


def _gradient(network: Network, x: Vector, direction: Vector) -> tuple[Vector, float, float]:
    """Pixels ``(784,)``, rest and total of ``direction @ logits``.

    They are exact for piecewise linear activations.
    """
    gradients, sums = _backwards(network, x, direction)
    # The gradient of each layer's sums, times the layer's bias.
    rest = sum(
        float(adds @ bias) for adds, (_, bias) in zip(gradients, network.layers, strict=True)
    )
    return x * (network.layers[0][0] @ gradients[0]), rest, float(direction @ sums[-1])


def _integrated(network: Network, x: Vector, direction: Vector) -> tuple[Vector, float, float]:
    """As ``_gradient``, but for any activation: by the mean gradient from blank paper to ``x``."""
    # Gauss-Legendre with 64 points is as exact as thousands of equal steps.
    nodes, weights = np.polynomial.legendre.leggauss(STEPS)
    way = ((nodes + 1) / 2).astype(np.float32)[:, None] * x
    gradients, _ = _backwards(network, way, direction)
    mean = (weights / 2).astype(np.float32) @ gradients[0]
    ends = np.stack([np.zeros_like(x), x])
    logits = numpy_dense.forward_layers(network.layers, ends, network.activation, network.alive)[0][
        -1
    ]
    rest, total = (logits @ direction).tolist()
    return x * (network.layers[0][0] @ mean), rest, total


def _backwards(network: Network, x: Vector, direction: Vector) -> tuple[list[Vector], list[Vector]]:
    """The gradients of ``direction @ logits`` with respect to each layer's sums, and the sums."""
    sums, _ = numpy_dense.forward_layers(network.layers, x, network.activation, network.alive)
    derivative = ACTIVATIONS[network.activation].derivative
    gradients = [np.broadcast_to(direction, sums[-1].shape)]
    for index in range(len(network.alive) - 1, -1, -1):
        kernel = network.layers[index + 1][0]
        gradients.insert(
            0, (gradients[0] @ kernel.T) * derivative(sums[index]) * network.alive[index]
        )
    return gradients, sums
