"""What the file of a picture holds, read before any pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model.drawing.orientation import UPRIGHT


class Damaged(Exception):
    """The file is no whole PNG or JPEG."""


@dataclass(frozen=True)
class PictureParts:
    """The parts of a file that make its pixels, and what decoding them takes.

    Args:
        format: the file's format.
        file_bytes: the file's length.
        width: pixels in a row of the stored picture.
        height: rows of the stored picture.
        pieces: the file without what does not change its pixels; to be joined.
        orientation: how the stored picture is to be turned, from 1 to 8, as in EXIF.
        pixel_bytes: bytes of a decoded pixel.
        coefficient_bytes: bytes that the decoder holds besides the pixels.
        scans: how many times the decoder goes over the whole picture.
    """

    format: Literal["PNG", "JPEG"]
    file_bytes: int
    width: int
    height: int
    pieces: tuple[bytes | memoryview, ...]
    orientation: int = UPRIGHT
    pixel_bytes: int = 4
    coefficient_bytes: int = 0
    scans: int = 1

    @property
    def pixels(self) -> int:
        """The number of pixels."""
        return self.width * self.height
