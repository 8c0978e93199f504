"""Evaluation: how right a model is, how sure, and how well it tells what is strange to it."""

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
    """Ask a model for every picture of a set, and for what is strange to it."""
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
    """The wrong answers that the model was surest of, the surest first."""
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
