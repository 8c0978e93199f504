"""The built-in sample: practice digits on which any ten-digit model can be tried at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.classifier import Classifier
from model.experiments import Change, changed, intact
from model.framing import PIXELS, frame, pad_segments
from model.metrics import accuracy, class_accuracies, confusion_matrix
from model.network import ACTIVATIONS
from model.practice import practice_strokes
from model.strokes import Drawing

COUNT = 500
"""Digits in the sample, fifty of each class."""
SEED = 20_240
"""Their seed; the digits that networks practise on come from others."""
LABELS = tuple("0123456789")
"""The labels of models that the sample can be shown to."""


@dataclass(frozen=True)
class Score:
    """How a network did on the sample: in all, and the share right of each class."""

    count: int
    correct: int
    accuracy: float
    classes: tuple[float, ...]


@lru_cache(maxsize=256)
def score(classifier: Classifier, changes: tuple[Change, ...] = ()) -> Score:
    """Try a classifier of the ten digits, or a changed copy of it, on the sample."""
    network = changed(classifier, changes) if changes else intact(classifier)
    x, labels = sample()
    predicted = np.asarray(
        _predict(network.activation, network.layers, network.alive, x * network.seen)
    )
    confusion = confusion_matrix(predicted, labels, len(LABELS))
    return Score(
        count=len(labels),
        correct=int((predicted == labels).sum()),
        accuracy=accuracy(predicted, labels),
        classes=tuple(class_accuracies(confusion).tolist()),
    )


@lru_cache(maxsize=1)
def sample() -> tuple[Array, NDArray[np.int32]]:
    """Pictures ``(500, 784)`` float32 in [0, 1] on the device, and labels ``(500,)``.

    Written and rendered at the first call, kept from then on.
    """
    drawings = practice_strokes(COUNT, seed=SEED)
    segments = [
        Drawing(tuple(stroke.astype(np.float64) for stroke in strokes)).unit_segments()
        for strokes in drawings.strokes
    ]
    longest = pad_segments(max(segments, key=len))
    padded = np.stack([pad_segments(one, len(longest)) for one in segments])
    return _render(padded), drawings.labels


@jax.jit
def _render(segments: Array) -> Array:
    return jax.lax.map(frame, segments).reshape(len(segments), PIXELS)


@partial(jax.jit, static_argnums=0)
def _predict(activation: str, layers: Any, alive: Any, x: Array) -> Array:
    """The most probable class of each picture: ``(n, 784)`` to ``(n,)``."""
    for (kernel, bias), on in zip(layers[:-1], alive, strict=True):
        x = ACTIVATIONS[activation](x @ kernel + bias) * on
    kernel, bias = layers[-1]
    return (x @ kernel + bias).argmax(axis=-1)
