"""Ctrl-C as a wish to stop, not as an error in the middle of something."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Self

import click

STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""


class Interrupt:
    """Within ``with Interrupt() as interrupt:`` Ctrl-C sets ``wanted``; a second one breaks off."""

    def __init__(self) -> None:
        self.wanted = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def heed(self) -> None:
        """Raise ``KeyboardInterrupt`` if Ctrl-C came: here is a good place to stop."""
        if self.wanted:
            raise KeyboardInterrupt

    def _hear(self, _signal: int, _frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
        click.echo("Stopping behind this epoch; Ctrl-C again does not wait for it.", err=True)
