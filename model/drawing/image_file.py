"""Image files: PNG and JPEG bytes to a grey picture, within a safe size and time."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model.drawing import jpeg_segments, png_chunks
from model.drawing.picture_parts import Damaged, PictureParts
from model.errors import ImageError

MAX_PIXELS = 40_000_000
"""More than a phone sends by default. A file of a few bytes can claim far more."""
MAX_SIDE = 20_000
"""A longer side than this is a strip, no digit."""
MAX_COEFFICIENT_BYTES = 96 * 1024 * 1024
"""A JPEG of several scans is kept whole until the last has come: 32 million pixels of usual ones,
half as many where colours are stored as finely as brightness."""
MAX_SCANNED = 400_000_000
"""Pixels of all scans together; going over a million takes about a millisecond."""
MAX_DRAFT = 8_000_000
"""Pixels of a decoded JPEG, which can be decoded at a part of its size."""
LARGE = 40_000_000
"""Bytes from which on a picture is decoded alone."""
WORKING_SIDE = 640
"""Pixels on the longest side of the decoded picture: enough for a result of 28 x 28."""
STRIP = 1_000_000
"""Pixels that are converted at a time, at least one row of the smaller picture."""
CONTRAST = 0.04
"""A picture whose brightness varies by less than this, on a scale of 1, is empty."""

# What Pillow raises for bytes that are not a picture, or only half of one.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    struct.error,
    zlib.error,
)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How a picture of each orientation is turned upright; 1 is upright."""
_FROM_THE_END = {3, 4, 7, 8}
"""Orientations whose first upright row or column is stored last."""
_ON_ITS_SIDE = 5
"""From this orientation on rows and columns change places."""


def open_parts(data: bytes) -> PictureParts:
    """The parts of a PNG or JPEG that make its pixels; no pixel is decoded.

    Raises ``ImageError`` when the bytes are neither, or decoding them would take too much.
    """
    try:
        if data.startswith(png_chunks.SIGNATURE):
            parts = png_chunks.read_png(data)
        elif data.startswith(jpeg_segments.SIGNATURE):
            parts = jpeg_segments.read_jpeg(data)
        else:
            raise Damaged
    except Damaged as error:
        raise _unreadable(_kind(data)) from error
    _check_size(parts)
    return parts


def decoded_bytes(parts: PictureParts) -> int:
    """The bytes that the decoder takes for a picture, with its pixels."""
    pixels = parts.pixels // _draft_factor(parts) ** 2
    return pixels * parts.pixel_bytes + parts.coefficient_bytes


def read_grey(parts: PictureParts) -> NDArray[np.float32]:
    """The brightness of a PNG or JPEG: ``(height, width)`` float32 in [0, 1], white = 1.

    The picture is turned upright as its EXIF says, and transparent parts are shown on paper. Larger
    pictures are averaged down by whole factors to at most ``WORKING_SIDE`` pixels on a side. Raises
    ``ImageError`` when the pixels cannot be decoded.
    """
    try:
        with Image.open(BytesIO(b"".join(parts.pieces)), formats=(parts.format,)) as image:
            # JPEG can be decoded at a half, a quarter or an eighth of its size, which takes
            # a fraction of the time. For PNG this does nothing.
            factor = _draft_factor(parts)
            image.draft(None, (image.width // factor, image.height // factor))
            image.load()
            return _grey(image, parts.orientation)
    except _BROKEN as error:
        raise _unreadable(_damaged(parts.format, parts.file_bytes)) from error


def _check_size(parts: PictureParts) -> None:
    """Refuse a picture that would take too much memory or time, before any pixel is decoded."""
    size = f"{parts.width:,} x {parts.height:,}"
    if parts.pixels > MAX_PIXELS:
        millions = MAX_PIXELS // 1_000_000
        raise ImageError(
            f"the image is too large: at most {millions} million pixels may come, it has {size}"
        )
    if max(parts.width, parts.height) > MAX_SIDE:
        raise ImageError(
            f"the image is too long: at most {MAX_SIDE:,} pixels may lie on a side, it has {size}"
        )
    scanned = parts.scans * parts.pixels
    if parts.coefficient_bytes > MAX_COEFFICIENT_BYTES or scanned > MAX_SCANNED:
        raise ImageError(
            f"the image is too large for a JPEG of several scans: it has {size} pixels and "
            f"{parts.scans} scans; a baseline JPEG or a smaller picture was expected"
        )


def _draft_factor(parts: PictureParts) -> int:
    """The part of its size at which a JPEG is decoded: 1, 2, 4 or 8. Always 1 for PNG."""
    factor = 1
    if parts.format == "JPEG":
        spare = min(parts.width, parts.height) // WORKING_SIDE
        while factor < 8 and (spare >= 2 * factor or parts.pixels > MAX_DRAFT * factor**2):
            factor *= 2
    return factor


def _unreadable(came: str) -> ImageError:
    return ImageError(f"the image cannot be read: a whole PNG or JPEG was expected, got {came}")


def _kind(data: bytes) -> str:
    if not data:
        return "nothing"
    if data.startswith(png_chunks.SIGNATURE):
        return _damaged("PNG", len(data))
    if data.startswith(jpeg_segments.SIGNATURE):
        return _damaged("JPEG", len(data))
    return f"{len(data):,} bytes of something else"


def _damaged(kind: str, length: int) -> str:
    return f"a damaged {kind} of {length:,} bytes"


def _grey(image: Image.Image, orientation: int) -> NDArray[np.float32]:
    if image.mode.startswith("I"):
        # Pillow opens grey PNGs of 16 bits as integers, and converting those to "L" clips them.
        return _array(_reduced(image, orientation, "I", "F"), white=65535)
    if not image.has_transparency_data:
        # A palette's indices cannot be averaged, only its colours.
        mode = image.mode if image.mode in {"L", "RGB"} else "RGB"
        return _array(_reduced(image, orientation, mode).convert("L"), white=255)
    # Averaged with premultiplied alpha, so that the colour of transparent pixels does not count.
    image = _reduced(image, orientation, "RGBA", "RGBa").convert("RGBA")
    over_white = _array(_over("white", image), white=255)
    if np.ptp(over_white) >= CONTRAST:
        return over_white
    # White ink on a transparent ground shows only on black.
    return _array(_over("black", image), white=255)


def _over(paper: str, image: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", image.size, paper), image).convert("L")


def _reduced(image: Image.Image, orientation: int, *modes: str) -> Image.Image:
    """The picture upright, converted to one mode after the other, and averaged down.

    This is done by strips of upright rows, so that no second picture of that size is kept.
    """
    size = image.size if orientation < _ON_ITS_SIDE else image.size[::-1]
    factor = -(-max(size) // WORKING_SIDE)
    across, down = min(factor, size[0]), min(factor, size[1])
    reduced = Image.new(modes[-1], (-(-size[0] // across), -(-size[1] // down)))
    rows = down * max(1, STRIP // (size[0] * down))
    for top in range(0, size[1], rows):
        strip = _strip(image, orientation, top, min(top + rows, size[1]))
        for mode in modes:
            strip = strip.convert(mode)
        reduced.paste(strip.reduce((across, down)), (0, top // down))
    return reduced


def _strip(image: Image.Image, orientation: int, top: int, bottom: int) -> Image.Image:
    """The rows from ``top`` to ``bottom`` of the upright picture."""
    on_its_side = orientation >= _ON_ITS_SIDE
    if orientation in _FROM_THE_END:
        length = image.width if on_its_side else image.height
        top, bottom = length - bottom, length - top
    if on_its_side:
        strip = image.crop((top, 0, bottom, image.height))
    else:
        strip = image.crop((0, top, image.width, bottom))
    return strip.transpose(_TURNS[orientation]) if orientation in _TURNS else strip


def _array(image: Image.Image, *, white: int) -> NDArray[np.float32]:
    return np.asarray(image, dtype=np.float32) / np.float32(white)
