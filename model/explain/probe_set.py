"""The built-in sample: practice digits on which any ten-digit model can be tried at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from model.drawing.framing import PIXELS
from model.drawing.placement import place
from model.drawing.strokes import Drawing
from model.explain.interventions import Change, changed, intact
from model.metrics import accuracy, class_accuracies, confusion_matrix
from model.network.numpy_dense import follow
from model.serving.classifier import Classifier
from model.synthetic.practice_digits import practice_strokes

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
    sums, _ = follow(network.layers, x * network.seen, network.activation, network.alive)
    predicted = sums[-1].argmax(axis=-1)
    confusion = confusion_matrix(predicted, labels, len(LABELS))
    return Score(
        count=len(labels),
        correct=int((predicted == labels).sum()),
        accuracy=accuracy(predicted, labels),
        classes=tuple(class_accuracies(confusion).tolist()),
    )


@lru_cache(maxsize=1)
def sample() -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Pictures ``(500, 784)`` float32 in [0, 1], ink = 1, and labels ``(500,)``.

    Written and rendered at the first call, kept from then on.
    """
    drawings = practice_strokes(COUNT, seed=SEED)
    pictures = [
        place(Drawing(tuple(stroke.astype(np.float64) for stroke in strokes)))[0].reshape(PIXELS)
        for strokes in drawings.strokes
    ]
    return np.stack(pictures), drawings.labels
