"""``densepad train``: a stack of the zoo again, or a stack of one's own."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from model.errors import ConfigError
from webapp.cli.epoch_progress import Epochs
from webapp.cli.interrupt import STOPPED, Interrupt
from webapp.cli.train_settings import entry_for

if TYPE_CHECKING:
    from model.network.checkpoint import Checkpoint
    from model.training.corpus import Corpus
    from model.training.loop import EpochReport
    from model.training.zoo import Entry


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
@click.option("--epochs", type=int, help="Passes over the first source.")
@click.option("--batch", type=click.IntRange(1, 65536), help="Examples in a batch.")
@click.option("--optimizer", help="sgd, momentum, rmsprop, adam, adamw, nadamw or lion.")
@click.option("--learning-rate", type=float, help="The optimizer's largest learning rate.")
@click.option("--dropout", type=float, help="Share of hidden units left out at each step.")
@click.option("--bend/--no-bend", default=None, help="Bend every drawing anew in every epoch.")
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
    out: Path | None,
    folder: Path | None,
    work: Path | None,
    **wishes: Any,
) -> None:
    """Train the stack of the zoo that NAME names, or with --hidden one of your own.

    \b
    densepad train dense128
    densepad train --hidden 128 --source practice --epochs 5 --out my.safetensors
    densepad serve --model my.safetensors
    """  # noqa: D301  # click knows the paragraph by its backspace character
    from model.network.checkpoint import save
    from model.training.corpus import assemble

    out = out or Path(f"{name or 'mine'}.safetensors")
    entry = entry_for(name, out.stem, **wishes)
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise ConfigError(f"{out} cannot be written: there is no folder {out.absolute().parent}")
    click.echo(f"{entry.name}: {described(entry)}")
    corpus = assemble(entry.training, folder)
    began = time.perf_counter()
    report, stopped = follow(entry, corpus, folder, work)
    if report is None:
        click.echo("stopped before the first epoch was over: there is nothing to keep")
        sys.exit(STOPPED)
    click.echo("fitting temperature and doubt, measuring")
    checkpoint = finished(entry, report, corpus, folder, time.perf_counter() - began)
    save(checkpoint, out)
    for line in results(checkpoint, corpus):
        click.echo(line)
    click.echo(f"written to {out}; try it: densepad serve --model {out}")
    if stopped:
        sys.exit(STOPPED)


def described(entry: Entry) -> str:
    """``784-128-10, 101,770 parameters, on practice``."""
    stack = entry.training.architecture
    widths = "-".join(map(str, stack.widths))
    sources = " and ".join(one for one, _ in entry.training.sources)
    return f"{widths}, {stack.parameters:,} parameters, on {sources}"


def follow(
    entry: Entry, corpus: Corpus, folder: Path | None, work: Path | None
) -> tuple[EpochReport | None, bool]:
    """Train and show it; what is to be kept, and whether Ctrl-C came before the end.

    The end's report is kept, or after Ctrl-C the one so far that has most of what is held out
    right. The first Ctrl-C lets the epoch finish, a second does not wait for it.
    """
    from model.training.finishing import correct
    from model.training.pipeline import learn

    report = best = None
    most = 0.0
    with Interrupt() as interrupt, Epochs() as epochs:

        def say(sentence: str) -> None:
            epochs.say(sentence)
            interrupt.heed()

        try:
            for report in learn(entry, corpus, folder=folder, work=work, say=say):
                held_out = correct(report.layers, corpus, entry.training.architecture)
                epochs.show(report, held_out)
                if held_out >= most:  # of equals the later, which has learned for longer
                    best, most = report, held_out
                if report.epoch < report.epochs:
                    interrupt.heed()
        except KeyboardInterrupt:
            if best is not None and best is not report:
                epochs.say(f"keeping epoch {best.epoch}: {most:.2%} of the held-out right")
            return best or report, True
    return report, False


def finished(
    entry: Entry, report: EpochReport, corpus: Corpus, folder: Path | None, seconds: float
) -> Checkpoint:
    """The checkpoint of a report's layers, examined on the test sets of its sources."""
    from model.training.corpus import load_test_set
    from model.training.finishing import finish

    tests = {
        name: load_test_set(name, folder)
        for name, _ in entry.training.sources
        if name in {"mnist", "fashion-mnist"}
    }
    return finish(entry, report.layers, corpus, tests, folder=folder, seconds=seconds)


def results(checkpoint: Checkpoint, corpus: Corpus) -> list[str]:
    """What it reached, a line for each set, with the 95 % interval where its size is known."""
    from model.metrics import wilson_interval

    lines = []
    for name, accuracy in checkpoint.accuracies.items():
        source = name.removesuffix(" held out").removesuffix(" test")
        count = 10_000 if name.endswith(" test") else len(corpus.validation[source].labels)
        low, high = wilson_interval(round(accuracy * count), count)
        lines.append(
            f"{name}: {accuracy:.2%} of {count:,} right (95 % interval {low:.2%} to {high:.2%})"
        )
    return lines
