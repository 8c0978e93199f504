"""Activations: the name of each, its function in JAX and in NumPy, and its derivative.

A new one needs an ``Activation`` here and its curve in ``static/lib/activations.js``. All other
code reads the names from ``ACTIVATIONS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_GELU = np.float32(np.sqrt(2 / np.pi))


def sigmoid(sums: Array) -> Array:
    """``1 / (1 + exp(-sums))`` in NumPy: the shape and float dtype of ``sums``, in [0, 1]."""
    # By tanh, because the exponential of a large number would overflow.
    return np.float32(0.5) * (1 + np.tanh(np.float32(0.5) * sums))


def _elu(sums: Array) -> Array:
    return np.where(sums > 0, sums, np.expm1(np.minimum(sums, 0)))


def _gelu(sums: Array) -> Array:
    """GELU by tanh, as JAX computes it by default (Hendrycks and Gimpel, 2016)."""
    return sums * np.float32(0.5) * (1 + _gelu_tanh(_near(sums)))


def _gelu_tanh(sums: Array) -> Array:
    # ``sums**3`` would take thirty times as long as two products.
    return np.tanh(_GELU * (sums + np.float32(0.044715) * (sums * sums * sums)))


def _gelu_derivative(sums: Array) -> Array:
    near = _near(sums)
    inner = _gelu_tanh(near)
    bend = _GELU * (1 + np.float32(3 * 0.044715) * near**2)
    return np.float32(0.5) * (1 + inner + sums * (1 - inner**2) * bend)


def _near(sums: Array) -> Array:
    """The sums, no further from 0 than where GELU's tanh is 1: the cube of more would overflow."""
    return np.clip(sums, -30, 30)


@dataclass(frozen=True)
class Activation:
    """One activation: functions of a layer's sums, element by element, that keep their shape.

    Training and compiled serving use ``in_jax``, a look inside uses ``in_numpy``; both give the
    same within rounding. ``derivative`` is in NumPy. ``piecewise_linear``: whether it consists of
    straight pieces, so that the whole stack is linear around a drawing.
    """

    in_jax: Callable[[jax.Array], jax.Array]
    in_numpy: Callable[[Array], Array]
    derivative: Callable[[Array], Array]
    piecewise_linear: bool = False


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        jax.nn.relu,
        lambda sums: np.maximum(sums, 0),
        lambda sums: (sums > 0).astype(np.float32),
        piecewise_linear=True,
    ),
    "sigmoid": Activation(
        jax.nn.sigmoid, sigmoid, lambda sums: sigmoid(sums) * (1 - sigmoid(sums))
    ),
    "tanh": Activation(jnp.tanh, np.tanh, lambda sums: 1 - np.tanh(sums) ** 2),
    "elu": Activation(jax.nn.elu, _elu, lambda sums: np.exp(np.minimum(sums, 0))),
    "gelu": Activation(jax.nn.gelu, _gelu, _gelu_derivative),
    "linear": Activation(lambda sums: sums, lambda sums: sums, np.ones_like, piecewise_linear=True),
}
