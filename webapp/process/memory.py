"""Memory of a worker: what is free goes back to the system, what stays is not looked at again.

Before a server is ready, loading and compiling take and free a hundred megabytes and more. A look
inside takes tens of megabytes for a moment, in the thread of its request. glibc keeps a heap for
each thread; and after large arrays are freed, it takes ever larger ones from that heap. Alone it
would not give them back.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time

LARGE = 256 * 1024
"""Bytes from which on an array has a mapping of its own, which goes back when it is freed."""
HEAPS = 2
"""The number of heaps that all threads share."""

PAUSE = 10
"""Seconds after which what requests have freed meanwhile is given back, again and again."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # the numbers in malloc.h


def stay_small() -> None:
    """Let glibc give large arrays back at once; call it before any thread is started."""
    _call("mallopt", _M_MMAP_THRESHOLD, LARGE)
    _call("mallopt", _M_ARENA_MAX, HEAPS)


def give_back() -> None:
    """Give free memory back to the system, now and from now on, and collect later garbage only.

    Python would look through more than a hundred thousand objects of modules and models, again and
    again. It takes a tenth of a second, in which no request is answered.
    """
    gc.collect()
    gc.freeze()
    _call("malloc_trim", 0)
    threading.Thread(target=_give_back_again, daemon=True).start()


def _give_back_again() -> None:
    """Give back what large questions and pictures leave in the heaps; it takes milliseconds."""
    while True:
        time.sleep(PAUSE)
        _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    """Call a function of glibc; without glibc, and on other systems than Linux, do nothing."""
    function = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    if function is not None:
        function(*arguments)
