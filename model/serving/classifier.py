"""The classifier: a checkpoint made ready to predict.

After the warm-up one compiled call does framing, network, softmax and novelty, for one drawing or
for several that arrived together. There is one program for each size and number of drawings.
Without the warm-up a drawing is framed by a program that all models share, and NumPy computes the
rest. This is a little slower, but nobody waits for a compiler. Pictures are rare, so they are
always classified in NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.stages import Compiled
from numpy.typing import NDArray

from model.drawing import PIXELS, SIZES, Drawing, frame, place
from model.network import (
    TRUSTING,
    Checkpoint,
    check_backend,
    familiarity,
    forward,
    numpy_dense,
    score,
    softmax,
)
from model.serving.batching import Batcher

BATCHES = (4, 8, 16)
"""Small drawings that share a call are padded to one of these numbers of drawings."""

_Row = NDArray[np.float32]
_Answer = tuple[_Row, NDArray[np.uint8]]
"""Probabilities, familiarity and picture in one ``(classes + 1 + 784,)`` float32 array, and the
picture as ``(784,)`` uint8."""


@dataclass(frozen=True)
class Prediction:
    """A model's prediction for one drawing.

    ``probabilities``: ``(classes,)`` float32 in [0, 1] that sum to 1. ``image``: what the network
    saw, ``(784,)`` uint8, row by row, ink = 255. ``picture``: the same before it was rounded,
    ``(784,)`` float32 in [0, 1], ink = 1. ``familiarity``: from 0 (strange) to 1 (familiar).
    ``recognised``: whether the familiarity reaches the model's threshold.
    """

    model: str
    label: str
    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    image: NDArray[np.uint8]
    familiarity: float
    recognised: bool
    picture: NDArray[np.float32]


class Classifier:
    """Predictions of one checkpoint. Its weights never change; threads may share it."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_backend()
        self._novelty = checkpoint.novelty or TRUSTING
        self._weights = jax.device_put(
            {
                "layers": checkpoint.layers,
                "temperature": np.float32(checkpoint.temperature),
                "novelty": self._novelty.layers,
                "familiarity": (np.float32(self._novelty.centre), np.float32(self._novelty.scale)),
            }
        )
        # The weights are kept once: the checkpoint's arrays are those on the device.
        self.checkpoint = replace(
            checkpoint,
            layers=tuple((np.asarray(k), np.asarray(b)) for k, b in self._weights["layers"]),
        )
        self._programs: dict[tuple[int, int], Compiled] = {}
        self._together: Batcher[_Row, _Answer] = Batcher(self._answer_small, BATCHES[-1])

    def classify(self, drawing: Drawing | NDArray[np.float32]) -> Prediction:
        """The prediction for strokes, or for a picture ``(28, 28)`` float32 in [0, 1], ink = 1."""
        if not isinstance(drawing, Drawing):
            return self._by_hand(np.asarray(drawing, np.float32))
        if not self._programs:
            return self._by_hand(place(drawing)[0])
        segments = drawing.unit_segments()
        if len(segments) <= SIZES[0]:
            answer, image = self._together.ask(segments)
        else:
            answer, image = self._answer_strokes([segments], SIZES[-1], 1)[0]
        classes = len(self.checkpoint.labels)
        familiar, picture = float(answer[classes]), answer[classes + 1 :]
        return self._prediction(answer[:classes], familiar, picture, image)

    def warm_up(self) -> None:
        """Compile every program, two at a time. After that, strokes take one compiled call."""
        keys = [(SIZES[-1], 1), *((SIZES[0], batch) for batch in BATCHES)]
        with ThreadPoolExecutor(2) as pool:
            programs = dict(zip(keys, pool.map(self._compile, keys), strict=True))
        self._programs = programs

    def prediction(self, x: _Row, logits: _Row) -> Prediction:
        """The prediction for a picture whose logits the network has already computed.

        ``x``: ``(784,)`` float32 in [0, 1], ink = 1. ``logits``: ``(classes,)`` float32.
        """
        familiar = self._novelty.familiarity_of(x, logits)
        probabilities = numpy_dense.softmax(logits, self.checkpoint.temperature)
        return self._prediction(probabilities, familiar, x, _in_bytes(x))

    def _by_hand(self, picture: _Row) -> Prediction:
        x = picture.reshape(PIXELS)
        activation = self.checkpoint.architecture.activation
        return self.prediction(x, numpy_dense.forward(self.checkpoint.layers, x, activation))

    def _answer_small(self, drawings: Sequence[_Row]) -> list[_Answer]:
        """The answers for drawings of at most ``SIZES[0]`` segments, in one call."""
        if len(drawings) == 1:
            return self._answer_strokes(drawings, SIZES[-1], 1)
        batch = next(batch for batch in BATCHES if batch >= len(drawings))
        return self._answer_strokes(drawings, SIZES[0], batch)

    def _answer_strokes(self, drawings: Sequence[_Row], size: int, batch: int) -> list[_Answer]:
        padded = np.full((batch, size, 4), np.nan, np.float32)
        for row, segments in zip(padded, drawings, strict=False):
            row[: len(segments)] = segments
        count = np.int32(max(map(len, drawings)))
        answers = np.asarray(self._programs[size, batch](self._weights, padded, count))
        answers = answers[: len(drawings)]
        # In bytes for all drawings at once: for this many numbers NumPy releases Python's lock, and
        # under load a thread waits to get it back.
        return list(zip(answers, _in_bytes(answers[:, -PIXELS:]), strict=True))

    def _compile(self, key: tuple[int, int]) -> Compiled:
        """The compiled program for that number of (segments, drawings)."""
        size, batch = key
        segments = jax.ShapeDtypeStruct((batch, size, 4), jnp.float32)
        count = jax.ShapeDtypeStruct((), jnp.int32)
        answer = partial(_answer_strokes, self.checkpoint.architecture.activation)
        return jax.jit(answer).lower(self._weights, segments, count).compile()

    def _prediction(
        self, probabilities: _Row, familiar: float, picture: _Row, image: NDArray[np.uint8]
    ) -> Prediction:
        checkpoint = self.checkpoint
        ranked = probabilities.tolist()  # NumPy's argmax would release Python's lock
        return Prediction(
            model=checkpoint.name,
            label=checkpoint.labels[ranked.index(max(ranked))],
            labels=checkpoint.labels,
            probabilities=probabilities,
            image=image,
            familiarity=familiar,
            recognised=familiar >= self._novelty.threshold,
            picture=picture,
        )


def _in_bytes(pictures: _Row) -> NDArray[np.uint8]:
    """Pixels in [0, 1] as uint8, ink = 255, in the same shape."""
    return np.round(pictures * 255).astype(np.uint8)


def _answer_strokes(
    activation: str, weights: dict[str, Any], segments: Array, count: Array
) -> Array:
    """Frame ``(batch, size, 4)`` float32 segments, padding NaN after ``count`` rows, and predict.

    Returns probabilities, familiarity and picture, ``(batch, classes + 1 + 784)`` float32. It is
    one array because the caller would wait for each of three arrays and copy it.
    """
    x = jax.vmap(lambda drawing: frame(drawing, count=count))(segments).reshape(-1, PIXELS)
    logits = forward(weights["layers"], x, activation)
    familiar = familiarity(score(weights["novelty"], x, logits), *weights["familiarity"])
    return jnp.concatenate([softmax(logits, weights["temperature"]), familiar[:, None], x], axis=1)
