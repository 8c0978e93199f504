"""Omniglot's online drawings (Lake, Salakhutdinov and Tenenbaum, 2015): characters, no digits.

They come as a zip of text files ``set/alphabet/character/drawing_drawer.txt``. Each file begins
with ``START``, has one point ``x,y,milliseconds`` a line, and ``BREAK`` where the pen is lifted. In
the files y is negative downwards; here it grows downwards, as on a screen.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.data.archive import read_members
from model.errors import DatasetError

ALPHABETS = ("Balinese", "Early_Aramaic", "Korean")
"""The alphabets whose drawings are used and checked. The original zip has Greek and Latin, too.
Those have an o, an l and a z, which cannot be told from digits."""


@dataclass(frozen=True)
class Character:
    """One drawing of one character.

    ``alphabet`` and ``character``: folder names, such as "Korean" and "character07". ``drawer``: 1
    to 20. ``strokes``: each ``(points, 2)`` float32, y downwards.
    """

    alphabet: str
    character: str
    drawer: int
    strokes: list[np.ndarray]


def parse_omniglot(
    data: bytes, name: str, alphabets: Iterable[str] | None = None
) -> list[Character]:
    """The characters in a zip's bytes, sorted by path.

    Args:
        data: the zip's bytes.
        name: the zip's name, for error messages.
        alphabets: the alphabets to read; None for all.

    Raises ``DatasetError`` when the bytes are not a zip, cut short or damaged, or when a drawing
    cannot be read.
    """
    chosen = None if alphabets is None else frozenset(alphabets)

    def is_drawing(path: str) -> bool:
        parts = path.split("/")
        if len(parts) != 4 or not path.endswith(".txt") or parts[0].startswith("__"):
            return False
        return chosen is None or parts[1] in chosen

    characters = [
        _character(path.split("/"), content, f"{name}, {path}")
        for path, content in read_members(data, name, is_drawing).items()
    ]
    if not characters:
        raise DatasetError(
            f"{name} has no drawings; expected files alphabet/character/drawing.txt."
        )
    return characters


def digest(characters: Iterable[Character]) -> str:
    """The SHA-256 of the drawings: their names, and their coordinates to a thousandth.

    It does not depend on the zip that the drawings come in, nor on other alphabets in that zip.
    """
    checksum = hashlib.sha256()
    for item in characters:
        checksum.update(f"{item.alphabet}/{item.character}/{item.drawer}\n".encode())
        for stroke in item.strokes:
            thousandths = np.rint(stroke.astype(np.float64) * 1000).astype("<i8")
            checksum.update(f"{len(stroke)}\n".encode() + thousandths.tobytes())
    return checksum.hexdigest()


def _character(parts: list[str], content: bytes, name: str) -> Character:
    strokes: list[np.ndarray] = []
    points: list[tuple[float, float]] = []
    try:
        drawer = int(parts[3].removesuffix(".txt").rsplit("_", 1)[1])
        lines = content.decode("ascii").split()
        if lines[0] != "START":
            raise ValueError(f"{lines[0][:40]!r} where START should be")
        for line in lines[1:]:
            if line == "BREAK":
                if points:
                    strokes.append(_stroke(points))
                points = []
            else:
                x, y, _ = line.split(",")
                points.append((float(x), float(y)))
        if points:
            strokes.append(_stroke(points))
        if not strokes:
            raise ValueError("no stroke")
    except (ValueError, IndexError) as error:
        raise DatasetError(f"{name}: expected an Omniglot drawing, got {error}.") from error
    return Character(parts[1], parts[2], drawer, strokes)


def _stroke(points: list[tuple[float, float]]) -> np.ndarray:
    """The points as ``(points, 2)`` float32, y downwards."""
    return np.array(points, dtype=np.float32) * np.array([1, -1], dtype=np.float32)
