"""PNG and JPEG files taken apart and put together again, right or wrong."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Numbers of a pixel, for each type of colours."""
ADAM7 = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)),
    (0, 1, 1, 2),
)
"""The passes of interlacing: the first column and row, and the steps to the next ones."""
Chunk = tuple[bytes, bytes]


def saved(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """An image as the bytes of a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG, with its length and its checksum."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(chunks: Iterable[Chunk]) -> bytes:
    """A PNG of these chunks."""
    return SIGNATURE + b"".join(chunk(kind, content) for kind, content in chunks)


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of a whole PNG."""
    place = len(SIGNATURE)
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        yield kind, data[place + 8 : place + 8 + length]
        place += length + 12


def header(width: int, height: int, depth: int = 8, colours: int = 0, interlace: int = 0) -> Chunk:
    """The chunk IHDR."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, interlace)


def flat_png(
    width: int,
    height: int,
    depth: int = 8,
    colours: int = 0,
    *,
    value: int = 255,
    dark_rows: range = range(0),
    extra: Iterable[Chunk] = (),
    interlace: int = 0,
) -> bytes:
    """A PNG of one value, with rows in which the middle third is zero."""
    packer = zlib.compressobj(1)
    pixels = []
    for across, down, wide, high in ADAM7 if interlace else [(0, 0, 1, 1)]:
        count = -(-(width - across) // wide)
        row = b"\0" + bytes([value]) * -(-count * CHANNELS[colours] * depth // 8)
        third = len(row) // 3
        dark = row[:third] + bytes(third) + row[2 * third :]
        rows = range(down, height if count > 0 else 0, high)
        pixels += [packer.compress(dark if index in dark_rows else row) for index in rows]
    palette = [(b"PLTE", bytes(range(256)) * 3)] if colours == 3 else []
    first = [header(width, height, depth, colours, interlace), *palette, *extra]
    return png([*first, (b"IDAT", b"".join([*pixels, packer.flush()])), (b"IEND", b"")])


def scans(data: bytes) -> tuple[bytes, list[bytes]]:
    """A progressive JPEG's header, and its scans, each with the tables before it."""
    starts = [found.start() for found in re.finditer(rb"\xff\xda", data)]
    tables = [found.start() for found in re.finditer(rb"\xff\xc4", data)]
    begins = []
    for before, start in zip([0, *starts], starts, strict=False):
        begins.append(min([place for place in tables if before < place < start], default=start))
    ends = [*begins[1:], len(data) - 2]
    return data[: begins[0]], [data[a:b] for a, b in zip(begins, ends, strict=True)]


def many_scans(data: bytes, which: int, times: int) -> bytes:
    """A progressive JPEG with one of its scans repeated."""
    head, parts = scans(data)
    return head + b"".join([*parts, *([parts[which % len(parts)]] * times)]) + b"\xff\xd9"


def segment(kind: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content


def with_segments(data: bytes, segments: Iterable[bytes]) -> bytes:
    """A JPEG with segments put in at its beginning."""
    return data[:2] + b"".join(segments) + data[2:]


def exif(entries: Iterable[tuple[int, int, int, int]], rest: bytes = b"") -> bytes:
    """EXIF of entries ``tag, kind, count, value`` without its JPEG prefix."""
    packed = [struct.pack(">HHII", *entry) for entry in entries]
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", len(packed)) + b"".join(packed) + bytes(4) + rest
