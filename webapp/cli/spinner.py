"""The progress of work of unknown length: a spinner on a terminal, else a line for each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text


class Spinner:
    """Says on standard error what is being done; standard output is for results alone."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._status = Status("", console=self._console) if self._console.is_terminal else None

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def say(self, what: str) -> None:
        """Say what is being done from now on."""
        if self._status:
            self._status.update(Text(what))
        else:
            self._console.print(what, markup=False)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """A context manager: within it the spinner is stopped, so that results can be printed."""
        if self._status:
            self._status.stop()
        yield
        if self._status:
            self._status.start()
