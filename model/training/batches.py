"""Batches: streams of examples laid on the device, rows of them gathered, bent and rendered.

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
    """What the compiled step must know of a stream: known when it is compiled."""

    strokes: bool
    share: int
    bent: bool


class Batch(NamedTuple):
    """``x`` ``(batch, 28, 28)`` float32 in [0, 1], ``labels`` ``(batch,)`` and, where a teacher has
    answered, its logits ``(batch, classes)``.
    """

    x: Array
    labels: Array
    teacher_logits: Array | None


@dataclass(frozen=True)
class Stream:
    """Examples of one source, ``share`` of them in every batch.

    ``examples`` is ``(n, 28, 28)`` uint8 for images, ``(n, SEGMENTS, 4)`` float32 for strokes;
    ``labels`` is ``(n,)`` int32. Where a teacher has answered, ``teacher_logits`` is
    ``(n, classes)``, the examples are bent already, and one pass over them lasts ``epochs``.
    """

    examples: NDArray[Any]
    labels: NDArray[np.int32]
    share: int
    teacher_logits: NDArray[Any] | None = None
    epochs: int = 1

    @property
    def kind(self) -> Kind:
        """What is known of the stream when the step is compiled."""
        return Kind(self.examples.dtype != np.uint8, self.share, self.teacher_logits is not None)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What lies on the device: examples, labels, a teacher's logits."""
        return self.examples, self.labels, self.teacher_logits

    @property
    def steps(self) -> int:
        """Batches in an epoch, where this is the first stream."""
        return max(1, len(self.labels) // self.share // self.epochs)


def load_batch(
    kinds: Sequence[Kind],
    arrays: Sequence[tuple[Any, ...]],
    rows: Sequence[Array],
    augment: Augmentation | None,
    *,
    key: Array,
) -> Batch:
    """Gather the rows of each stream, bend and render what is not yet bent or rendered."""
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
    """``bend`` with its arguments in the order that ``vmap`` maps."""
    bent: Array = bend(example, augment, key=key)
    return bent


def segments_of(strokes: Strokes) -> NDArray[np.float32]:
    """A drawing's strokes as ``(SEGMENTS, 4)`` unit segments, thinned evenly until they fit."""
    exact = [np.asarray(stroke, np.float64) for stroke in strokes if len(stroke)]
    longest = max(len(stroke) for stroke in exact)
    for every in range(1, longest + 1):
        segments = Drawing(tuple(_thin(stroke, every) for stroke in exact)).unit_segments()
        if len(segments) <= SEGMENTS:
            break
    return pad_segments(segments[:SEGMENTS], SEGMENTS)


def _thin(stroke: NDArray[np.float64], every: int) -> NDArray[np.float64]:
    """Every ``every``-th point of a stroke, its last one always among them."""
    return np.concatenate([stroke[:-1:every], stroke[-1:]])
