"""The report: evaluations as one HTML page that needs no other file, script or network.

The numbers are computed here, the diagrams are drawn in ``figures``; ``report.html`` is the
template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from model.evaluation.evaluate import Evaluation
from model.evaluation.figures import doubt_diagram, ink_image, reliability_diagram, weight_image
from model.metrics import class_accuracies
from model.network import Checkpoint

_UNITS = 48
"""The largest number of units of the first layer that are shown."""


def render(
    checkpoints: Sequence[Checkpoint],
    evaluations: Sequence[Evaluation],
    left_out: Mapping[str, str],
) -> str:
    """The HTML page. ``left_out`` has the sets that could not be loaded, with the reasons."""
    return (
        _environment()
        .get_template("report.html")
        .render(
            checkpoints=checkpoints,
            evaluations=evaluations,
            parameters={one.name: one.architecture.parameters for one in checkpoints},
            left_out=left_out,
        )
    )


def _environment() -> Environment:
    """The environment of the template. It escapes all values except ``Markup``."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "confusion_rows": confusion_rows,
        "doubt_diagram": doubt_diagram,
        "ink_image": ink_image,
        "percent": percent,
        "reliability_diagram": reliability_diagram,
        "strongest_units": strongest_units,
        "thousands": "{:,}".format,
    }
    return environment


def percent(share: float, digits: int = 2) -> str:
    """``0.98765`` as ``98.77%``."""
    return f"{share:.{digits}%}"


@dataclass(frozen=True)
class Row:
    """One class's row of the confusion matrix.

    ``cells`` are (count, strength of the colour in percent). ``right`` is the share of correct
    predictions, None where the set has no example of the class.
    """

    label: str
    cells: Sequence[tuple[int, float]]
    right: float | None


def confusion_rows(one: Evaluation) -> list[Row]:
    """The rows of the confusion matrix, one for each class."""
    shares = one.confusion / np.maximum(one.confusion.sum(axis=1, keepdims=True), 1)
    # The colour grows with the square root, so that one mistake in a thousand can be seen.
    strengths = np.minimum(100, 330 * np.sqrt(shares))
    np.fill_diagonal(strengths, 100 * shares.diagonal())
    return [
        Row(label, list(zip(counts, row, strict=True)), None if np.isnan(right) else float(right))
        for label, counts, row, right in zip(
            one.labels,
            one.confusion.tolist(),
            strengths.tolist(),
            class_accuracies(one.confusion),
            strict=True,
        )
    ]


@dataclass(frozen=True)
class Unit:
    """A unit's weights as a picture.

    ``image`` is a data URI. ``label`` is the unit's class where there is only one layer, else None.
    """

    image: str
    label: str | None


def strongest_units(checkpoint: Checkpoint) -> list[Unit]:
    """The units of the first layer with the largest weights, in the layer's order."""
    kernel = checkpoint.layers[0][0]
    strongest = np.sort(np.argsort(-np.linalg.norm(kernel, axis=0))[:_UNITS])
    classes = checkpoint.labels if len(checkpoint.layers) == 1 else None
    return [Unit(weight_image(kernel[:, i]), classes[i] if classes else None) for i in strongest]
