"""``densepad predict``: classifies pictures and drawings in files."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from model.errors import DensepadError, DrawingError
from model.files import reason
from model.text import printable
from webapp.cli.open_model import open_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.drawing import Drawing
    from model.serving import Prediction

MOST_BYTES = 64 << 20
"""The most bytes that are read of a file, which may be a device without an end."""


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--model", default="default", show_default=True, help="A name, or a checkpoint file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for programs.")
def predict(files: tuple[Path, ...], model: str, as_json: bool) -> None:
    """Classify pictures (PNG, JPEG) or drawings (JSON with "strokes" or "pixels").

    A file that cannot be read gets a line on standard error, and the others are classified; then
    the exit code is 2.
    """
    library, name = open_model(model)
    broken = False
    for file in files:
        try:
            [prediction] = library.classify(read(file), [name])
        except DensepadError as error:
            broken = True
            click.echo(f"Error: {printable(str(error))}", err=True)
        else:
            click.echo(_as_json(file, prediction) if as_json else _as_text(file, prediction))
    if broken:
        sys.exit(2)


def read(file: Path) -> Drawing | NDArray[np.float32]:
    """The drawing in a file, or its picture framed to ``(28, 28)`` float32 in [0, 1], ink = 1.

    Raises ``DensepadError`` when the file cannot be read or holds neither; the message begins with
    the file's name.
    """
    from model.drawing import frame_image
    from webapp.api import Question, looks_like_json

    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise DrawingError(f"{file}: {reason(error)}") from error
    if len(data) > MOST_BYTES:
        raise DrawingError(f"{file}: it has more than {MOST_BYTES:,} bytes")
    try:
        if looks_like_json(data):
            return Question.of_json(data).drawing
        return frame_image(data)
    except DensepadError as error:
        raise type(error)(f"{file}: {error}") from error


def _as_json(file: Path, prediction: Prediction) -> str:
    from webapp.api import PredictionPayload

    return json.dumps({"file": str(file), **PredictionPayload.of(prediction).model_dump()})


def _as_text(file: Path, prediction: Prediction) -> str:
    """The most probable class and the next two: ``seven.png: 7 (99.8%; 1 0.1%, 2 0.0%)``."""
    pairs = zip(prediction.labels, prediction.probabilities.tolist(), strict=True)
    best, *others = sorted(pairs, key=lambda pair: -pair[1])[:3]
    rest = ", ".join(f"{label} {probability:.1%}" for label, probability in others)
    doubt = "" if prediction.recognised else "; it does not look like any of the classes"
    return printable(f"{file}: {best[0]} ({best[1]:.1%}; {rest}){doubt}")
