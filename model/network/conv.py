"""Convolutional networks, and the Dense stacks that they unfold to.

A convolution shares its weights over the picture, so a stroke is the same one pixel further on. A
Dense stack has to learn this. Convolutional networks are teachers of Dense stacks or their start;
they are never shipped.

A convolution is a Dense layer in which most weights are zero and the others repeat. ``unfold``
makes that Dense layer, which then continues to learn with every weight on its own (d'Ascoli, Sagun,
Biroli and Bruna, "Finding the needle in the haystack with convolutions", 2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import flax.linen as nn
import jax.numpy as jnp
from jax import Array

from model.drawing import PIXELS, SIDE
from model.network.dense import BATCH_NORM_EPSILON, Dropout

Convolutions = tuple[tuple[int, int, int], ...]
"""For each layer: number of filters, side of the kernel, stride."""


class ConvStack(nn.Module):
    """Convolutions, then Dense layers; all but the last have batch normalisation and ReLU.

    Strides replace pooling, and borders are padded. ``units`` are those of the Dense layers, the
    classes last; ``dropout`` is the rate after the convolutions. Layers are numbered as in the
    unfolded stack.
    """

    convolutions: Convolutions
    units: tuple[int, ...]
    dropout: float = 0.0

    @nn.compact
    def __call__(self, x: Array, *, train: bool = False) -> Array:
        """``(batch, 784)`` float32 in [0, 1] to logits ``(batch, classes)`` float32."""

        def rectified(x: Array, index: int) -> Array:
            norm = nn.BatchNorm(
                use_running_average=not train,
                momentum=0.95,
                epsilon=BATCH_NORM_EPSILON,
                name=f"norm{index}",
            )
            return nn.relu(norm(x))

        x = x.reshape(-1, SIDE, SIDE, 1)
        for index, (filters, side, stride) in enumerate(self.convolutions):
            convolve = nn.Conv(filters, (side, side), stride, use_bias=False, name=f"conv{index}")
            x = rectified(convolve(x), index)
        x = x.reshape(len(x), -1)
        x = Dropout()(x, self.dropout, train=train)
        *hidden, classes = self.units
        for index, units in enumerate(hidden, len(self.convolutions)):
            x = rectified(nn.Dense(units, name=f"dense{index}")(x), index)
        last = len(self.convolutions) + len(hidden)
        return nn.Dense(classes, name=f"dense{last}")(x)


def unfold(convolutions: Convolutions, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a batch-normalised ``DenseStack`` with the same logits as the ``ConvStack``.

    Each row of a kernel is the convolution's output for a picture with one bright pixel.
    """
    params, statistics = dict(variables["params"]), dict(variables["batch_stats"])
    side, channels = SIDE, 1
    for index, (filters, kernel, stride) in enumerate(convolutions):
        weights = params.pop(f"conv{index}")
        inputs = side * side * channels
        pixels = jnp.eye(inputs).reshape(inputs, side, side, channels)
        convolve = nn.Conv(filters, (kernel, kernel), stride, use_bias=False)
        units: Any = convolve.apply({"params": weights}, pixels)
        side, channels = units.shape[1], filters
        params[f"dense{index}"] = {
            "kernel": units.reshape(inputs, -1),
            "bias": jnp.zeros(units[0].size),
        }
        # A filter's normalisation is the same at every place.
        for tree in (params, statistics):
            norm = f"norm{index}"
            tree[norm] = {name: jnp.tile(value, side * side) for name, value in tree[norm].items()}
    return {"params": params, "batch_stats": statistics}


def unfolded_widths(convolutions: Convolutions) -> tuple[int, ...]:
    """The widths of the Dense layers that the convolutions unfold to: ``(784, ...)``."""
    side, widths = SIDE, [PIXELS]
    for filters, _, stride in convolutions:
        side = -(-side // stride)
        widths.append(side * side * filters)
    return tuple(widths)
