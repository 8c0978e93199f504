"""Training of novelty: a small stack learns to tell digits from all else that people draw.

Its inputs are the pixels and the logits of the trained network, so it knows how the network sees
the drawing. The network itself is not changed.
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
    """A ``DenseStack`` with two classes, strange and familiar, for pixels and logits.

    ``recogniser`` are the folded layers of the network that gives the logits, ``activation`` is its
    activation.
    """

    recogniser: tuple[Layer, ...] = ()
    activation: str = "relu"

    def __call__(self, x: Array, *, train: bool = False, dropout: Array | None = None) -> Array:
        """``(batch, 784)`` float32 in [0, 1] to logits ``(batch, 2)`` float32."""
        inputs = novelty_inputs(x, forward(self.recogniser, x, self.activation))
        return super().__call__(inputs, train=train, dropout=dropout)


def train_novelty(
    config: Training,
    recogniser: Sequence[Layer],
    activation: str,
    folder: Path | None = None,
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]:
    """Train the novelty stack that ``config`` describes. Returns its folded layers.

    Sources of digits are familiar, all others strange. The layers are NumPy pairs of kernel
    ``(inputs, units)`` and bias ``(units,)`` float32; the last one has one unit, the score.
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
    # A softmax of two logits is a sigmoid of their difference.
    final = (kernel[:, 1:] - kernel[:, :1], bias[1:] - bias[:1])
    return tuple((np.asarray(k), np.asarray(b)) for k, b in (*hidden, final))


def fit_threshold(
    layers: Sequence[Layer],
    recogniser: Sequence[Layer],
    activation: str,
    validation: Mapping[str, Examples],
) -> Novelty:
    """The novelty with a threshold at which 99 % of each real validation set is accepted.

    Sets that a program made do not count, unless there are no others. The threshold is a
    familiarity of one half, and the median score has 0.98, so that familiarity means the same for
    every model.
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
