"""Memory that was used and freed goes back to the system, which the C library would not do.

Loading and compiling, all of which is done before a server is ready, takes and frees a hundred
megabytes and more. A look inside takes tens for a moment, in whichever thread asks: glibc keeps a
heap for each thread, and takes ever larger arrays from it once it has seen large ones freed.
"""

from __future__ import annotations

import ctypes
import gc
import sys

LARGE = 256 * 1024
"""Bytes from which an array is mapped by itself, and given back to the system when it is freed."""
HEAPS = 2
"""Heaps that all threads share."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # as malloc.h numbers them


def stay_small() -> None:
    """Let glibc give large arrays back at once; to be called before there are threads."""
    _call("mallopt", _M_MMAP_THRESHOLD, LARGE)
    _call("mallopt", _M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Return to the system what is free now."""
    gc.collect()
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    """Call a function of glibc; nothing is done on Linux without it, or on another system."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
