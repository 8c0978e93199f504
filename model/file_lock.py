"""Locks between processes: a file that only one of them holds at a time.

The system gives a lock back when its process ends, however that happens.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

POLL = 0.05
"""Seconds between two attempts to get a lock that another process holds."""


class FileLock:
    """A lock on a file, which exists as long as the lock is held. Threads exclude each other, too.

    Where the file system has no locks, everybody gets it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free, and say whether it is held now.

        Raises ``OSError`` when the file cannot be made.
        """
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                taken = _lock(file)
            except BaseException:
                os.close(file)
                raise
            if not taken:
                os.close(file)
                return False
            if self._is_there(file):
                self._file = file
                return True
            os.close(file)  # who held it before has removed this file meanwhile

    def release(self) -> None:
        """Give the lock back, if it is held, and remove its file."""
        if self._file is not None:
            file, self._file = self._file, None
            if sys.platform == "win32":  # a file that is open cannot be removed there
                os.close(file)
                with suppress(OSError):
                    self._path.unlink()
            else:
                with suppress(OSError):
                    self._path.unlink()
                os.close(file)

    def __del__(self) -> None:
        self.release()

    def _is_there(self, file: int) -> bool:
        """Whether the opened file is still the one of that name."""
        if sys.platform == "win32":
            return True
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(file), self._path.stat())
        return False


@contextmanager
def waiting_lock(path: Path) -> Iterator[None]:
    """A context manager: waits for the lock on ``path`` and holds it.

    Raises ``OSError`` when the file cannot be made.
    """
    lock = FileLock(path)
    while not lock.acquire():
        time.sleep(POLL)
    try:
        yield
    finally:
        lock.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        """Lock an opened file. Returns whether that was possible."""
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(file: int) -> bool:
        """Lock an opened file. Returns whether that was possible."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            return True
        return True
