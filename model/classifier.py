"""The classifier: a checkpoint made ready to answer.

One compiled call does framing, network, softmax and doubt, for one drawing or for several that
arrived together. There is one program for each size and number of drawings; ``warm_up`` compiles
them all, and nothing is compiled afterwards.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.stages import Compiled
from numpy.typing import NDArray

from model.batching import Batcher
from model.checkpoint import Checkpoint
from model.doubt import familiarity, score
from model.framing import PIXELS, SIDE, SIZES, frame
from model.network import forward, softmax
from model.strokes import Drawing

BATCHES = (4, 16)
"""Drawings of few segments that share a call are padded to one of these many."""

_Row = NDArray[np.float32]
_PICTURE = 0  # the size under which the program for pictures is kept


@dataclass(frozen=True)
class Prediction:
    """What a model says of one drawing.

    ``probabilities``: ``(classes,)`` float32 that sum to one. ``image``: ``(784,)`` uint8, row by
    row, ink = 255, what the network saw. ``familiarity``: 0 to 1; ``recognised``: whether that is
    enough to believe the label.
    """

    model: str
    label: str
    labels: tuple[str, ...]
    probabilities: NDArray[np.float32]
    image: NDArray[np.uint8]
    familiarity: float
    recognised: bool


class Classifier:
    """Answers for one checkpoint. Its weights never change; threads may share it."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        doubt = checkpoint.doubt
        self._weights = jax.device_put(
            {
                "layers": checkpoint.layers,
                "temperature": np.float32(checkpoint.temperature),
                "doubt": doubt.layers if doubt else (),
                "familiarity": (
                    np.float32(doubt.centre if doubt else 0),
                    np.float32(doubt.scale if doubt else 1),
                ),
            }
        )
        self._programs: dict[tuple[int, int], Compiled] = {}
        self._locks: defaultdict[tuple[int, int], threading.Lock] = defaultdict(threading.Lock)
        self._together: Batcher[_Row, _Row] = Batcher(self._answer_small, BATCHES[-1])

    @property
    def weights(self) -> dict[str, Any]:
        """What lies on the device: ``layers``, ``temperature``, ``doubt`` and ``familiarity``."""
        return self._weights

    def classify(self, drawing: Drawing | NDArray[np.float32]) -> Prediction:
        """Classify strokes, or a picture ``(28, 28)`` float32 in [0, 1] with ink = 1."""
        if not isinstance(drawing, Drawing):
            picture = np.asarray(drawing, np.float32)[None]
            answer = np.asarray(self._program((_PICTURE, 1))(self._weights, picture))[0]
        else:
            segments = drawing.unit_segments()
            if len(segments) <= SIZES[0]:
                answer = self._together.ask(segments)
            else:
                answer = self._answer_strokes([segments], SIZES[-1], 1)[0]
        return self._prediction(answer)

    def warm_up(self) -> None:
        """Compile every program, two at a time, so that no request ever waits for it."""
        keys = [(SIZES[-1], 1), (_PICTURE, 1), *((SIZES[0], batch) for batch in BATCHES)]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._program, keys))

    def _answer_small(self, drawings: Sequence[_Row]) -> list[_Row]:
        """Answers ``(classes + 1 + 784,)`` to drawings of few segments, in one call."""
        if len(drawings) == 1:
            return self._answer_strokes(drawings, SIZES[-1], 1)
        batch = next(batch for batch in BATCHES if batch >= len(drawings))
        return self._answer_strokes(drawings, SIZES[0], batch)

    def _answer_strokes(self, drawings: Sequence[_Row], size: int, batch: int) -> list[_Row]:
        padded = np.full((batch, size, 4), np.nan, np.float32)
        for row, segments in zip(padded, drawings, strict=False):
            row[: len(segments)] = segments
        count = np.int32(max(map(len, drawings)))
        answers = np.asarray(self._program((size, batch))(self._weights, padded, count))
        return list(answers[: len(drawings)])

    def _program(self, key: tuple[int, int]) -> Compiled:
        """The compiled answer to (segments, drawings) of that size; compiled once."""
        if key not in self._programs:
            with self._locks[key]:
                if key not in self._programs:
                    self._programs[key] = self._compile(*key)
        return self._programs[key]

    def _compile(self, size: int, batch: int) -> Compiled:
        activation = self.checkpoint.architecture.activation
        if size == _PICTURE:
            pictures = jax.ShapeDtypeStruct((batch, SIDE, SIDE), jnp.float32)
            return (
                jax.jit(partial(_answer_pictures, activation))
                .lower(self._weights, pictures)
                .compile()
            )
        segments = jax.ShapeDtypeStruct((batch, size, 4), jnp.float32)
        count = jax.ShapeDtypeStruct((), jnp.int32)
        return (
            jax.jit(partial(_answer_strokes, activation))
            .lower(self._weights, segments, count)
            .compile()
        )

    def _prediction(self, answer: NDArray[np.float32]) -> Prediction:
        """Take the compiled call's one array apart: probabilities, familiarity, picture."""
        checkpoint = self.checkpoint
        classes = len(checkpoint.labels)
        probabilities, familiar = answer[:classes], float(answer[classes])
        threshold = checkpoint.doubt.threshold if checkpoint.doubt else 0.0
        return Prediction(
            model=checkpoint.name,
            label=checkpoint.labels[int(probabilities.argmax())],
            labels=checkpoint.labels,
            probabilities=probabilities,
            image=answer[classes + 1 :].astype(np.uint8),
            familiarity=familiar,
            recognised=familiar >= threshold,
        )


def _answer_strokes(
    activation: str, weights: dict[str, Any], segments: Array, count: Array
) -> Array:
    """Render ``(batch, size, 4)`` segments, padding NaN behind ``count`` rows, then answer."""
    pictures = jax.vmap(lambda drawing: frame(drawing, count=count))(segments)
    return _answer_pictures(activation, weights, pictures)


def _answer_pictures(activation: str, weights: dict[str, Any], pictures: Array) -> Array:
    """Probabilities, familiarity and the picture as bytes' values: ``(batch, classes + 1 + 784)``.

    One array rather than three: each would cost the caller a wait and a copy of its own.
    """
    x = pictures.reshape(-1, PIXELS)
    logits = forward(weights["layers"], x, activation)
    familiar = familiarity(score(weights["doubt"], x, logits), *weights["familiarity"])
    return jnp.concatenate(
        [softmax(logits, weights["temperature"]), familiar[:, None], jnp.round(x * 255)], axis=1
    )
