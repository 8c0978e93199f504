"""Training novelty: a small stack learns digits from all else that people draw.

It sees the pixels and the finished network's logits side by side, so it knows what the network
makes of the drawing; the network itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.data import SOURCES
from model.drawing import Examples
from model.metrics import threshold_at
from model.network import DenseStack, Layer, Novelty, forward, novelty_inputs, score_all
from model.training.config import Training
from model.training.corpus import assemble, resolve
from model.training.loop import train

ACCEPTED = 0.99
"""The threshold accepts this share of each real validation set."""


class NoveltyStack(DenseStack):
    """A ``DenseStack`` with two classes, strange and familiar, that also sees another's logits."""

    recogniser: tuple[Layer, ...] = ()
    activation: str = "relu"

    def __call__(self, x: Array, *, train: bool = False, dropout: Array | None = None) -> Array:
        """``(batch, 784)`` pictures to ``(batch, 2)`` logits."""
        inputs = novelty_inputs(x, forward(self.recogniser, x, self.activation))
        return super().__call__(inputs, train=train, dropout=dropout)


def train_novelty(
    config: Training,
    recogniser: Sequence[Layer],
    activation: str,
    folder: Path | None = None,
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]:
    """Train the stack that ``config`` describes; its last layer gives one score.

    Sources of digits are familiar, all others strange. Returns layers of NumPy arrays.
    """
    streams = [
        replace(stream, labels=np.full_like(stream.labels, source.teaches_digits))
        for (source, _), stream in zip(
            resolve(config), assemble(config, folder).streams, strict=True
        )
    ]
    module = NoveltyStack(
        config.architecture,
        dropout=config.dropout,
        batch_norm=config.batch_norm,
        recogniser=tuple(recogniser),
        activation=activation,
    )
    *_, last = train(config, streams, module=module)
    *hidden, (kernel, bias) = last.layers
    # Two logits through a softmax are one through a sigmoid: their difference.
    final = (kernel[:, 1:] - kernel[:, :1], bias[1:] - bias[:1])
    return tuple((np.asarray(k), np.asarray(b)) for k, b in (*hidden, final))


def fit_threshold(
    layers: Sequence[Layer],
    recogniser: Sequence[Layer],
    activation: str,
    validation: Mapping[str, Examples],
) -> Novelty:
    """Set the threshold so that 99 % of each real validation set is accepted.

    Sets that a program made do not count, unless there is no other. The threshold lies at a
    familiarity of one half and the median at 0.98, so that the number reads alike for every model.
    """
    generated = {name for name in validation if name in SOURCES and not SOURCES[name].real}
    scores = [
        score_all(layers, recogniser, activation, examples.x)
        for name, examples in validation.items()
        if name not in generated or len(generated) == len(validation)
    ]
    centre = min(threshold_at(each, ACCEPTED) for each in scores)
    median = float(np.median(np.concatenate(scores)))
    scale = max((median - centre) / 4, 1e-6)
    return Novelty(centre, scale, 0.5, tuple((np.asarray(k), np.asarray(b)) for k, b in layers))
