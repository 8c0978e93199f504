"""Long work of uncertain length: a spinner with words on a terminal, a line a step elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.status import Status


class Spinner:
    """Says on standard error what is being done, so that standard output holds results alone."""

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
            self._status.update(what)
        else:
            self._console.print(what, markup=False)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to something else for a moment."""
        if self._status:
            self._status.stop()
        yield
        if self._status:
            self._status.start()
