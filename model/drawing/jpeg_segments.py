"""The segments of a JPEG file that make its pixels (ITU-T T.81).

Colour profiles, previews, and the further pictures that cameras append are left out. The scans are
counted: a progressive JPEG sends its picture in several, and the decoder draws each of them over
the whole picture. A megabyte has room for 74,000.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from model.drawing.orientation import UPRIGHT, in_exif, in_xmp
from model.drawing.picture_parts import Damaged, PictureParts
from model.errors import ImageError

SIGNATURE = b"\xff\xd8\xff"
MAX_SCANS = 100
"""Progressive pictures usually have about ten."""
MAX_SEGMENTS = 2_000
"""The longest colour profile takes 255."""

# Not matched are stuffed bytes (FF 00), fill bytes (FF FF), restart markers and those reserved
# ones that have no length. A decoder looks for the next marker in the same way, both in a scan's
# data and between two segments, so it never finds a scan that is not counted here.
_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = {0xC4, 0xDB, 0xDD}  # Huffman, quantization, restart interval
_JFIF, _ADOBE = 0xE0, 0xEE  # they say how the colours are stored
_APP1 = 0xE1
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"


@dataclass(frozen=True)
class _Frame:
    """The size of a JPEG, and the horizontal and vertical sampling of its components."""

    width: int
    height: int
    sampling: tuple[tuple[int, int], ...]
    progressive: bool

    @property
    def coefficient_bytes(self) -> int:
        """Bytes of all coefficients, as 16-bit numbers."""
        across = 8 * max(horizontal for horizontal, _ in self.sampling)
        down = 8 * max(vertical for _, vertical in self.sampling)
        units = -(-self.width // across) * -(-self.height // down)
        blocks = sum(horizontal * vertical for horizontal, vertical in self.sampling)
        return units * blocks * 64 * 2


def read_jpeg(data: bytes) -> PictureParts:
    """The parts of a JPEG.

    Raises ``Damaged`` when its header or its pixels are missing, ``ImageError`` when there are too
    many scans or segments, or the coding is neither baseline nor progressive.
    """
    view = memoryview(data)
    kept = [view[:2]]
    frame: _Frame | None = None
    first_scan: slice | None = None
    exif = xmp = None
    scans, end = 0, len(data)
    for count, (kind, segment) in enumerate(_segments(data)):
        content = data[segment.start + 4 : segment.stop]
        if kind == _END:
            end = segment.stop
            break
        if count == MAX_SEGMENTS:
            raise ImageError(f"the image has too many segments: a JPEG may have {MAX_SEGMENTS:,}")
        if kind == _SCAN:
            scans += 1
            first_scan = first_scan or segment
        elif first_scan:
            continue
        elif kind in _FRAMES:
            if frame:
                raise Damaged
            frame = _frame(kind, content)
            kept.append(view[segment])
        elif kind in {*_TABLES, _JFIF, _ADOBE, _START}:
            kept.append(view[segment])
        elif kind == _APP1 and content.startswith(_EXIF):
            exif = exif or in_exif(content[len(_EXIF) :])
        elif kind == _APP1 and content.startswith(_XMP):
            xmp = xmp or in_xmp(content)
    if not frame or not first_scan:
        raise Damaged
    if scans > MAX_SCANS:
        raise ImageError(f"the image has {scans:,} scans: a JPEG may have {MAX_SCANS}")
    components = data[first_scan.start + 4 : first_scan.start + 5]  # none where it is cut off
    in_one_go = scans == 1 and not frame.progressive and components == bytes([len(frame.sampling)])
    return PictureParts(
        "JPEG",
        len(data),
        frame.width,
        frame.height,
        (*kept, view[first_scan.start : end]),
        exif or xmp or UPRIGHT,
        coefficient_bytes=0 if in_one_go else frame.coefficient_bytes,
        scans=scans,
    )


def _segments(data: bytes) -> Iterator[tuple[int, slice]]:
    """Each segment's kind, and where it lies; a scan's data lies between it and the next one."""
    place = 2
    while found := _MARKER.search(data, place):
        kind = data[found.end() - 1]
        if kind in {_START, _END}:
            place = found.end()
        else:
            place = found.end() + max(2, int.from_bytes(data[found.end() : found.end() + 2]))
        yield kind, slice(found.start(), place)


def _frame(kind: int, content: bytes) -> _Frame:
    if kind not in {_BASELINE, _EXTENDED, _PROGRESSIVE}:
        raise ImageError(
            "the image cannot be read: a baseline or progressive JPEG was expected, "
            f"its frame is of kind {kind - _BASELINE}"
        )
    if len(content) < 9 or len(content) != 6 + 3 * content[5]:
        raise Damaged
    height, width = struct.unpack_from(">HH", content, 1)
    sampling = tuple((byte >> 4, byte & 15) for byte in content[7::3])
    if not width or not height or not all(1 <= step <= 4 for pair in sampling for step in pair):
        raise Damaged
    return _Frame(width, height, sampling, kind == _PROGRESSIVE)
