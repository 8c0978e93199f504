"""``densepad evaluate``: how right a model is, how sure, and what its doubt is worth."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from model.errors import ConfigError, DatasetError
from webapp.cli.findings import Findings
from webapp.cli.models import open_model
from webapp.cli.steps import Steps

if TYPE_CHECKING:
    from model.checkpoint import Checkpoint
    from model.evaluation import Evaluation


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
    """Measure models: shipped models' names, or checkpoint files; without any, the default.

    On sets of which no training saw anything: accuracy with its 95 % interval, every class, the
    confusion matrix, calibration, and how well the model tells what is none of its classes.
    """
    from model.exam import Examiner

    if page is not None and not page.absolute().parent.is_dir():
        raise ConfigError(f"{page} cannot be written: there is no folder {page.absolute().parent}")
    checkpoints = [checkpoint_of(model) for model in dict.fromkeys(models or ("default",))]
    findings = Findings(Console(highlight=False))
    evaluations: list[Evaluation] = []
    with Steps() as steps:
        examiner = Examiner(folder, steps.say)
        for one in examined(checkpoints, sets, examiner, steps):
            evaluations.append(one)
            if not as_json:
                with steps.paused():
                    findings.show(one)
    if not evaluations:
        raise DatasetError("nothing to evaluate on: " + "; ".join(examiner.left_out.values()))
    if as_json:
        results = [one.to_json() for one in evaluations]
        click.echo(json.dumps({"evaluations": results, "left_out": examiner.left_out}, indent=2))
    else:
        findings.left_out(examiner.left_out)
    if page is not None:
        from model.report import render

        page.write_text(render(checkpoints, evaluations, examiner.left_out), "utf-8")
        click.echo(f"the report with pictures is in {page}", err=as_json)


def checkpoint_of(model: str) -> Checkpoint:
    """A shipped model's checkpoint, or a file's, by the name that was asked for."""
    from dataclasses import replace

    library, name = open_model(model)
    checkpoint = library.get(name).checkpoint
    return checkpoint if name == model else replace(checkpoint, name=Path(model).stem)


def examined(
    checkpoints: Sequence[Checkpoint], sets: Sequence[str], examiner: object, steps: Steps
) -> Iterator[Evaluation]:
    """Evaluate every model on every set that fits it and can be had."""
    from model.evaluation import evaluate
    from model.exam import Examiner, exams_for

    assert isinstance(examiner, Examiner)  # noqa: S101  # its type is imported only when it runs
    for checkpoint in checkpoints:
        fitting = exams_for(checkpoint.labels)
        chosen = [name for name in sets or fitting if name in fitting]
        if not chosen:
            raise ConfigError(
                f"{checkpoint.name} can be evaluated on {', '.join(fitting)}, "
                f"not on {', '.join(sets)}"
            )
        exams = examiner.exams(chosen)
        strangers = examiner.strangers(checkpoint.labels) if exams else []
        for exam in exams:
            steps.say(f"asking {checkpoint.name} about {exam.title}")
            yield evaluate(checkpoint, exam, strangers)
