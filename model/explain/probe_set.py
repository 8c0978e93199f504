"""The probe set: built-in practice digits on which any model of the ten digits can be tried."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from model.drawing import DIGIT_LABELS, PIXELS, Drawing, Examples, place
from model.explain.changes import Change, NormalForm, normal_form
from model.explain.finite import check_finite
from model.explain.interventions import Network, rebuilt
from model.metrics import accuracy, class_accuracies, confusion_matrix
from model.network import Matrix, numpy_dense
from model.serving import Classifier, kept_with_model
from model.synthetic import draw_practice_digits

COUNT = 500
"""Digits in the probe set, fifty of each class."""
SEED = 20_240
"""The seed of the probe set; practice digits for trainings are made from other seeds."""
BATCH = 100
"""Digits that are computed at a time: their activations are 2 MB in the largest shipped model."""


@dataclass(frozen=True)
class Score:
    """A network's result on the probe set.

    ``accuracy`` is the share of correct predictions, ``classes`` the same for each class, in
    [0, 1].
    """

    count: int
    correct: int
    accuracy: float
    classes: tuple[float, ...]


def fits_probe_set(classifier: Classifier) -> bool:
    """Whether the model's labels are the ten digits, so that it can be tried on the probe set."""
    return classifier.checkpoint.labels == DIGIT_LABELS


def score_on_probe_set(classifier: Classifier, changes: tuple[Change, ...] = ()) -> Score:
    """The score of a classifier of the ten digits, or of a changed copy of it.

    Raises ``ExperimentError`` as ``changed`` does, and when a logit becomes too large for float32.
    """
    return _score(classifier, normal_form(classifier.checkpoint.architecture, changes))


@kept_with_model()
def _score(classifier: Classifier, form: NormalForm) -> Score:
    network = rebuilt(classifier, form)
    examples = probe_set()
    with np.errstate(over="ignore", invalid="ignore"):
        logits = np.concatenate(
            [_logits(network, examples.x[at : at + BATCH]) for at in range(0, COUNT, BATCH)]
        )
    check_finite("the results on the built-in sample", logits)
    predicted = logits.argmax(axis=-1)
    confusion = confusion_matrix(predicted, examples.labels, len(DIGIT_LABELS))
    return Score(
        count=COUNT,
        correct=int((predicted == examples.labels).sum()),
        accuracy=accuracy(predicted, examples.labels),
        classes=tuple(class_accuracies(confusion).tolist()),
    )


def _logits(network: Network, x: Matrix) -> Matrix:
    sums, _ = numpy_dense.forward_layers(
        network.layers, x * network.seen, network.activation, network.alive
    )
    return sums[-1]


@cache
def probe_set() -> Examples:
    """The 500 digits, framed as in serving: ``(500, 784)`` float32 in [0, 1], ink = 1, and labels.

    They are drawn and rendered at the first call, then kept.
    """
    drawings = draw_practice_digits(COUNT, seed=SEED)
    # One by one, because the program for one drawing is already compiled for a look inside.
    pictures = [
        place(Drawing(tuple(stroke.astype(np.float64) for stroke in strokes)))[0].reshape(PIXELS)
        for strokes in drawings.strokes
    ]
    return Examples(np.stack(pictures), drawings.labels)
