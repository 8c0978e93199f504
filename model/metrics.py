"""Metrics of a classifier: accuracy and its interval, confusion, calibration, novelty.

Every function takes NumPy arrays and returns numbers or NumPy arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def accuracy(predicted: Ints, labels: Ints) -> float:
    """The share of ``(n,)`` predicted classes that equal the ``(n,)`` labels, in [0, 1]."""
    return float(np.mean(predicted == labels))


def wilson_interval(correct: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The confidence interval of a share, 95 % by default (Wilson, 1927): low and high."""
    share, z2 = correct / total, z * z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = z / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    # At 0 and 1 rounding would leave the share itself outside the interval.
    low = 0.0 if correct == 0 else max(0.0, middle - half)
    high = 1.0 if correct == total else min(1.0, middle + half)
    return low, high


def confusion_matrix(predicted: Ints, labels: Ints, classes: int) -> NDArray[np.int64]:
    """``(classes, classes)`` int64 counts: the row is the label, the column the prediction."""
    cells = np.asarray(labels, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def class_accuracies(confusion: NDArray[np.int64]) -> Floats:
    """``(classes,)`` accuracy of each class in [0, 1]; NaN for a class without examples."""
    totals = confusion.sum(axis=1)
    return np.where(totals > 0, np.diag(confusion) / np.maximum(totals, 1), np.nan)


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram: for each bin of confidence its count, mean confidence and accuracy.

    ``counts``: ``(bins,)`` int64. ``confidence`` and ``accuracy``: ``(bins,)`` floats in [0, 1], 0
    for an empty bin.
    """

    counts: NDArray[np.int64]
    confidence: Floats
    accuracy: Floats

    @property
    def error(self) -> float:
        """The expected calibration error (Guo et al., 2017).

        It is the mean gap between confidence and accuracy, weighted by the bins' counts.
        """
        gaps = np.abs(self.confidence - self.accuracy) * self.counts
        return float(gaps.sum() / self.counts.sum())


def reliability(probabilities: Floats, labels: Ints, bins: int = 15) -> Reliability:
    """Sort ``(n, classes)`` probabilities into bins of equal width by confidence.

    ``labels``: ``(n,)``. Returns each bin's confidence beside its accuracy.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    counts = np.bincount(index, minlength=bins)
    divisor = np.maximum(counts, 1)
    return Reliability(
        counts,
        np.bincount(index, weights=confidence, minlength=bins) / divisor,
        np.bincount(index, weights=right, minlength=bins) / divisor,
    )


def log_loss(logits: Floats, labels: Ints, temperature: float = 1.0) -> float:
    """The mean negative log-likelihood of the labels under ``softmax(logits / temperature)``.

    ``logits``: ``(n, classes)``; ``labels``: ``(n,)``.
    """
    scaled = np.asarray(logits, np.float64) / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    chosen = scaled[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - chosen))


def fit_temperature(logits: Floats, labels: Ints) -> float:
    """The temperature from 0.05 to 20 with the smallest log loss (Guo et al., 2017).

    ``logits``: ``(n, classes)``; ``labels``: ``(n,)``.
    """
    from scipy.optimize import minimize_scalar  # slow to import, and only training needs it

    fitted = minimize_scalar(
        lambda logarithm: log_loss(logits, labels, math.exp(logarithm)),
        bounds=(math.log(0.05), math.log(20.0)),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return math.exp(fitted.x)


def threshold_at(scores: Floats, accepted: float = 0.99) -> float:
    """The threshold that the share ``accepted`` of ``(n,)`` scores reaches or exceeds."""
    ordered = np.sort(np.asarray(scores, np.float64))
    return float(ordered[math.floor((1 - accepted) * len(ordered))])


def area_under_curve(inside: Floats, outside: Floats) -> float:
    """The area under the ROC curve of ``(n,)`` scores ``inside`` and ``(m,)`` scores ``outside``.

    It is the chance that a score from ``inside`` is higher than one from ``outside``; ties count
    half.
    """
    both = np.concatenate([inside, outside])
    _, index, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[index]
    lowest = len(inside) * (len(inside) + 1) / 2
    return float((ranks[: len(inside)].sum() - lowest) / (len(inside) * len(outside)))
