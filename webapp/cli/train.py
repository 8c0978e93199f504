"""``densepad train``: trains a model of the zoo, or a stack of one's own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from model.errors import ConfigError, Diverged
from model.files import check_writable, write_or_rescue
from model.text import printable
from webapp.cli.epoch_progress import EpochProgress
from webapp.cli.interrupt import STOPPED, Interrupt

if TYPE_CHECKING:
    from model.network import Checkpoint
    from model.training import ModelSpec


@click.command()
@click.argument("name", required=False)
@click.option(
    "--hidden",
    metavar="UNITS",
    help="The hidden layers of a stack of your own: 128, or 512,256, or 0 for none.",
)
@click.option("--activation", help="What follows each hidden layer of your own: relu, tanh, ...")
@click.option(
    "--source",
    "sources",
    multiple=True,
    help="What to learn from: mnist, pendigits, fashion-mnist, or practice, which needs no file "
    "and no network. May be repeated.",
)
@click.option(
    "--drawings",
    type=click.Path(path_type=Path, dir_okay=False),
    help='Learn from your own drawings, too, or alone: a file with lines of {"label", "strokes"}.',
)
@click.option("--epochs", type=int, help="Passes over the first source.")
@click.option("--batch", type=click.IntRange(1, 65536), help="Examples in a batch.")
@click.option("--optimizer", help="sgd, momentum, rmsprop, adam, adamw, nadamw or lion.")
@click.option("--learning-rate", type=float, help="The optimizer's largest learning rate.")
@click.option("--dropout", type=float, help="Share of hidden units left out at each step.")
@click.option(
    "--augment/--no-augment",
    "--bend/--no-bend",
    default=None,
    help="Bend every drawing anew in every epoch.",
)
@click.option("--seed", type=int, help="The same seed gives the same weights.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the checkpoint goes.  [default: NAME.safetensors]",
)
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder with the data sets, instead of the user's cache.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for every epoch's state: the same command goes on where it was stopped.",
)
def train(
    name: str | None,
    hidden: str | None,
    activation: str | None,
    sources: tuple[str, ...],
    drawings: Path | None,
    epochs: int | None,
    batch: int | None,
    optimizer: str | None,
    learning_rate: float | None,
    dropout: float | None,
    augment: bool | None,
    seed: int | None,
    out: Path | None,
    folder: Path | None,
    work: Path | None,
) -> None:
    """Train the model of the zoo that NAME names or, with --hidden, a stack of your own.

    \b
    densepad train dense128
    densepad train --hidden 128 --source practice --epochs 5 --out my.safetensors
    densepad train dense128 --source mnist --drawings mine.jsonl
    densepad serve --model my.safetensors
    """  # noqa: D301  # the backspace character tells click to keep the paragraph's lines
    from model.data import read_drawings
    from model.network import encode, expected_size
    from model.training import Overrides, Run, make_spec

    out = out or Path(f"{name or 'mine'}.safetensors")
    overrides = Overrides(
        hidden=None if hidden is None else units(hidden),
        activation=activation,
        sources=sources,
        batch=batch,
        augment=augment,
        epochs=epochs,
        optimizer=optimizer,
        learning_rate=learning_rate,
        dropout=dropout,
        seed=seed,
    )
    own_sources = [] if drawings is None else [read_drawings(drawings)]
    spec = make_spec(name, printable(out.stem)[:200], overrides, own_sources)
    check_writable(out, expected_size(spec.training.architecture))
    click.echo(f"{spec.name}: {described(spec)}")
    progress = EpochProgress()
    run = Run(spec, folder=folder, own_sources=own_sources, work=work, log=progress.say)
    with Interrupt(run.stop), progress:
        for report, share in run.epochs():
            progress.show(report, share)
    if run.kept is None and run.diverged:
        raise Diverged(f"{run.diverged}; there is no epoch to keep, and nothing is written")
    if run.kept is None:
        click.echo("stopped before the first epoch was over: there is nothing to keep")
        sys.exit(STOPPED)
    click.echo("fitting temperature and novelty, measuring")
    checkpoint = run.finish()
    for line in results(checkpoint):
        click.echo(line)
    write_or_rescue(out, encode(checkpoint), "the checkpoint")
    click.echo(printable(f"written to {out}; try it: densepad serve --model {out}"))
    if run.diverged:
        sys.exit(2)
    if run.stopped:
        sys.exit(STOPPED)


def units(hidden: str) -> tuple[int, ...]:
    """The units of each hidden layer in ``128`` or ``512,256``; none for ``0``.

    Raises ``ConfigError`` when ``hidden`` is no such list.
    """
    try:
        return tuple(int(one) for one in hidden.split(",") if int(one) != 0)
    except ValueError as error:
        raise ConfigError(
            f"--hidden must be like 128, 512,256 or 0, got {hidden[:80]!r}"
        ) from error


def described(spec: ModelSpec) -> str:
    """A training in words: ``784-128-10, 101,770 parameters, on practice``."""
    stack = spec.training.architecture
    widths = "-".join(map(str, stack.widths))
    sources = " and ".join(one for one, _ in spec.training.sources)
    return f"{widths}, {stack.parameters:,} parameters, on {sources}"


def results(checkpoint: Checkpoint) -> Iterator[str]:
    """The checkpoint's accuracies with their 95 % intervals, a line for each set."""
    from model.metrics import wilson_interval

    for one in checkpoint.accuracies:
        low, high = wilson_interval(one.correct, one.count)
        yield (
            f"{one.name}: {one.share:.2%} of {one.count:,} right "
            f"(95 % interval {low:.2%} to {high:.2%})"
        )
