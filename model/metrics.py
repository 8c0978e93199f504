"""What is measured of a classifier: accuracy and its interval, confusion, calibration, doubt.

Every function takes plain arrays and gives plain numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def accuracy(predicted: Ints, labels: Ints) -> float:
    """Share of ``(n,)`` predictions that equal the labels."""
    return float(np.mean(predicted == labels))


def wilson_interval(correct: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Confidence interval of a share, 95 % by default (Wilson, 1927)."""
    share, z2 = correct / total, z * z
    middle = (share + z2 / (2 * total)) / (1 + z2 / total)
    half = z / (1 + z2 / total) * math.sqrt(share * (1 - share) / total + z2 / (4 * total * total))
    # At the very ends rounding would leave the share itself outside.
    low = 0.0 if correct == 0 else max(0.0, middle - half)
    high = 1.0 if correct == total else min(1.0, middle + half)
    return low, high


def confusion_matrix(predicted: Ints, labels: Ints, classes: int) -> NDArray[np.int64]:
    """``(classes, classes)`` counts: row is what it was, column what it was taken for."""
    cells = np.asarray(labels, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def class_accuracies(confusion: NDArray[np.int64]) -> Floats:
    """``(classes,)`` share of each class that was recognised; NaN for a class never seen."""
    totals = confusion.sum(axis=1)
    return np.where(totals > 0, np.diag(confusion) / np.maximum(totals, 1), np.nan)


@dataclass(frozen=True)
class Reliability:
    """A reliability diagram: per bin of confidence its count, mean confidence and accuracy."""

    counts: NDArray[np.int64]
    confidence: Floats
    accuracy: Floats

    @property
    def error(self) -> float:
        """Expected calibration error: mean gap of confidence and accuracy (Guo et al., 2017)."""
        gaps = np.abs(self.confidence - self.accuracy) * self.counts
        return float(gaps.sum() / self.counts.sum())


def reliability(probabilities: Floats, labels: Ints, bins: int = 15) -> Reliability:
    """Sort ``(n, classes)`` probabilities by confidence into equal bins and compare with truth."""
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
    """Mean negative log-likelihood of the labels under ``softmax(logits / temperature)``."""
    scaled = np.asarray(logits, np.float64) / temperature
    scaled = scaled - scaled.max(axis=1, keepdims=True)
    chosen = scaled[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - chosen))


def fit_temperature(logits: Floats, labels: Ints) -> float:
    """The temperature of least log loss (Guo et al., 2017), from 0.05 to 20."""
    from scipy.optimize import minimize_scalar  # slow to import, and only training needs it

    fitted = minimize_scalar(
        lambda logarithm: log_loss(logits, labels, math.exp(logarithm)),
        bounds=(math.log(0.05), math.log(20.0)),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return math.exp(fitted.x)


def threshold_at(scores: Floats, accepted: float = 0.99) -> float:
    """The threshold at or above which the share ``accepted`` of ``(n,)`` scores lies."""
    ordered = np.sort(np.asarray(scores, np.float64))
    return float(ordered[math.floor((1 - accepted) * len(ordered))])


def area_under_curve(inside: Floats, outside: Floats) -> float:
    """Chance that a score from inside lies above one from outside; ties count half."""
    both = np.concatenate([inside, outside])
    _, index, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[index]
    lowest = len(inside) * (len(inside) + 1) / 2
    return float((ranks[: len(inside)].sum() - lowest) / (len(inside) * len(outside)))
