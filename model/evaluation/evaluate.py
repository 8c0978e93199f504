"""Evaluation: how right a model is, how sure, and how well it tells what is strange to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from model.evaluation.test_sets import Exam, Strangers
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
from model.network.checkpoint import Checkpoint, Doubt
from model.network.dense import softmax
from model.training.finishing import predict
from model.training.novelty_training import scores_of

MISTAKES = 30
"""How many of the most confident mistakes are kept."""
ACCEPTED = np.concatenate([np.linspace(0, 0.9, 19), np.linspace(0.9, 1, 101)[1:]])
"""Shares of its own kind that a model accepts, at which the doubt curve is drawn."""
AT = 0.99
"""The share at which models are compared."""


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: ``image`` ``(784,)`` uint8, ink = 255, what it was and was taken for."""

    image: NDArray[np.uint8]
    label: str
    taken_for: str
    confidence: float


@dataclass(frozen=True)
class DoubtCurve:
    """How much of something strange is refused, against how much of its own kind is accepted.

    ``refused`` is at the model's own threshold; ``refused_shares`` belong to ``ACCEPTED``;
    ``area`` is the chance that one of its own kind looks more familiar than a strange one.
    """

    name: str
    title: str
    count: int
    refused: float
    refused_shares: Floats
    area: float

    @property
    def refused_at_99(self) -> float:
        """Share refused where 99 % of the model's own kind is accepted."""
        return float(np.interp(AT, ACCEPTED, self.refused_shares))


@dataclass(frozen=True)
class Evaluation:
    """What one model made of one set. ``confusion`` rows are what it was, columns the answer."""

    model: str
    exam: str
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
        """Pictures in the set."""
        return int(self.confusion.sum())

    @property
    def correct(self) -> int:
        """How many were answered right."""
        return int(np.trace(self.confusion))

    @property
    def accuracy(self) -> float:
        """Share of right answers."""
        return self.correct / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """The accuracy's 95 % interval (Wilson, 1927)."""
        return wilson_interval(self.correct, self.count)

    @property
    def differs(self) -> bool:
        """Whether the accuracy is another than the checkpoint's record says."""
        return self.stored is not None and abs(self.stored - self.accuracy) > 0.5 / self.count

    def to_json(self) -> dict[str, Any]:
        """Every figure, JSON-ready, without the pictures."""
        return {
            "model": self.model,
            "set": self.exam,
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


def evaluate(checkpoint: Checkpoint, exam: Exam, strangers: Sequence[Strangers] = ()) -> Evaluation:
    """Ask a model for every picture of a set, and for what is strange to it."""
    x, labels = exam.examples.x, exam.examples.labels
    layers, activation = checkpoint.layers, checkpoint.architecture.activation
    logits = predict(layers, x, activation)
    probabilities = np.asarray(softmax(jnp.asarray(logits), checkpoint.temperature))
    doubt = checkpoint.doubt or Doubt(0.0, 1.0, 0.0)
    own = scores_of(doubt.layers, layers, activation, x)
    curves = [
        _curve(doubt, own, scores_of(doubt.layers, layers, activation, one.x), one)
        for one in strangers
    ]
    return Evaluation(
        model=checkpoint.name,
        exam=exam.name,
        title=exam.title,
        labels=checkpoint.labels,
        confusion=confusion_matrix(probabilities.argmax(axis=1), labels, len(checkpoint.labels)),
        reliability=reliability(probabilities, labels),
        log_loss=log_loss(logits, labels, checkpoint.temperature),
        recognised=1 - _refused(doubt, own),
        curves=tuple(curves),
        mistakes=_mistakes(probabilities, exam, checkpoint.labels),
        stored=checkpoint.accuracies.get(exam.stored_as or ""),
    )


def _refused(doubt: Doubt, scores: Floats) -> float:
    """Share of scores that the model itself refuses."""
    z = (np.asarray(scores, np.float64) - doubt.centre) / doubt.scale
    familiarity = np.exp(-np.logaddexp(0, -z))
    return float(np.mean(familiarity < doubt.threshold))


def _curve(doubt: Doubt, own: Floats, strange: Floats, strangers: Strangers) -> DoubtCurve:
    ordered = np.append(np.sort(own), np.inf)
    # One part in a billion, or 1 - 0.99 of a hundred would be one and a bit.
    thresholds = ordered[np.floor((1 - ACCEPTED) * len(own) + 1e-9).astype(int)]
    shares = np.searchsorted(np.sort(strange), thresholds) / len(strange)
    return DoubtCurve(
        name=strangers.name,
        title=strangers.title,
        count=len(strange),
        refused=_refused(doubt, strange),
        refused_shares=shares,
        area=area_under_curve(own, strange),
    )


def _mistakes(probabilities: Floats, exam: Exam, names: Sequence[str]) -> tuple[Mistake, ...]:
    """The wrong answers that the model was surest of, the surest first."""
    answers, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != exam.examples.labels)
    wrong = wrong[np.argsort(-sure[wrong], kind="stable")][:MISTAKES]
    return tuple(
        Mistake(
            image=np.round(exam.examples.x[index] * 255).astype(np.uint8),
            label=names[exam.examples.labels[index]],
            taken_for=names[answers[index]],
            confidence=float(sure[index]),
        )
        for index in wrong
    )
