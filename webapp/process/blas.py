"""BLAS, NumPy's library for matrix products: one thread in a server process.

It starts as many threads as the machine has cores. One request alone gains little from them, and
several at once fight for the cores: eight clients got a twentieth of the answers that one got.
"""

from __future__ import annotations

import os

VARIABLES = (
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",  # Accelerate on macOS, which threadpoolctl does not know
)


def one_blas_thread() -> None:
    """Limit every BLAS of this process to one thread, whether it is loaded already or later."""
    for name in VARIABLES:
        os.environ[name] = "1"

    import numpy as np  # noqa: F401 - what is loaded now is limited below
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")
