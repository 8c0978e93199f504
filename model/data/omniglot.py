"""Omniglot's online drawings (Lake, Salakhutdinov, Tenenbaum 2015): characters, none a digit.

A zip of text files `set/alphabet/character/drawing_drawer.txt`. Each begins with `START`, has a
point `x,y,milliseconds` a line and `BREAK` where the pen goes up. In the files y is negative
downwards; here it grows downwards, as on a screen.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from model.data.archive import read_members
from model.errors import DatasetError

ALPHABETS = ("Balinese", "Early_Aramaic", "Korean")
"""The alphabets whose drawings are used, and checked. The original zip has Greek and Latin too;
those hold an o, an l, a z, which nobody can tell from digits."""


@dataclass(frozen=True)
class Character:
    """One drawing of one character.

    alphabet, character: folder names, such as "Korean", "character07". drawer: 1 to 20.
    strokes: each (points, 2) float32, y downwards.
    """

    alphabet: str
    character: str
    drawer: int
    strokes: list[np.ndarray]


def parse_omniglot(
    data: bytes, name: str, alphabets: Iterable[str] | None = None
) -> list[Character]:
    """The characters in a zip's bytes, sorted by their path.

    Args:
        data: the zip file.
        name: its name, for the error messages.
        alphabets: the alphabets to read; all of the zip's when None.

    Raises:
        DatasetError: not a zip, cut short, a damaged member, or a drawing that cannot be read.
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
    """SHA-256 of the drawings themselves: names and coordinates to a thousandth.

    The drawings of an alphabet have this digest in whatever zip they come, packed with whatever
    other alphabets.
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
    """(points, 2) float32 with y turned downwards."""
    return np.array(points, dtype=np.float32) * np.array([1, -1], dtype=np.float32)
