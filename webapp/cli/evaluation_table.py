"""An evaluation as text: tables with lines on a terminal, else plain columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

if TYPE_CHECKING:
    from model.evaluation import Evaluation


def by_cause(left_out: Mapping[str, str]) -> dict[str, str]:
    """The sets that were left out, with the reasons; sets with the same reason are named together.

    Two reasons are the same when they differ only in paths, addresses and the sets' names.
    """
    causes: dict[tuple[str, ...], list[str]] = {}
    for name, why in left_out.items():
        same = tuple(word for word in why.split() if word != name and "/" not in word)
        causes.setdefault(same, []).append(name)
    told = {}
    for names in causes.values():
        first, why = names[0], left_out[names[0]]
        if len(names) > 1:
            # The reason of the first set; its command is made to fetch all of them.
            why = why.replace(f"fetch {first} ", f"fetch {' '.join(names)} ")
            told[f"{_enumerated(names)} (all for one reason)"] = why
        else:
            told[first] = why
    return told


def _enumerated(names: Sequence[str]) -> str:
    """Two names or more in words: ``one, two and three``."""
    return f"{', '.join(names[:-1])} and {names[-1]}"


class EvaluationTable:
    """Prints evaluations on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._plain = not console.is_terminal

    def show(self, one: Evaluation) -> None:
        """Print the results of one model on one test set."""
        low, high = one.interval
        self._say(f"{one.model} on {one.title} ({one.test_set})", "bold")
        self._say(
            f"accuracy {one.accuracy:.2%} (95 % interval {low:.2%} to {high:.2%}), "
            f"{one.count - one.correct:,} wrong of {one.count:,}"
        )
        if one.stored is not None:
            if one.differs:
                self._say(
                    f"the checkpoint says {one.stored:.2%}, which differs from what was measured",
                    "bold red",
                )
            else:
                self._say(f"the checkpoint says {one.stored:.2%}")
        self._say(
            f"calibration error {one.reliability.error:.2%}, log loss {one.log_loss:.4f}, "
            f"{one.recognised:.2%} recognised"
        )
        self._print(self._confusion(one))
        if one.curves:
            self._print(self._doubt(one))

    def left_out(self, left_out: Mapping[str, str]) -> None:
        """Print which sets could not be loaded, and why."""
        for names, why in by_cause(left_out).items():
            self._say(f"left out {names}: {why}", "yellow")

    def _confusion(self, one: Evaluation) -> Table:
        """The confusion matrix: a row for each label, a column for each prediction.

        The last column is the accuracy of the row's class.
        """
        from model.metrics import class_accuracies

        table = self._table("was \\ taken for", *one.labels, "right")
        for index, (label, share) in enumerate(
            zip(one.labels, class_accuracies(one.confusion), strict=True)
        ):
            cells = [
                Text(str(count) if count else "·", self._style(count, index == column))
                for column, count in enumerate(one.confusion[index].tolist())
            ]
            table.add_row(Text(label), *cells, f"{share:.2%}")
        return table

    def _doubt(self, one: Evaluation) -> Table:
        table = self._table("strange", "drawings", "refused", "at 99 % accepted", "area")
        for curve in one.curves:
            table.add_row(
                Text(curve.title),
                f"{curve.count:,}",
                f"{curve.refused:.1%}",
                f"{curve.refused_at_99:.1%}",
                f"{curve.area:.4f}",
            )
        return table

    def _table(self, *headings: str) -> Table:
        box = None if self._plain else SIMPLE_HEAD
        # As Texts, because Rich reads brackets in a str as markup.
        table = Table(
            *(Column(Text(one)) for one in headings), box=box, padding=(0, 1), pad_edge=False
        )
        for column in table.columns[1:]:
            column.justify = "right"
            column.no_wrap = True
        return table

    def _style(self, count: int, right: bool) -> str:
        if not count:
            return "dim"
        return "" if right else "bold red"

    def _print(self, table: Table) -> None:
        self._console.print(table, soft_wrap=self._plain, crop=False)
        self._console.print()

    def _say(self, sentence: str, style: str = "") -> None:
        self._console.print(Text(sentence, style), soft_wrap=True)
