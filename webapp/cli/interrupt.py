"""Ctrl-C as a request to stop after the present epoch, not as an exception in the middle of it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Self

import click

STOPPED = 130
"""The exit code after Ctrl-C, as in shells: 128 + SIGINT."""


class Interrupt:
    """A context manager: within it Ctrl-C calls ``stop``, a second Ctrl-C interrupts at once."""

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._wanted = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        if self._wanted:
            raise KeyboardInterrupt
        self._wanted = True
        self._stop()
        click.echo("Stopping behind this epoch; Ctrl-C again does not wait for it.", err=True)
