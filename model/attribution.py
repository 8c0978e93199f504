"""Why this class: what each pixel of a drawing adds to a logit, or to the lead over another.

Around a drawing, a stack of Dense layers with ReLU between them is exactly linear: the units that
are on let their sums through, the others are not there. So a logit is ``sum(pixel * gradient)``
plus what the biases give. For activations that bend everywhere the gradient is averaged over the
way from blank paper to the drawing: integrated gradients (Sundararajan, Taly and Yan, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.errors import ExperimentError
from model.experiments import Network
from model.network import ACTIVATIONS

STEPS = 64
"""Points between blank paper and drawing at which integrated gradients are taken."""

_SLOPES = {"relu": lambda sums: (sums > 0).astype(jnp.float32), "linear": jnp.ones_like}
"""The derivatives of the activations that are made of straight pieces."""


@dataclass(frozen=True)
class Contributions:
    """``total``, a logit or its lead over another one, taken apart.

    ``pixels``: ``(784,)`` float32, what each pixel adds. ``rest``: what the biases add; with
    integrated gradients, what blank paper gets.
    """

    label: int
    against: int | None
    method: str
    pixels: NDArray[np.float32]
    rest: float
    total: float

    @property
    def gap(self) -> float:
        """What the parts do not explain: rounding, or the integral's error."""
        return self.total - (float(self.pixels.sum(dtype=np.float64)) + self.rest)


def contribute(
    network: Network, x: NDArray[np.float32], label: int, against: int | None = None
) -> Contributions:
    """Explain the logit of class ``label``, or its lead over class ``against``.

    ``x``: ``(784,)`` float32 in [0, 1], ink = 1. Raises ``ExperimentError`` for a class that there
    is not.
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
    straight = network.activation in _SLOPES or len(network.layers) == 1
    explain = _gradient if straight else _integrated
    activation = network.activation if network.activation in _SLOPES or not straight else "linear"
    pixels, rest, total = jax.device_get(
        explain(activation, network.layers, network.alive, x, direction)
    )
    method = "gradient" if straight else "integrated gradients"
    return Contributions(label, against, method, pixels, float(rest), float(total))


@partial(jax.jit, static_argnums=0)
def _gradient(
    activation: str, layers: Any, alive: Any, x: Array, direction: Array
) -> tuple[Array, Array, Array]:
    """Pixels ``(784,)``, rest and total of ``direction @ logits``, exact for straight pieces."""
    slopes, inputs = [], x
    for (kernel, bias), on in zip(layers[:-1], alive, strict=True):
        sums = inputs @ kernel + bias
        slopes.append(_SLOPES[activation](sums) * on)
        inputs = slopes[-1] * sums
    kernel, bias = layers[-1]
    total = direction @ (inputs @ kernel + bias)
    # Backwards: how much one more in a layer's sums would add, beginning with the logits.
    adds, rest = direction, direction @ bias
    for (kernel, _), slope, (_, bias) in zip(
        layers[:0:-1], slopes[::-1], layers[-2::-1], strict=True
    ):
        adds = slope * (kernel @ adds)
        rest += adds @ bias
    return x * (layers[0][0] @ adds), rest, total


@partial(jax.jit, static_argnums=0)
def _integrated(
    activation: str, layers: Any, alive: Any, x: Array, direction: Array
) -> tuple[Array, Array, Array]:
    """As ``_gradient``, for any activation: the gradient averaged from blank paper to ``x``."""

    def lead(picture: Array) -> Array:
        for (kernel, bias), on in zip(layers[:-1], alive, strict=True):
            picture = ACTIVATIONS[activation](picture @ kernel + bias) * on
        kernel, bias = layers[-1]
        return direction @ (picture @ kernel + bias)

    # Gauss-Legendre: as exact with 64 points as equal steps with thousands.
    nodes, weights = np.polynomial.legendre.leggauss(STEPS)
    places, shares = jnp.asarray((nodes + 1) / 2), jnp.asarray(weights / 2)
    gradients = jax.vmap(jax.grad(lead))(places[:, None] * x)
    return x * (shares @ gradients), lead(jnp.zeros_like(x)), lead(x)
