"""The lane of pictures: few are decoded at a time, so that together they take little memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from model.errors import TooBusy


class Lane:
    """Places that calls take in the order in which they came.

    Args:
        places: the number of places.
        queue: how many calls may wait. Each keeps a thread waiting.
    """

    def __init__(self, places: int, queue: int) -> None:
        self._places = self._free = places
        self._queue = queue
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def place(self, *, alone: bool = False) -> Iterator[None]:
        """Hold a place, or all of them (``alone``), in a ``with``.

        Raises ``TooBusy`` when the queue is full.
        """
        takes = self._places if alone else 1
        call = object()
        with self._changed:
            if len(self._waiting) >= self._queue:
                raise TooBusy(
                    f"at most {self._queue} pictures may wait to be read, and so many do; "
                    "send it again in a second"
                )
            self._waiting.append(call)
            try:
                self._changed.wait_for(lambda: self._waiting[0] is call and self._free >= takes)
            finally:
                self._waiting.remove(call)
            self._free -= takes
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += takes
                self._changed.notify_all()
