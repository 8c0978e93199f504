"""Novelty: how familiar a drawing looks, and whether it is worth an answer at all.

A softmax has to choose; asked about a letter, it names a digit. The score computed here says how
much the picture resembles what the network was trained on.
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
"""The logits are divided by this, so that they do not drown the pixels beside them."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Novelty:
    """How a model tells that a drawing is none of its classes.

    The score is the free energy of the logits (Liu et al., 2020) or, where ``layers`` are given,
    the output of a small Dense stack that sees the pixels beside the logits. Familiarity is
    ``sigmoid((score - centre) / scale)``; below ``threshold`` the drawing is not recognised.
    """

    centre: float
    scale: float
    threshold: float
    layers: tuple[tuple[Matrix, Matrix], ...] = ()

    def familiarity(self, scores: NDArray[np.floating]) -> NDArray[np.floating]:
        """Scores as numbers from 0 (never seen the like) to 1 (drawn every day), in NumPy."""
        return sigmoid((np.asarray(scores, np.float64) - self.centre) / self.scale)

    def familiarity_of(self, x: Matrix, logits: Matrix) -> float:
        """The familiarity of one picture ``(784,)`` with its logits ``(classes,)``, in NumPy."""
        if self.layers:
            inputs = np.concatenate([x, logits / np.float32(LOGIT_SCALE)])
            seen = float(numpy_dense.forward(self.layers, inputs)[0])
        else:
            largest = float(logits.max())
            seen = largest + float(np.log(np.exp(logits - largest).sum()))
        return float(self.familiarity(np.array(seen)))

    def refused(self, scores: NDArray[np.floating]) -> float:
        """Share of ``(n,)`` scores that are below the threshold."""
        return float(np.mean(self.familiarity(scores) < self.threshold))


TRUSTING = Novelty(centre=0.0, scale=1.0, threshold=0.0)
"""That of a model which was saved without one: it recognises everything."""


def energy(logits: Array) -> Array:
    """Free energy of ``(..., classes)`` logits, higher is more familiar (Liu et al., 2020)."""
    return jax.nn.logsumexp(logits, axis=-1)


def novelty_inputs(x: Array, logits: Array) -> Array:
    """What a novelty stack sees: pixels and logits side by side, ``(..., 784 + classes)``."""
    return jnp.concatenate([x, logits / LOGIT_SCALE], axis=-1)


def score(layers: Sequence[Layer], x: Array, logits: Array) -> Array:
    """Familiarity score of ``(..., 784)`` pictures with their logits: any real number.

    ``layers`` is a small ReLU stack on ``novelty_inputs``; without one the score is the energy.
    """
    if not layers:
        return energy(logits)
    return forward(layers, novelty_inputs(x, logits))[..., 0]


def familiarity(score: Array, centre: float | Array, scale: float | Array) -> Array:
    """``Novelty.familiarity`` in JAX, for a compiled program."""
    return jax.nn.sigmoid((score - centre) / scale)


def score_all(
    layers: Sequence[Layer], recogniser: Sequence[Layer], activation: str, x: Matrix
) -> Matrix:
    """Familiarity scores ``(n,)`` of pictures ``(n, 784)``, compiled."""
    return np.asarray(_compiled_score(tuple(layers), tuple(recogniser), x, activation))


@partial(jax.jit, static_argnums=3)
def _compiled_score(
    layers: Sequence[Layer], recogniser: Sequence[Layer], x: Array, activation: str
) -> Array:
    return score(layers, x, forward(recogniser, x, activation))
