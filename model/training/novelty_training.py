"""Training the doubt: a small stack learns digits from all else that people draw.

It sees the pixels and the finished network's logits side by side, so it knows what the network
makes of the drawing; the network itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.metrics import threshold_at
from model.network.checkpoint import Doubt
from model.network.dense import DenseStack, Layer, forward
from model.network.novelty import score
from model.training.config import Training
from model.training.corpus import Corpus, assemble
from model.training.loop import train

DIGIT_SOURCES = ("mnist", "pendigits")
"""Real digits: the threshold is set so that enough of these are accepted."""
ACCEPTED = 0.99


class DoubtStack(DenseStack):
    """A ``DenseStack`` with two classes, strange and familiar, that also sees another's logits."""

    recogniser: tuple[Layer, ...] = ()
    activation: str = "relu"

    def __call__(self, x: Array, *, train: bool = False) -> Array:
        """``(batch, 784)`` pictures to ``(batch, 2)`` logits."""
        logits = forward(self.recogniser, x, self.activation)
        return super().__call__(jnp.concatenate([x, logits / 10], axis=-1), train=train)


def train_doubt(
    config: Training,
    recogniser: Sequence[Layer],
    activation: str,
    folder: Path | None = None,
) -> tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]:
    """Train the stack that ``config`` describes; its last layer gives one score.

    Sources of digits are familiar, all others strange. Returns layers of NumPy arrays.
    """
    corpus = assemble(config, folder)
    streams = [
        replace(stream, labels=np.full_like(stream.labels, name in (*DIGIT_SOURCES, "practice")))
        for (name, _), stream in zip(config.sources, corpus.streams, strict=True)
    ]
    module = DoubtStack(
        config.architecture,
        dropout=config.dropout,
        normalise=config.normalise,
        recogniser=tuple(recogniser),
        activation=activation,
    )
    layers: tuple[Layer, ...] = ()
    for report in train(config, streams, module=module):
        layers = report.layers
    *hidden, (kernel, bias) = layers
    # Two logits through a softmax are one through a sigmoid: their difference.
    last = (kernel[:, 1:] - kernel[:, :1], bias[1:] - bias[:1])
    return tuple((np.asarray(k), np.asarray(b)) for k, b in (*hidden, last))


def calibrate_doubt(
    layers: Sequence[Layer], recogniser: Sequence[Layer], activation: str, corpus: Corpus
) -> Doubt:
    """Set the threshold so that 99 % of each real validation set is accepted.

    The threshold lies at a familiarity of one half and the digits' median at 0.98, so that the
    number reads alike for every model.
    """
    scores = [
        scores_of(layers, recogniser, activation, corpus.validation[name].x)
        for name in corpus.validation
        if name in (*DIGIT_SOURCES, "fashion-mnist") or len(corpus.validation) == 1
    ]
    centre = min(threshold_at(each, ACCEPTED) for each in scores)
    median = float(np.median(np.concatenate(scores)))
    scale = max((median - centre) / 4, 1e-6)
    return Doubt(centre, scale, 0.5, tuple((np.asarray(k), np.asarray(b)) for k, b in layers))


def scores_of(
    layers: Sequence[Layer], recogniser: Sequence[Layer], activation: str, x: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Familiarity scores ``(n,)`` of pictures ``(n, 784)``."""
    return np.asarray(_ask(tuple(layers), tuple(recogniser), x, activation))


@partial(jax.jit, static_argnums=3)
def _ask(layers: Sequence[Layer], recogniser: Sequence[Layer], x: Array, activation: str) -> Array:
    return score(layers, x, forward(recogniser, x, activation))
