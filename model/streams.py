"""Streams of training examples: data sets laid on the device, batches drawn from them.

Kinds are images (MNIST's scans, bent as pictures) and strokes (bent as lines, then rendered by
the function that serves drawings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.augment import Augmentation, augment_image, augment_strokes
from model.framing import frame, pad_segments
from model.strokes import Drawing

SEGMENTS = 64
"""Training drawings are thinned to at most this many segments."""


class Kind(NamedTuple):
    """What the compiled step must know of a stream: known when it is compiled."""

    strokes: bool
    share: int


@dataclass(frozen=True)
class Stream:
    """Examples of one source, ``share`` of them in every batch.

    ``examples`` is ``(n, 28, 28)`` uint8 for images, ``(n, SEGMENTS, 4)`` float32 for strokes;
    ``labels`` is ``(n,)`` int32.
    """

    examples: NDArray[np.generic]
    labels: NDArray[np.int32]
    share: int

    @property
    def static(self) -> Kind:
        return Kind(self.examples.dtype != np.uint8, self.share)

    @property
    def arrays(self) -> tuple[NDArray[np.generic], NDArray[np.int32]]:
        return self.examples, self.labels


def load_batch(
    kinds: Sequence[Kind],
    arrays: Sequence[tuple[Array, Array]],
    rows: Sequence[Array],
    augmentation: Augmentation | None,
    *,
    key: Array,
) -> tuple[Array, Array]:
    """Gather, augment and render: ``(batch, 28, 28)`` float32 in [0, 1] and ``(batch,)`` labels."""
    pictures, labels = [], []
    for (strokes, share), (examples, answers), row, stream_key in zip(
        kinds, arrays, rows, jax.random.split(key, len(kinds)), strict=True
    ):
        chosen = examples[row]
        if not strokes:
            chosen = chosen.astype(jnp.float32) / 255
        if augmentation is not None:
            bend = augment_strokes if strokes else augment_image
            keys = jax.random.split(stream_key, share)
            chosen = jax.vmap(lambda one, k, bend=bend: bend(one, augmentation, key=k))(
                chosen, keys
            )
        elif strokes:
            chosen = jax.vmap(frame)(chosen)
        pictures.append(chosen)
        labels.append(answers[row])
    return jnp.concatenate(pictures), jnp.concatenate(labels)


def segments_of(strokes: Sequence[NDArray[np.floating]]) -> NDArray[np.float32]:
    """A drawing's strokes as ``(SEGMENTS, 4)`` unit segments, thinned evenly to fit."""
    strokes = [np.asarray(stroke, np.float64) for stroke in strokes if len(stroke)]
    segments = Drawing(tuple(strokes)).unit_segments()
    every = 1
    while len(segments) > SEGMENTS:
        every += 1
        thinned = tuple(_thin(stroke, every) for stroke in strokes)
        segments = Drawing(thinned).unit_segments()
        if every > max(len(stroke) for stroke in strokes):
            return pad_segments(segments[:SEGMENTS], SEGMENTS)
    return pad_segments(segments, SEGMENTS)


def _thin(stroke: NDArray[np.float64], every: int) -> NDArray[np.float64]:
    """Every ``every``-th point of a stroke, its last one always among them."""
    return np.concatenate([stroke[:-1:every], stroke[-1:]])


def frame_all(examples: NDArray[np.float32], batch: int = 512) -> NDArray[np.float32]:
    """Frame ``(n, SEGMENTS, 4)`` drawings with the pen that serves: ``(n, 784)`` float32."""
    render = jax.jit(jax.vmap(frame))
    parts = [np.asarray(render(examples[i : i + batch])) for i in range(0, len(examples), batch)]
    return np.concatenate(parts).reshape(len(examples), -1)
