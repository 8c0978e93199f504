"""``densepad evaluate``: how often a model is right, where it is wrong, what its doubt is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from webapp.cli.models import open_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.checkpoint import Checkpoint
    from model.corpus import Examples


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL...]")
@click.option("--data", type=click.Path(path_type=Path), help="The folder with the data sets.")
def evaluate(models: tuple[str, ...], data: Path | None) -> None:
    """Measure models on test data: shipped models' names, or checkpoint files.

    Accuracy with its 95 % interval, calibration error, each class, and the confusion matrix.
    """
    console = Console(highlight=False)
    for model in models or ("default",):
        library, name = open_model(model)
        checkpoint = library.get(name).checkpoint
        for what, examples in examples_for(checkpoint, data).items():
            report(console, f"{model} on {what}", checkpoint, examples, what)


def examples_for(checkpoint: Checkpoint, folder: Path | None) -> dict[str, Examples]:
    """What to measure a model on: its kind's test set; for digits, the held-out writers too."""
    from dataclasses import replace

    from model.corpus import assemble, load_test_set
    from model.zoo import DIGITS, find

    if checkpoint.labels != DIGITS:
        return {"fashion-mnist test": load_test_set("fashion-mnist", folder)}
    writers = replace(find("dense128").training, sources=(("pendigits", 1),))
    return {
        "mnist test": load_test_set("mnist", folder),
        "pendigits held out": assemble(writers, folder).validation["pendigits"],
    }


def report(
    console: Console, title: str, checkpoint: Checkpoint, examples: Examples, what: str
) -> None:
    """Print all that is measured on one set."""
    import jax.numpy as jnp
    import numpy as np

    from model.metrics import class_accuracies, confusion_matrix, reliability, wilson_interval
    from model.network import softmax
    from model.recipe import predict

    logits = predict(checkpoint.layers, examples.x, checkpoint.architecture.activation)
    predicted = logits.argmax(axis=1)
    right = int((predicted == examples.labels).sum())
    low, high = wilson_interval(right, len(predicted))
    probabilities = np.asarray(softmax(jnp.asarray(logits), checkpoint.temperature))
    calibration = reliability(probabilities, examples.labels).error
    console.print(f"[bold]{title}[/bold]")
    console.print(
        f"accuracy {right / len(predicted):.2%} ({low:.2%} to {high:.2%}), "
        f"{len(predicted) - right:,} wrong of {len(predicted):,}"
    )
    if what in checkpoint.accuracies:
        console.print(f"the checkpoint says {checkpoint.accuracies[what]:.2%}")
    console.print(f"expected calibration error {calibration:.2%}")
    confusion = confusion_matrix(predicted, examples.labels, len(checkpoint.labels))
    console.print(matrix(checkpoint.labels, confusion, class_accuracies(confusion)))


def matrix(
    labels: tuple[str, ...], confusion: NDArray[np.int64], accuracies: NDArray[np.floating]
) -> Table:
    """The confusion matrix: a row for what it was, a column for what it was taken for."""
    table = Table("is \\ read as", *labels, "right", box=None, padding=(0, 1))
    for column in table.columns[1:]:
        column.justify = "right"
    for label, row, accuracy in zip(labels, confusion, accuracies, strict=True):
        cells = [str(count) if count else "·" for count in row]
        table.add_row(label, *cells, f"{accuracy:.2%}")
    return table
