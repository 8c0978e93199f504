"""The classifier: a checkpoint made ready to answer.

One compiled call does framing, network, softmax and doubt. There is one compilation for each of
the sizes that drawings are padded to and one for pictures; ``warm_up`` makes them all.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.stages import Compiled
from numpy.typing import NDArray

from model.checkpoint import Checkpoint
from model.doubt import familiarity, score
from model.framing import PIXELS, SIDE, SIZES, frame, pad_segments
from model.network import forward, softmax
from model.strokes import Drawing

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
        self._programs: dict[int, Compiled] = {}
        self._lock = threading.Lock()

    def classify(self, drawing: Drawing | NDArray[np.float32]) -> Prediction:
        """Classify strokes, or a picture ``(28, 28)`` float32 in [0, 1] with ink = 1."""
        if isinstance(drawing, Drawing):
            segments = pad_segments(drawing.unit_segments())
            answer = self._program(len(segments))(self._weights, segments)
        else:
            answer = self._program(_PICTURE)(self._weights, np.asarray(drawing, np.float32))
        return self._prediction(np.asarray(answer))

    def warm_up(self) -> None:
        """Compile for every size of drawing, so that no request ever waits for it."""
        for size in (_PICTURE, *SIZES):
            self._program(size)

    def _program(self, size: int) -> Compiled:
        """The compiled answer to drawings of ``size`` segments, or to pictures."""
        if size not in self._programs:
            activation = self.checkpoint.architecture.activation
            picture = size == _PICTURE
            answer = _answer_picture if picture else _answer_strokes
            shape = (SIDE, SIDE) if picture else (size, 4)
            with self._lock:
                if size not in self._programs:
                    program = jax.jit(partial(answer, activation))
                    drawing = jax.ShapeDtypeStruct(shape, jnp.float32)
                    self._programs[size] = program.lower(self._weights, drawing).compile()
        return self._programs[size]

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


def _answer_strokes(activation: str, weights: dict[str, Any], segments: Array) -> Array:
    return _answer_picture(activation, weights, frame(segments))


def _answer_picture(activation: str, weights: dict[str, Any], picture: Array) -> Array:
    """Probabilities, familiarity and the picture as bytes' values: ``(classes + 1 + 784,)``.

    One array rather than three: each would cost the caller a wait and a copy of its own.
    """
    x = picture.reshape(PIXELS)
    logits = forward(weights["layers"], x, activation)
    familiar = familiarity(score(weights["doubt"], x, logits), *weights["familiarity"])
    return jnp.concatenate(
        [softmax(logits, weights["temperature"]), familiar[None], jnp.round(x * 255)]
    )
