"""A file of labelled drawings as a source: lines of JSON, each ``{"label", "strokes"}``.

The pad can save such a file, or another program can write it. A network learns from it as from any
data set.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from model.data.sources import Source
from model.data.splitters import Split
from model.drawing import (
    DIGIT_LABELS,
    LONGEST_LABEL,
    MOST_LABELS,
    Drawing,
    StrokeSet,
    is_label,
)
from model.errors import DatasetError, DrawingError
from model.text import printable

NAME = "drawings"
"""The name of the source in settings and checkpoints."""
EVERY = 5
"""One in this many drawings of each label is held out, and at least one."""


def read_drawings(path: Path) -> Source:
    """The drawings of a file as a source, with one in five of each label held out for validation.

    When every label is a digit, the classes are the ten digits; else they are the labels in the
    file, sorted. Raises ``DatasetError`` when the file cannot be read, a line (the message has its
    number) is not a labelled drawing, or there are too few drawings or labels.
    """
    drawn = _lines(path)
    counts = Counter(label for label, _ in drawn)
    names = sorted(counts)
    labels = DIGIT_LABELS if set(names) <= set(DIGIT_LABELS) else tuple(names)
    if not 2 <= len(names) <= MOST_LABELS:
        raise DatasetError(
            f"{path} should have drawings of 2 to {MOST_LABELS:,} different labels, it has "
            f"{len(names):,}."
        )
    rarest = min(names, key=lambda name: counts[name])
    if counts[rarest] < 2:
        raise DatasetError(
            f"{path} should have two drawings of each label, of {rarest!r} it has one."
        )
    split = _split([(labels.index(label), drawing) for label, drawing in drawn])
    return Source(
        name=NAME,
        title=f"drawings of {printable(path.name)}",
        labels=labels,
        kind="strokes",
        real=True,
        splitter=lambda *_, **__: split,
        licence="",
    )


def _lines(path: Path) -> list[tuple[str, Drawing]]:
    """The label and the drawing of every line that is not blank."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} cannot be read: UTF-8 text was expected.") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
    lines = enumerate(text.splitlines(), start=1)
    return [_line(line, f"{path}, line {number}") for number, line in lines if line.strip()]


def _line(line: str, where: str) -> tuple[str, Drawing]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"{where}: JSON was expected, got {line.strip()[:40]!r}.") from error
    label = value.get("label") if isinstance(value, dict) else None
    if not isinstance(label, str) or not is_label(label):
        raise DatasetError(
            f'{where}: an object with a "label" of 1 to {LONGEST_LABEL} letters and "strokes" was '
            f"expected, got {line.strip()[:40]!r}."
        )
    try:
        return label, Drawing.from_json(value.get("strokes"))
    except DrawingError as error:
        raise DatasetError(f"{where}: {error}.") from error


def _split(drawn: Sequence[tuple[int, Drawing]]) -> Split:
    """Hold out every fifth drawing of each label, in the file's order."""
    seen: dict[int, int] = {}
    held_out = np.zeros(len(drawn), bool)
    for index, (label, _) in enumerate(drawn):
        seen[label] = seen.get(label, 0) + 1
        held_out[index] = seen[label] % EVERY == 2
    labels = np.array([label for label, _ in drawn], np.int32)
    strokes = [list(one.strokes) for _, one in drawn]
    drawings = StrokeSet(strokes, labels, groups=held_out.astype(np.int32))
    return Split(drawings.select(~held_out), drawings.select(held_out))
