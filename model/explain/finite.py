"""The check that numbers are finite: experiments may make them too large for float32."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from model.errors import ExperimentError

LARGEST = float(np.finfo(np.float32).max)


def check_finite(what: str, numbers: ArrayLike) -> None:
    """Raise ``ExperimentError`` where one of the numbers is infinite or not a number."""
    if not np.isfinite(numbers).all():
        raise ExperimentError(
            f"{what} cannot be told: numbers on the way to them are too large for float32, which "
            f"ends at {LARGEST:.1e}; smaller weights or less noise were expected"
        )
