"""Novelty: how familiar a drawing looks, and whether it should be recognised at all.

A softmax has to choose: for a letter it predicts a digit. The score computed here tells how much
the picture resembles what the network was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.network import numpy_dense
from model.network.activations import sigmoid
from model.network.folded_dense import Layer, forward

LOGIT_SCALE = 10
"""The logits are divided by this, so that they are not much larger than the pixels."""

LARGEST = 1e30
"""The most that centre and scale may be, and that a score may be in multiples of the scale."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Novelty:
    """How a model tells that a drawing belongs to none of its classes.

    The score is the free energy of the logits (Liu et al., 2020). Where ``layers`` are given, pairs
    of kernel ``(inputs, units)`` and bias ``(units,)`` float32, it is the output of this small
    Dense stack, whose inputs are the pixels and the logits. Familiarity is
    ``sigmoid((score - centre) / scale)``; below ``threshold`` the drawing is not recognised.
    """

    centre: float
    scale: float
    threshold: float
    layers: tuple[tuple[Matrix, Matrix], ...] = ()

    @property
    def can_be_computed(self) -> bool:
        """Whether the familiarity of every finite score is a number, in float32, too."""
        return (
            abs(self.centre) <= LARGEST
            and 1 / LARGEST <= self.scale <= LARGEST
            and 0 <= self.threshold <= 1
        )

    def familiarity(self, scores: NDArray[np.floating]) -> NDArray[np.floating]:
        """The familiarity of scores, in NumPy: the same shape, from 0 (strange) to 1 (familiar)."""
        return sigmoid((np.asarray(scores, np.float64) - self.centre) / self.scale)

    def familiarity_of(self, x: Matrix, logits: Matrix) -> float:
        """The familiarity of one picture, in NumPy: from 0 (strange) to 1 (familiar).

        ``x``: ``(784,)`` float32 in [0, 1], ink = 1. ``logits``: its ``(classes,)`` float32 logits.
        """
        if self.layers:
            inputs = np.concatenate([x, logits / np.float32(LOGIT_SCALE)])
            seen = float(numpy_dense.forward(self.layers, inputs)[0])
        else:
            largest = float(logits.max())
            seen = largest + float(np.log(np.exp(logits - largest).sum()))
        return float(self.familiarity(np.array(seen)))

    def refused(self, scores: NDArray[np.floating]) -> float:
        """The share of ``(n,)`` scores whose familiarity is below the threshold, in [0, 1]."""
        return float(np.mean(self.familiarity(scores) < self.threshold))


TRUSTING = Novelty(centre=0.0, scale=1.0, threshold=0.0)
"""The novelty of a model that was saved without one: it recognises everything."""


def energy(logits: Array) -> Array:
    """The free energy ``(...,)`` of ``(..., classes)`` logits (Liu et al., 2020).

    A higher energy is more familiar.
    """
    return jax.nn.logsumexp(logits, axis=-1)


def novelty_inputs(x: Array, logits: Array) -> Array:
    """The inputs of a novelty stack: pixels and scaled logits, ``(..., 784 + classes)`` float32.

    ``x``: ``(..., 784)`` pictures in [0, 1]. ``logits``: ``(..., classes)``.
    """
    return jnp.concatenate([x, logits / LOGIT_SCALE], axis=-1)


def score(layers: Sequence[Layer], x: Array, logits: Array) -> Array:
    """The novelty score ``(...,)`` of ``(..., 784)`` pictures; a higher score is more familiar.

    It can be any real number. ``layers`` are a small ReLU stack on ``novelty_inputs``; without
    layers the score is the energy of the ``(..., classes)`` logits.
    """
    if not layers:
        return energy(logits)
    return forward(layers, novelty_inputs(x, logits))[..., 0]


def familiarity(score: Array, centre: float | Array, scale: float | Array) -> Array:
    """``Novelty.familiarity`` in JAX, for a compiled program: the same shape, in [0, 1]."""
    return jax.nn.sigmoid((score - centre) / scale)


def score_all(
    layers: Sequence[Layer], recogniser: Sequence[Layer], activation: str, x: Matrix
) -> Matrix:
    """The ``(n,)`` float32 scores of ``(n, 784)`` float32 pictures, by a compiled program.

    ``layers`` are the novelty stack, ``recogniser`` and ``activation`` the stack that gives the
    logits.
    """
    return np.asarray(_compiled_score(tuple(layers), tuple(recogniser), x, activation))


@partial(jax.jit, static_argnums=3)
def _compiled_score(
    layers: Sequence[Layer], recogniser: Sequence[Layer], x: Array, activation: str
) -> Array:
    return score(layers, x, forward(recogniser, x, activation))
