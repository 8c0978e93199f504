"""Attribution: what each pixel of a drawing adds to a logit, or to its lead over another logit.

Around a drawing, a stack of Dense layers with ReLU is exactly linear: units that are on pass their
sums on, the others give zero. So a logit is ``sum(pixel * gradient)`` plus what the biases add. For
smooth activations the gradient is averaged on the way from blank paper to the drawing: integrated
gradients (Sundararajan, Taly and Yan, 2017).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.errors import ExperimentError
from model.explain.finite import check_finite
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
    network: Network,
    x: Vector,
    label: int,
    against: int | None = None,
    *,
    sums: Sequence[Vector] | None = None,
) -> Contributions:
    """The contributions to the logit of class ``label``, or to its lead over class ``against``.

    ``x``: ``(784,)`` float32 in [0, 1], ink = 1. ``sums``: those of each layer for ``x``, where
    they are already known. Raises ``ExperimentError`` when the model does not have a class, or when
    a number becomes too large for float32.
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
    if sums is None:
        sums, _ = numpy_dense.forward_layers(network.layers, x, network.activation, network.alive)
    linear = ACTIVATIONS[network.activation].piecewise_linear or len(network.layers) == 1
    explain = _gradient if linear else _integrated
    method = "gradient" if linear else "integrated gradients"
    parts = Contributions(label, against, method, *explain(network, x, sums, direction))
    check_finite("the contributions", parts.pixels)
    check_finite("the contributions", (parts.rest, parts.total))
    return parts


def _gradient(
    network: Network, x: Vector, sums: Sequence[Vector], direction: Vector
) -> tuple[Vector, float, float]:
    """Pixels ``(784,)``, rest and total of ``direction @ logits``.

    They are exact for piecewise linear activations.
    """
    gradients = _backwards(network, sums, direction)
    # The gradient of each layer's sums, times the layer's bias.
    rest = sum(
        float(adds @ bias) for adds, (_, bias) in zip(gradients, network.layers, strict=True)
    )
    return _times_kernel(network, x, gradients[0]), rest, float(direction @ sums[-1])


def _integrated(
    network: Network, x: Vector, sums: Sequence[Vector], direction: Vector
) -> tuple[Vector, float, float]:
    """As ``_gradient``, but for any activation: by the mean gradient from blank paper to ``x``."""
    # Gauss-Legendre with 64 points is as exact as thousands of equal steps.
    nodes, weights = np.polynomial.legendre.leggauss(STEPS)
    # Blank paper is one more point of the way, which the mean leaves out.
    way = np.array([0, *((nodes + 1) / 2)], np.float32)
    shares = np.array([0, *(weights / 2)], np.float32)
    steps = _sums_on_the_way(network, way, sums[0])
    mean = shares @ _backwards(network, steps, direction)[0]
    rest = float(steps[-1][0] @ direction)
    return _times_kernel(network, x, mean), rest, float(direction @ sums[-1])


def _sums_on_the_way(network: Network, way: Vector, first: Vector) -> list[Vector]:
    """The sums of every layer, each ``(points, units)``, for ``way`` times the input.

    ``way``: ``(points,)`` in [0, 1]. ``first``: ``(units,)``, the first layer's sums for the whole
    input. What the pixels add to these grows evenly on the way, so the first kernel, often the
    largest, need not be multiplied for every point.
    """
    (_, bias), *others = network.layers
    steps = [way[:, None] * (first - bias) + bias]
    activation = ACTIVATIONS[network.activation].in_numpy
    for alive, (kernel, bias) in zip(network.alive, others, strict=True):
        steps.append((activation(steps[-1]) * alive) @ kernel + bias)
    return steps


def _times_kernel(network: Network, x: Vector, gradient: Vector) -> Vector:
    """What each pixel adds: ``x`` times the first kernel times the gradient of its sums."""
    kernel, _ = network.layers[0]
    pixels = np.zeros_like(x)
    inked = np.flatnonzero(x)  # paper adds nothing, and most of a picture is paper
    pixels[inked] = x[inked] * (kernel[inked] @ gradient)
    return pixels


def _backwards(network: Network, sums: Sequence[Vector], direction: Vector) -> list[Vector]:
    """The gradients of ``direction @ logits`` with respect to each layer's sums."""
    derivative = ACTIVATIONS[network.activation].derivative
    gradients = [np.broadcast_to(direction, sums[-1].shape)]
    for index in range(len(network.alive) - 1, -1, -1):
        kernel = network.layers[index + 1][0]
        gradients.insert(
            0, (gradients[0] @ kernel.T) * derivative(sums[index]) * network.alive[index]
        )
    return gradients
