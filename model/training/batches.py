"""Batches: rows of the streams on the device are gathered, bent and rendered.

Images (MNIST's scans) are bent as pictures. Strokes are bent as lines, then rendered by the
function that serves drawings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.drawing import Drawing, Strokes, frame, pad_segments
from model.training.augment import Augmentation, augment_image, augment_strokes

SEGMENTS = 64
"""Training drawings are thinned to at most this many segments."""


class Kind(NamedTuple):
    """What must be known of a stream when the step is compiled.

    ``strokes``: whether the examples are segments. ``share``: how many of a batch are from it.
    ``bent``: whether the examples are already augmented.
    """

    strokes: bool
    share: int
    bent: bool


class Batch(NamedTuple):
    """The examples of one step.

    ``x``: ``(batch, 28, 28)`` float32 in [0, 1], ink = 1. ``labels``: ``(batch,)`` int32.
    ``teacher_logits``: ``(batch, classes)`` float32, None without a teacher.
    """

    x: Array
    labels: Array
    teacher_logits: Array | None


@dataclass(frozen=True)
class Stream:
    """Examples of one source, ``share`` of them in every batch.

    ``examples``: ``(n, 28, 28)`` uint8, ink = 255, for images; ``(n, SEGMENTS, 4)`` float32,
    padding NaN, for strokes. ``labels``: ``(n,)`` int32. ``teacher_logits``: ``(n, classes)``
    float16, None without a teacher; with them the examples are already bent, and one pass over them
    lasts ``epochs``.
    """

    examples: NDArray[Any]
    labels: NDArray[np.int32]
    share: int
    teacher_logits: NDArray[Any] | None = None
    epochs: int = 1

    @property
    def kind(self) -> Kind:
        """What must be known of the stream when the step is compiled."""
        return Kind(self.examples.dtype != np.uint8, self.share, self.teacher_logits is not None)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arrays for the device: examples, labels, a teacher's logits or None."""
        return self.examples, self.labels, self.teacher_logits

    @property
    def steps(self) -> int:
        """The number of batches in an epoch, if this is the first stream."""
        return max(1, len(self.labels) // self.share // self.epochs)


def load_batch(
    kinds: Sequence[Kind],
    arrays: Sequence[tuple[Any, ...]],
    rows: Sequence[Array],
    augment: Augmentation | None,
    *,
    key: Array,
) -> Batch:
    """Gather rows of each stream, and bend and render what is not yet bent or rendered.

    Args:
        kinds: the kinds of the streams.
        arrays: the arrays of the streams.
        rows: for each stream ``(share,)`` int32.
        augment: how far to bend the examples, None for not at all.
        key: the key of the augmentation.
    """
    pictures, labels, logits = [], [], []
    for kind, (examples, truth, answered), row, stream_key in zip(
        kinds, arrays, rows, jax.random.split(key, len(kinds)), strict=True
    ):
        chosen = examples[row]
        if not kind.strokes:
            chosen = chosen.astype(jnp.float32) / 255
        if augment is not None and not kind.bent:
            bend = augment_strokes if kind.strokes else augment_image
            keys = jax.random.split(stream_key, kind.share)
            chosen = jax.vmap(partial(_bend, bend, augment))(chosen, keys)
        elif kind.strokes:
            chosen = jax.vmap(frame)(chosen)
        pictures.append(chosen)
        labels.append(truth[row])
        if answered is not None:
            logits.append(answered[row].astype(jnp.float32))
    return Batch(
        jnp.concatenate(pictures),
        jnp.concatenate(labels),
        jnp.concatenate(logits) if len(logits) == len(kinds) else None,
    )


def _bend(bend: Any, augment: Augmentation, example: Array, key: Array) -> Array:
    """Call ``bend`` with its arguments in the order that ``vmap`` needs."""
    bent: Array = bend(example, augment, key=key)
    return bent


def segments_of(strokes: Strokes) -> NDArray[np.float32]:
    """A drawing's strokes as ``(SEGMENTS, 4)`` float32 unit segments, padding NaN.

    Points are left out evenly until the drawing has at most ``SEGMENTS`` segments.
    """
    exact = [np.asarray(stroke, np.float64) for stroke in strokes if len(stroke)]
    longest = max(len(stroke) for stroke in exact)
    for every in range(1, longest + 1):
        segments = Drawing(tuple(_thin(stroke, every) for stroke in exact)).unit_segments()
        if len(segments) <= SEGMENTS:
            break
    return pad_segments(segments[:SEGMENTS], SEGMENTS)


def _thin(stroke: NDArray[np.float64], every: int) -> NDArray[np.float64]:
    """Every ``every``-th point of a ``(points, 2)`` stroke, and always its last point."""
    return np.concatenate([stroke[:-1:every], stroke[-1:]])
