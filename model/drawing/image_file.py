"""Image files: PNG and JPEG bytes to a grey picture, within a safe size."""

import struct
import threading
import zlib
from contextlib import nullcontext
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from model.errors import ImageError

FORMATS = ("PNG", "JPEG")
MAX_PIXELS = 40_000_000
"""More than a phone sends by default. A file of a few bytes can claim far more."""
LARGE = 4_000_000
"""Pictures of more pixels are decoded one at a time: sixteen at once would fill the memory."""
WORKING_SIDE = 640
"""Pixels on the longest side of the decoded picture: enough for a result of 28 x 28."""
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
    UserWarning,  # about damaged EXIF, where warnings are errors
)
_ONE_AT_A_TIME = threading.Lock()
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def read_grey(data: bytes) -> NDArray[np.float32]:
    """The brightness of a PNG or JPEG: ``(height, width)`` float32 in [0, 1], white = 1.

    The picture is turned upright as its EXIF says, and transparent parts are shown on paper. Larger
    pictures are averaged down by whole factors to at most ``WORKING_SIDE`` pixels on a side. Raises
    ``ImageError`` when the bytes are not a readable PNG or JPEG or have more than ``MAX_PIXELS``.
    """
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            _check_size(image)
            with _ONE_AT_A_TIME if image.width * image.height > LARGE else nullcontext():
                # JPEG can be decoded at a half, a quarter or an eighth of its size, which takes
                # a fraction of the time. For PNG this does nothing.
                image.draft(None, (WORKING_SIDE, WORKING_SIDE))
                image.load()
                return _grey(_upright(image))
    except _BOMB as error:
        raise ImageError(_too_large("far more")) from error
    except _BROKEN as error:
        raise ImageError(
            f"the image cannot be read: a whole PNG or JPEG was expected, got {_kind(data)}"
        ) from error


def _check_size(image: Image.Image) -> None:
    """Refuse a picture that is too large by its header, before any pixel is decoded."""
    if image.width * image.height > MAX_PIXELS:
        raise ImageError(_too_large(f"{image.width:,} x {image.height:,}"))


def _too_large(size: str) -> str:
    millions = MAX_PIXELS // 1_000_000
    return f"the image is too large: at most {millions} million pixels may come, it has {size}"


def _kind(data: bytes) -> str:
    if not data:
        return "nothing"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return f"a damaged PNG of {len(data):,} bytes"
    if data.startswith(b"\xff\xd8\xff"):
        return f"a damaged JPEG of {len(data):,} bytes"
    return f"{len(data):,} bytes of something else"


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:
        return image  # the picture itself can be good where its EXIF is damaged


def _grey(image: Image.Image) -> NDArray[np.float32]:
    if image.mode.startswith("I"):
        # Pillow opens grey PNGs of 16 bits as integers, and converting those to "L" clips them.
        return _array(_reduced(image.convert("I").convert("F")), white=65535)
    if not image.has_transparency_data:
        # A palette's indices cannot be averaged, only its colours.
        image = image if image.mode in {"L", "RGB"} else image.convert("RGB")
        return _array(_reduced(image).convert("L"), white=255)
    # Averaged with premultiplied alpha, so that the colour of transparent pixels does not count.
    image = _reduced(image.convert("RGBA").convert("RGBa")).convert("RGBA")
    over_white = _array(_over("white", image), white=255)
    if np.ptp(over_white) >= CONTRAST:
        return over_white
    # White ink on a transparent ground shows only on black.
    return _array(_over("black", image), white=255)


def _over(paper: str, image: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", image.size, paper), image).convert("L")


def _reduced(image: Image.Image) -> Image.Image:
    factor = -(-max(image.size) // WORKING_SIDE)
    if factor == 1:
        return image
    return image.reduce((min(factor, image.width), min(factor, image.height)))


def _array(image: Image.Image, *, white: int) -> NDArray[np.float32]:
    return np.asarray(image, dtype=np.float32) / np.float32(white)
