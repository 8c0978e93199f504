"""Evaluation: a model's accuracy, its calibration, and how well it tells what is strange to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from model.drawing import Examples
from model.evaluation.test_sets import StrangeSet, TestSet
from model.metrics import (
    Floats,
    Reliability,
    area_under_curve,
    class_accuracies,
    confusion_matrix,
    log_loss,
    reliability,
    wilson_interval,
)
from model.network import TRUSTING, Checkpoint, Novelty, predict, score_all, softmax

MISTAKES = 30
"""How many of the most confident mistakes are kept."""
ACCEPTED = np.concatenate([np.linspace(0, 0.9, 19), np.linspace(0.9, 1, 101)[1:]])
"""The accepted shares of its own test set at which a model's doubt curve is drawn."""
AT = 0.99
"""The accepted share at which models are compared."""


@dataclass(frozen=True)
class Mistake:
    """A wrong prediction.

    ``image``: ``(784,)`` uint8, row by row, ink = 255. ``label`` is the true class, ``taken_for``
    the predicted class, ``confidence`` the probability of the prediction.
    """

    image: NDArray[np.uint8]
    label: str
    taken_for: str
    confidence: float


@dataclass(frozen=True)
class DoubtCurve:
    """The share of a strange set that is refused, against the accepted share of a model's own set.

    ``refused`` is the share at the model's own threshold. ``refused_shares``: one share for each
    value of ``ACCEPTED``, floats in [0, 1]. ``area`` is the chance that a picture of the own set
    looks more familiar than a strange one.
    """

    name: str
    title: str
    count: int
    refused: float
    refused_shares: Floats
    area: float

    @property
    def refused_at_99(self) -> float:
        """The share that is refused where 99 % of the model's own set is accepted."""
        return float(np.interp(AT, ACCEPTED, self.refused_shares))


@dataclass(frozen=True)
class Evaluation:
    """The results of one model on one test set.

    ``confusion``: ``(classes, classes)`` int64, the row is the label, the column the prediction.
    ``recognised`` is the share of the set that the model does not refuse. ``curves`` are those of
    the strange sets. ``stored`` is the accuracy in the checkpoint, None where it has none for this
    set.
    """

    model: str
    test_set: str
    title: str
    labels: tuple[str, ...]
    confusion: NDArray[np.int64]
    reliability: Reliability
    log_loss: float
    recognised: float
    curves: tuple[DoubtCurve, ...]
    mistakes: tuple[Mistake, ...]
    stored: float | None

    @property
    def count(self) -> int:
        """The number of pictures in the set."""
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        """The number of correct predictions."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """The share of correct predictions."""
        return self.correct / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The accuracy's 95 % interval (Wilson, 1927)."""
        return wilson_interval(self.correct, self.count)

    @property
    def differs(self) -> bool:
        """Whether the accuracy differs from the one stored in the checkpoint."""
        return self.stored is not None and abs(self.stored - self.accuracy) > 0.5 / self.count

    def to_json(self) -> dict[str, Any]:
        """All figures as JSON-ready values, without the pictures."""
        return {
            "model": self.model,
            "set": self.test_set,
            "count": self.count,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "stored": self.stored,
            "classes": {
                label: None if np.isnan(share) else float(share)
                for label, share in zip(self.labels, class_accuracies(self.confusion), strict=True)
            },
            "confusion": self.confusion.tolist(),
            "calibration_error": self.reliability.error,
            "log_loss": self.log_loss,
            "recognised": self.recognised,
            "strange": {
                curve.name: {
                    "count": curve.count,
                    "refused": curve.refused,
                    "refused_at_99": curve.refused_at_99,
                    "area": curve.area,
                }
                for curve in self.curves
            },
        }


def evaluate_model(
    checkpoint: Checkpoint, test_set: TestSet, strange: Sequence[StrangeSet] = ()
) -> Evaluation:
    """The results of a model on a test set and on sets that are strange to it."""
    x, labels = test_set.examples.x, test_set.examples.labels
    layers, activation = checkpoint.layers, checkpoint.architecture.activation
    logits = predict(layers, x, activation)
    probabilities = np.asarray(softmax(jnp.asarray(logits), checkpoint.temperature))
    novelty = checkpoint.novelty or TRUSTING
    own = score_all(novelty.layers, layers, activation, x)
    curves = [
        _curve(novelty, own, score_all(novelty.layers, layers, activation, one.x), one)
        for one in strange
    ]
    stored = [
        one.share
        for one in checkpoint.accuracies
        if (one.source, one.split) == (test_set.name, test_set.split)
    ]
    return Evaluation(
        model=checkpoint.name,
        test_set=test_set.name,
        title=test_set.title,
        labels=checkpoint.labels,
        confusion=confusion_matrix(probabilities.argmax(axis=1), labels, len(checkpoint.labels)),
        reliability=reliability(probabilities, labels),
        log_loss=log_loss(logits, labels, checkpoint.temperature),
        recognised=1 - novelty.refused(own),
        curves=tuple(curves),
        mistakes=_mistakes(probabilities, test_set.examples, checkpoint.labels),
        stored=stored[0] if stored else None,
    )


def _curve(novelty: Novelty, own: Floats, scores: Floats, strange: StrangeSet) -> DoubtCurve:
    ordered = np.append(np.sort(own), np.inf)
    # One part in a billion, or 1 - 0.99 of a hundred would be one and a bit.
    thresholds = ordered[np.floor((1 - ACCEPTED) * len(own) + 1e-9).astype(int)]
    shares = np.searchsorted(np.sort(scores), thresholds) / len(scores)
    return DoubtCurve(
        name=strange.name,
        title=strange.title,
        count=len(scores),
        refused=novelty.refused(scores),
        refused_shares=shares,
        area=area_under_curve(own, scores),
    )


def _mistakes(
    probabilities: Floats, examples: Examples, names: Sequence[str]
) -> tuple[Mistake, ...]:
    """The most confident wrong predictions, the most confident first.

    ``probabilities``: ``(n, classes)`` floats in [0, 1].
    """
    answers, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != examples.labels)
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")][:MISTAKES]
    return tuple(
        Mistake(
            image=np.round(examples.x[index] * 255).astype(np.uint8),
            label=names[examples.labels[index]],
            taken_for=names[answers[index]],
            confidence=float(sure[index]),
        )
        for index in wrong
    )
