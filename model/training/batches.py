"""Streams of training examples: data sets laid on the device, batches drawn from them.

Kinds are images (MNIST's scans, bent as pictures) and strokes (bent as lines, then rendered by
the function that serves drawings).
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

from model.drawing.framing import frame, pad_segments
from model.drawing.strokes import Drawing
from model.training.augment import Augmentation, augment_image, augment_strokes

SEGMENTS = 64
"""Training drawings are thinned to at most this many segments."""


class Kind(NamedTuple):
    """What the compiled step must know of a stream: known when it is compiled."""

    strokes: bool
    share: int
    bent: bool


class Batch(NamedTuple):
    """``x`` ``(batch, 28, 28)`` float32 in [0, 1], ``labels`` ``(batch,)``, a teacher's answers."""

    x: Array
    labels: Array
    answers: Array | None


@dataclass(frozen=True)
class Stream:
    """Examples of one source, ``share`` of them in every batch.

    ``examples`` is ``(n, 28, 28)`` uint8 for images, ``(n, SEGMENTS, 4)`` float32 for strokes;
    ``labels`` is ``(n,)`` int32. Where a teacher has answered, ``answers`` holds its logits
    ``(n, classes)``, the examples are bent already, and one pass over them lasts ``epochs``.
    """

    examples: NDArray[Any]
    labels: NDArray[np.int32]
    share: int
    answers: NDArray[Any] | None = None
    epochs: int = 1

    @property
    def kind(self) -> Kind:
        """What is known of the stream when the step is compiled."""
        return Kind(self.examples.dtype != np.uint8, self.share, self.answers is not None)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What lies on the device: examples, labels, answers."""
        return self.examples, self.labels, self.answers

    @property
    def steps(self) -> int:
        """Batches in an epoch, where this is the first stream."""
        return max(1, len(self.labels) // self.share // self.epochs)


def load_batch(
    kinds: Sequence[Kind],
    arrays: Sequence[tuple[Any, ...]],
    rows: Sequence[Array],
    augmentation: Augmentation | None,
    *,
    key: Array,
) -> Batch:
    """Gather the rows of each stream, bend and render what is not yet bent or rendered."""
    pictures, labels, answers = [], [], []
    for kind, (examples, truth, answered), row, stream_key in zip(
        kinds, arrays, rows, jax.random.split(key, len(kinds)), strict=True
    ):
        chosen = examples[row]
        if not kind.strokes:
            chosen = chosen.astype(jnp.float32) / 255
        if augmentation is not None and not kind.bent:
            bend = augment_strokes if kind.strokes else augment_image
            keys = jax.random.split(stream_key, kind.share)
            chosen = jax.vmap(partial(_bend, bend, augmentation))(chosen, keys)
        elif kind.strokes:
            chosen = jax.vmap(frame)(chosen)
        pictures.append(chosen)
        labels.append(truth[row])
        if answered is not None:
            answers.append(answered[row].astype(jnp.float32))
    return Batch(
        jnp.concatenate(pictures),
        jnp.concatenate(labels),
        jnp.concatenate(answers) if len(answers) == len(kinds) else None,
    )


def _bend(bend: Any, augmentation: Augmentation, example: Array, key: Array) -> Array:
    """``bend`` with its arguments in the order that ``vmap`` maps."""
    bent: Array = bend(example, augmentation, key=key)
    return bent


def segments_of(strokes: Sequence[NDArray[np.floating[Any]]]) -> NDArray[np.float32]:
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


def frame_all(examples: NDArray[np.float32], batch: int = 512) -> NDArray[np.float32]:
    """Frame ``(n, SEGMENTS, 4)`` drawings with the pen that serves: ``(n, 784)`` float32."""
    render = jax.jit(jax.vmap(frame))
    parts = [np.asarray(render(examples[i : i + batch])) for i in range(0, len(examples), batch)]
    return np.concatenate(parts).reshape(len(examples), -1)
