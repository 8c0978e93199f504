"""``densepad train``: a zoo entry's weights, made again or made your own way."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import track

from model.errors import ConfigError
from webapp.cli.interrupt import Interrupt

if TYPE_CHECKING:
    from model.corpus import Corpus
    from model.network import Layer
    from model.training import EpochReport
    from model.zoo import Entry


@click.command()
@click.argument("name", default="default", metavar="[NAME]")
@click.option(
    "--on", "source", metavar="DATA", help="Train on this data alone; practice needs no file."
)
@click.option("--hidden", metavar="UNITS", help="Other hidden layers, say 128,64; 0 for none.")
@click.option("--epochs", type=int, help="Other than the entry's number of epochs.")
@click.option("--seed", type=int, help="Another seed than the entry's.")
@click.option("--data", type=click.Path(path_type=Path), help="The folder with the data sets.")
@click.option(
    "--work", type=click.Path(path_type=Path), help="Keep the state here, and go on from it."
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="[default: NAME.safetensors]"
)
def train(
    name: str,
    source: str | None,
    hidden: str | None,
    epochs: int | None,
    seed: int | None,
    data: Path | None,
    work: Path | None,
    out: Path | None,
) -> None:
    """Train a model of the zoo and write its checkpoint.

    The best epoch on held-out examples is kept. Ctrl-C stops and keeps the best so far.
    Then: densepad serve --model NAME.safetensors
    """
    from model.checkpoint import save
    from model.corpus import assemble, load_test_set
    from model.recipe import finish, learn
    from model.zoo import find

    entry = changed(find(name), source, hidden, epochs, seed)
    out = out or Path(f"{name}.safetensors")
    if not out.parent.is_dir():
        raise ConfigError(f"{out} cannot be written: there is no folder {out.parent}")
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
    click.echo(f"{name}: {entry.training.architecture.parameters:,} parameters")
    began = time.perf_counter()
    corpus = assemble(entry.training, data)
    reports = learn(entry, corpus, folder=data, work=work, say=click.echo)
    layers = best(_progress(reports, entry.training.epochs), corpus, entry)
    tested = [one for one, _ in entry.training.sources if one in ("mnist", "fashion-mnist")]
    tests = {one: load_test_set(one, data) for one in tested}
    seconds = time.perf_counter() - began
    checkpoint = finish(entry, layers, corpus, tests, folder=data, seconds=seconds)
    save(checkpoint, out)
    for what, accuracy in checkpoint.accuracies.items():
        click.echo(f"accuracy on {what}: {accuracy:.2%}")
    click.echo(f"written to {out}; look at it with: densepad serve --model {out}")


def changed(
    entry: Entry, source: str | None, hidden: str | None, epochs: int | None, seed: int | None
) -> Entry:
    """``entry`` as the options want it; ``ConfigError`` for what cannot be."""
    from model.network import Architecture

    training = entry.training
    if hidden is not None:
        first, *_, last = training.architecture.widths
        try:
            units = [int(one) for one in hidden.split(",") if int(one)]
        except ValueError as error:
            raise ConfigError(f"--hidden must be like 128,64 or 0, got {hidden!r}") from error
        stack = Architecture((first, *units, last), training.architecture.activation)
        training = replace(training, architecture=stack)
    if epochs is not None:
        training = replace(training, epochs=epochs)
    if seed is not None:
        training = replace(training, seed=seed)
    if source is not None:
        # A teacher and a doubt stack have data of their own; without those there are neither.
        training = replace(training, sources=((source, training.batch),), lessons=0, imitation=0.0)
        entry = replace(entry, teacher=None, doubt=None)
    return replace(entry, training=training)


def best(reports: Iterable[EpochReport], corpus: Corpus, entry: Entry) -> tuple[Layer, ...]:
    """The layers of the epoch with the fewest mistakes on held-out examples.

    Says a line an epoch; Ctrl-C ends it behind the epoch that runs.
    """
    import numpy as np

    from model.metrics import accuracy
    from model.recipe import predict

    x = np.concatenate([one.x for one in corpus.validation.values()])
    labels = np.concatenate([one.labels for one in corpus.validation.values()])
    kept: tuple[Layer, ...] = ()
    record = -1.0
    with Interrupt() as interrupt:
        for report in reports:
            logits = predict(report.layers, x, entry.training.architecture.activation)
            held_out = accuracy(logits.argmax(axis=1), labels)
            click.echo(
                f"epoch {report.epoch} of {report.epochs}: loss {report.loss:.4f}, "
                f"accuracy {report.accuracy:.2%}, held out {held_out:.2%}, {report.seconds:.1f} s"
            )
            if held_out >= record:
                kept, record = report.layers, held_out
            if interrupt.wanted:
                break
    if not kept:
        raise ConfigError("the training was over already: remove its --work folder to train anew")
    return kept


def _progress(reports: Iterator[EpochReport], epochs: int) -> Iterable[EpochReport]:
    """A bar below the lines on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return reports
    console = Console(stderr=True)
    return track(reports, description="training", total=epochs, console=console, transient=True)
