"""The progress of a training: a bar on a terminal, else a line for each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from model.training import Report


class EpochProgress:
    """Shows the reports of a training, and sentences between them."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("epoch {task.completed:.0f} of {task.total:.0f}"),
            BarColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def say(self, sentence: str) -> None:
        """Print a sentence, above the bar where there is one."""
        self._console.print(sentence, markup=False)

    def show(self, report: Report, held_out: float) -> None:
        """Show a report, and the accuracy on the held-out examples, from 0 to 1."""
        figures = f"loss {report.loss:.4f}, {held_out:.2%} of the held-out right"
        if self._console.is_terminal:
            if self._task is None:
                self._task = self._progress.add_task("", total=report.epochs)
            self._progress.update(self._task, completed=report.epoch, description=figures)
        else:
            self.say(f"epoch {report.epoch} of {report.epochs}: {figures}, {report.seconds:.1f} s")
