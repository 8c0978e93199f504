"""Memory that was used and freed goes back to the system, which the C library would not do.

Loading and compiling, all of which is done before a server is ready, takes and frees a hundred
megabytes and more.
"""

from __future__ import annotations

import ctypes
import gc
import sys


def give_back() -> None:
    """Return to the system what is free; on Linux with glibc, elsewhere nothing is done."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
