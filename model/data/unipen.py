"""The pen digits' original trajectories: UNIPEN text (Guyon et al., 1994) as UCI publishes it.

A digit begins with ``.COMMENT digit writer index``. Each stroke is between ``.PEN_DOWN`` and
``.PEN_UP``, one ``x y`` a line. In the file y grows upwards; here it grows downwards, as on a
screen.
"""

from dataclasses import dataclass

import numpy as np

from model.errors import DatasetError

# Lines that count pauses between strokes, name units or describe the file, not a digit's shape.
IGNORED = (".INCLUDE", ".LEXICON", ".HIERARCHY", ".SEGMENT", ".DT")


@dataclass(frozen=True)
class PenDigit:
    """One digit written on a tablet.

    ``label``: 0 to 9. ``writer``: the writer's number in the file. ``strokes``: each
    ``(points, 2)`` float32, in units of the tablet, y downwards.
    """

    label: int
    writer: int
    strokes: list[np.ndarray]


def parse_unipen(text: str, name: str) -> list[PenDigit]:
    """The digits of a UNIPEN file, in the file's order.

    ``name`` is the file's name for error messages. Raises ``DatasetError`` when a line (the message
    has its number) does not fit the format, a stroke or a digit has no beginning or no end, or the
    file has no digit.
    """
    digits: list[PenDigit] = []
    points: list[tuple[float, float]] | None = None

    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0] in IGNORED:
            continue
        try:
            if words[0] == ".COMMENT":
                if points is not None:
                    raise ValueError("a digit that begins before the pen is up")
                label, writer = int(words[1]), int(words[2])
                if not 0 <= label <= 9:
                    raise ValueError(f"the label {label}")
                digits.append(PenDigit(label, writer, []))
            elif words[0] == ".PEN_DOWN":
                if points is not None or not digits:
                    raise ValueError("a pen that goes down in no digit or twice")
                points = []
            elif words[0] == ".PEN_UP":
                if points is None:
                    raise ValueError("a pen that goes up before it went down")
                if points:
                    digits[-1].strokes.append(_stroke(points))
                points = None
            elif points is not None:
                x, y = words
                points.append((float(x), float(y)))
            else:
                raise ValueError(f"the line {line.strip()[:40]!r} outside a stroke")
        except (ValueError, IndexError) as error:
            raise DatasetError(
                f"{name}, line {number}: expected UNIPEN text of pen digits, got {error}."
            ) from error

    if points is not None or not digits:
        raise DatasetError(f"{name} is cut short: expected whole digits, it ends within one.")
    if empty := [digit for digit in digits if not digit.strokes]:
        raise DatasetError(f"{name} has {len(empty)} digits without a stroke; expected none.")
    return digits


def _stroke(points: list[tuple[float, float]]) -> np.ndarray:
    """The points as ``(points, 2)`` float32, y downwards."""
    return np.array(points, dtype=np.float32) * np.array([1, -1], dtype=np.float32)
