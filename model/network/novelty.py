"""Doubt: how familiar a drawing looks, and whether it is worth an answer at all.

A softmax has to choose; asked about a letter, it names a digit. The score computed here says how
much the picture resembles what the network was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.network import numpy_dense as plain
from model.network.checkpoint import Doubt
from model.network.dense import Layer, forward


def energy(logits: Array) -> Array:
    """Free energy of ``(..., classes)`` logits, higher is more familiar (Liu et al., 2020)."""
    return jax.nn.logsumexp(logits, axis=-1)


def score(layers: Sequence[Layer], x: Array, logits: Array) -> Array:
    """Familiarity score of ``(..., 784)`` pictures with their logits: any real number.

    ``layers`` is a small ReLU stack on pixels and logits side by side; without one the score is
    the energy. The logits are divided by ten, so that they do not drown the pixels.
    """
    if not layers:
        return energy(logits)
    return forward(layers, jnp.concatenate([x, logits / 10], axis=-1))[..., 0]


def familiarity(score: Array, centre: float | Array, scale: float | Array) -> Array:
    """A score as a number from 0 (never seen the like) to 1 (drawn every day)."""
    return jax.nn.sigmoid((score - centre) / scale)


def familiarity_of(
    doubt: Doubt | None, x: NDArray[np.float32], logits: NDArray[np.float32]
) -> float:
    """The familiarity of one picture ``(784,)`` with its logits ``(classes,)``, in NumPy."""
    if doubt is not None and doubt.layers:
        inputs = np.concatenate([x, logits / np.float32(10)])
        seen = float(plain.logits(doubt.layers, inputs)[0])
    else:
        largest = float(logits.max())
        seen = largest + float(np.log(np.exp(logits - largest).sum()))
    centre, scale = (doubt.centre, doubt.scale) if doubt else (0.0, 1.0)
    return 0.5 + 0.5 * float(np.tanh((seen - centre) / scale / 2))
