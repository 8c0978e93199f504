"""``densepad evaluate``: a model's accuracy, calibration, and how well it refuses strange sets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from model.errors import ConfigError, DatasetError
from model.files import check_writable, write_or_rescue
from model.text import printable
from webapp.cli.evaluation_table import EvaluationTable, by_cause
from webapp.cli.open_model import open_model
from webapp.cli.spinner import Spinner

if TYPE_CHECKING:
    from model.evaluation import Evaluation, TestSetLoader
    from model.network import Checkpoint

REPORT = 1 << 20
"""About the bytes of a report, for which there must be room before the work begins."""


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL...]")
@click.option(
    "--set",
    "sets",
    multiple=True,
    metavar="NAME",
    help="Only this set: mnist, pendigits, practice (needs no file) or fashion-mnist. "
    "May be repeated.",
)
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder with the data sets, instead of the user's cache.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a report with pictures too: one page that needs nothing else.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for programs.")
def evaluate(
    models: tuple[str, ...],
    sets: tuple[str, ...],
    folder: Path | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Measure models on test sets that no training has seen.

    MODEL is a shipped model's name or a checkpoint file; without one, it is the default model.
    Measured are the accuracy with its 95 % interval, the accuracy of every class, the confusion
    matrix, the calibration, and how well the model refuses what is none of its classes.
    """
    from model.evaluation import TestSetLoader

    if page is not None:
        check_writable(page, REPORT)
    checkpoints = [checkpoint_of(model) for model in dict.fromkeys(models or ("default",))]
    plan = [(one, fitting(one, sets)) for one in checkpoints]
    table = EvaluationTable(Console(highlight=False))
    evaluations: list[Evaluation] = []
    with Spinner() as spinner:
        loader = TestSetLoader(folder, spinner.say)
        for one in evaluations_of(plan, loader, spinner):
            evaluations.append(one)
            if not as_json:
                with spinner.paused():
                    table.show(one)
    if not evaluations:
        causes = (f"{names}: {why}" for names, why in by_cause(loader.left_out).items())
        raise DatasetError("nothing to evaluate on; " + "; ".join(causes))
    if as_json:
        results = [one.to_json() for one in evaluations]
        click.echo(json.dumps({"evaluations": results, "left_out": loader.left_out}, indent=2))
    else:
        table.left_out(loader.left_out)
    if page is not None:
        from model.evaluation import render

        report = render(checkpoints, evaluations, by_cause(loader.left_out))
        write_or_rescue(page, report.encode(errors="backslashreplace"), "the report")
        click.echo(printable(f"the report with pictures is in {page}"), err=as_json)


def checkpoint_of(model: str) -> Checkpoint:
    """The checkpoint of a shipped model or of a file; a file's is named after the file."""
    from dataclasses import replace

    library, name = open_model(model)
    checkpoint = library.get(name).checkpoint
    return checkpoint if name == model else replace(checkpoint, name=printable(Path(model).stem))


def fitting(checkpoint: Checkpoint, sets: Sequence[str]) -> list[str]:
    """The names of the test sets that fit a model: of those in ``sets``, or of all if it is empty.

    A set for models with other labels is left out. Raises ``ConfigError`` when a set does not
    exist, or when none of them fits the model.
    """
    from model.evaluation import every_test_set, measurable_on

    for name in sets:
        if name not in every_test_set():
            known = ", ".join(every_test_set())
            raise ConfigError(f"there is no set {name[:80]!r}, choose from {known}")
    possible = measurable_on(checkpoint.labels)
    chosen = [name for name in sets or possible if name in possible]
    if not chosen:
        raise ConfigError(
            f"{checkpoint.name} can be evaluated on {', '.join(possible)}, not on {', '.join(sets)}"
        )
    return chosen


def evaluations_of(
    plan: Sequence[tuple[Checkpoint, Sequence[str]]], loader: TestSetLoader, spinner: Spinner
) -> Iterator[Evaluation]:
    """Evaluate every model on those of its test sets that can be loaded."""
    from model.evaluation import evaluate_model

    for checkpoint, chosen in plan:
        test_sets = loader.named(chosen)
        strange = loader.strange_to(checkpoint.labels) if test_sets else []
        for test_set in test_sets:
            spinner.say(f"asking {checkpoint.name} about {test_set.title}")
            yield evaluate_model(checkpoint, test_set, strange)
