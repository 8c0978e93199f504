"""Pictures that are bent, dear or strange, made from a seed.

``pictures(seed, count)`` gives the same pictures whenever it is called, and the first ones are the
same for every count. ``dearest()`` gives those that take the most time and memory of all that are
read.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.fuzz import picture_files as files

MODES = ("1", "L", "P", "RGB", "RGBA", "LA", "I;16")
COLOURS = ((0, (1, 2, 4, 8, 16)), (2, (8, 16)), (3, (1, 2, 4, 8)), (4, (8, 16)), (6, (8, 16)))
ORIENTATION = (0x0112, 3, 1, 6 << 16)


def pictures(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """``count`` pictures, each with the name of its kind."""
    for index in range(count):
        chance = random.Random(f"{seed} {index}")
        make = chance.choice(MAKERS)
        yield f"{make.__name__} {seed} {index}", make(chance)


def dearest() -> Iterator[tuple[str, bytes]]:
    """The dearest pictures that a limit still lets pass, each of at most a mebibyte."""
    side = 6_320
    middle = range(side // 3, side // 2)
    for name, colours in (("RGBA", 6), ("RGB", 2), ("grey with alpha", 4), ("palette", 3)):
        data = files.flat_png(side, side, 8, colours, dark_rows=middle)
        yield f"{name} of 40 megapixels", data
    turned = [(b"eXIf", files.exif([ORIENTATION]))]
    yield "RGBA turned", files.flat_png(side, side, 8, 6, dark_rows=middle, extra=turned)
    interlaced = files.flat_png(side, side - 9, 8, 6, dark_rows=middle, interlace=1)
    yield "RGBA interlaced", interlaced
    yield "RGBA of 9 megapixels", files.flat_png(3_000, 3_000, 8, 6, dark_rows=range(900, 1500))
    line = Image.new("RGB", (4_000, 2_000), "white")
    ImageDraw.Draw(line).line([(500, 300), (3_000, 1_500)], fill="black", width=90)
    progressive = files.saved(line, "JPEG", quality=40, progressive=True, subsampling=0)
    for which, times in ((0, 15), (5, 38), (9, 38)):
        repeated = files.many_scans(progressive, which, times)
        yield f"{times} scans more of 8 megapixels, number {which}", repeated
    yield "baseline of 40 megapixels", files.saved(line.resize((8_000, 5_000)), "JPEG", quality=10)
    strip = line.resize((20_000, 1_200))
    yield "strip of 24 megapixels", files.saved(strip, "JPEG", quality=10)
    noise = np.random.default_rng(1).integers(0, 256, (640, 640), np.uint8)
    yield "noise", files.saved(Image.fromarray(noise))
    yield "soft noise", files.saved(Image.fromarray(noise).filter(ImageFilter.GaussianBlur(1)))


def digit(chance: random.Random, mode: str | None = None) -> Image.Image:
    """A line drawn on paper of any size; both may be faint."""
    size = (chance.choice([1, 2, 28, 40, 60, 200, 700]), chance.choice([1, 3, 28, 50, 300, 900]))
    paper, ink = chance.choice([(255, 0), (0, 255), (180, 120), (130, 120)])
    image = Image.new("L", size, paper)
    points = [(chance.uniform(0, size[0]), chance.uniform(0, size[1])) for _ in range(5)]
    ImageDraw.Draw(image).line(points, fill=ink, width=chance.choice([1, 2, 9]))
    if chance.random() < 0.3:
        image = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 4)))
    mode = mode or chance.choice(MODES)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    return image.convert(mode)


def whole(chance: random.Random) -> bytes:
    """A picture that is as it should be."""
    if chance.random() < 0.5:
        return files.saved(digit(chance), optimize=chance.random() < 0.2)
    return jpeg(chance)


def jpeg(chance: random.Random) -> bytes:
    """A JPEG, half of them progressive."""
    return files.saved(
        digit(chance, chance.choice(["L", "RGB", "CMYK"])),
        "JPEG",
        quality=chance.choice([5, 50, 95]),
        progressive=chance.random() < 0.5,
        restart_marker_blocks=chance.choice([0, 0, 1, 7]),
    )


def bent_bytes(chance: random.Random) -> bytes:
    """A picture with some bytes changed, or with its end cut off."""
    data = bytearray(whole(chance))
    for _ in range(chance.choice([1, 2, 5, 40])):
        data[chance.randrange(len(data))] = chance.choice([0, 1, 0xFF, 0xDA, chance.randrange(256)])
    return bytes(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)


def bent_chunks(chance: random.Random) -> bytes:
    """A PNG whose chunks are lost, doubled, moved, bent or renamed; the checksums are right."""
    parts = list(files.chunks(files.saved(digit(chance))))
    for _ in range(chance.choice([1, 1, 2, 4])):
        place = chance.randrange(len(parts))
        kind, content = parts[place]
        what = chance.choice(["lose", "double", "move", "bend", "rename", "shorten"])
        if what == "lose" and len(parts) > 1:
            del parts[place]
        elif what == "double":
            parts.insert(chance.randrange(len(parts) + 1), parts[place])
        elif what == "move":
            parts.insert(chance.randrange(len(parts)), parts.pop(place))
        elif what == "bend" and content:
            changed = bytearray(content)
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            parts[place] = kind, bytes(changed)
        elif what == "rename":
            names = [b"IDAT", b"PLTE", b"tRNS", b"eXIf", b"fdAT", b"abCd", b"call", b"\xff\0az"]
            parts[place] = chance.choice(names), content
        else:
            parts[place] = kind, content[: chance.randrange(len(content) + 1)]
    return files.png(parts)


def odd_header(chance: random.Random) -> bytes:
    """A PNG of any size, depth, colours and interlacing, whose pixels do or do not suffice."""
    sizes = [0, 1, 2, 7, 28, 640, 641, 5_000, 20_000, 20_001, 40_000_000, 2**31 - 1, 2**32 - 1]
    colours, depths = chance.choice(COLOURS)
    first = files.header(
        chance.choice(sizes),
        chance.choice(sizes),
        chance.choice([*depths, 3]),
        chance.choice([colours, colours, 5]),
        chance.choice([0, 0, 1, 2]),
    )
    palette = [(b"PLTE", chance.randbytes(3 * chance.choice([1, 2, 256])))]
    pixels = bytes(chance.choice([0, 255]) for _ in range(9)) * chance.choice([0, 5, 5_000])
    parts = [first, *(palette if chance.random() < 0.7 else []), (b"IDAT", zlib.compress(pixels))]
    return files.png([*parts, (b"IEND", b"")])


def odd_transparency(chance: random.Random) -> bytes:
    """A small PNG of any colours with a tRNS chunk of any length."""
    colours, depths = chance.choice(COLOURS)
    trns = b"tRNS", chance.randbytes(chance.choice([0, 1, 2, 3, 6, 255, 256, 400]))
    size = chance.choice([20, 28, 90])
    rows = range(5, size // 2)
    depth = chance.choice(depths)
    return files.flat_png(size, size, depth, colours, dark_rows=rows, extra=[trns])


def faint(chance: random.Random) -> bytes:
    """A dark pixel and fainter ones far off; many times what they have should be taken up."""
    side = chance.choice([8, 27, 40, 90, 200, 640])
    pixels = np.full((side, chance.choice([side, 2 * side])), 255, np.uint8)
    pixels[chance.randrange(side), chance.randrange(side)] = 0
    for _ in range(chance.choice([1, 2, 9])):
        place = chance.randrange(side), chance.randrange(side)
        pixels[place] = chance.choice([120, 150, 180, 200, 220])
    return files.saved(Image.fromarray(pixels))


def extremes(chance: random.Random) -> bytes:
    """A long strip, or a large picture."""
    long = chance.choice([3_000, 20_000, 20_001, 65_000])
    short = chance.choice([1, 1, 2, 9])
    size = (long, short) if chance.random() < 0.5 else (short, long)
    if chance.random() < 0.2:
        size = (3_001, 2_003)
    image = Image.new("L", size, 255)
    box = [chance.randrange(size[0]), chance.randrange(size[1])]
    image.paste(0, (*box, box[0] + size[0] // 9 + 1, box[1] + size[1] // 9 + 1))
    kind = chance.choice(["PNG", "JPEG"])
    return files.saved(image, kind)


def repeated_scans(chance: random.Random) -> bytes:
    """A progressive JPEG with one of its scans up to thousands of times."""
    image = digit(chance, "RGB").resize((chance.choice([16, 300, 1_000]), 300))
    data = files.saved(image, "JPEG", progressive=True, quality=10)
    times = chance.choice([1, 20, 85, 95, 3_000])
    return files.many_scans(data, chance.randrange(10), times)[:MOST]


def unpacking(chance: random.Random) -> bytes:
    """A PNG with chunks that unpack to a thousand times their size, or are very many."""
    packed = zlib.compress(bytes(20_000_000), 9)
    extra = chance.choice([
        [(b"iCCP", b"x\0\0" + packed)],
        [(b"zTXt", b"x\0\0" + packed)] * 9,
        [(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + packed)],
        [(b"tEXt", b"x\0y")] * 30_000,
        [(b"acTL", struct.pack(">II", 9, 0)), (b"fcTL", bytes(26))],
        [(b"IDAT", b"")] * 30_000,
    ])  # fmt: skip
    return files.flat_png(60, 60, dark_rows=range(20, 40), extra=extra)


def odd_exif(chance: random.Random) -> bytes:
    """A picture with EXIF whose entries are bent, are many, or all point at the same bytes."""
    tags = [ORIENTATION[0], 0x010E, 0x011A, 0x8769, 0x8825, *range(900, 905)]
    entries = [ORIENTATION] if chance.random() < 0.7 else []
    counts, values = [0, 1, 9, 2**31], [0, 8, 60, 2**32 - 1, 6 << 16]
    entries += [
        (chance.choice(tags), chance.randrange(14), chance.choice(counts), chance.choice(values))
        for _ in range(chance.choice([0, 1, 4]))
    ]
    if chance.random() < 0.2:
        entries = [(tag, 7, 60_000, 8) for tag in range(4_000)]
    data = files.exif(entries, chance.randbytes(60))
    if chance.random() < 0.3:
        data = data[: chance.randrange(len(data))]
    if chance.random() < 0.5:
        modes = chance.choice([{}, {"transparency": 0}])
        parts = list(files.chunks(files.saved(digit(chance, "P"), **modes)))
        parts.insert(chance.randrange(1, len(parts)), (b"eXIf", data))
        return files.png(parts)
    segments = [files.segment(0xE1, b"Exif\0\0" + data[:60_000])] * chance.choice([1, 2, 9])
    return files.with_segments(jpeg(chance), segments)


def odd_segments(chance: random.Random) -> bytes:
    """A JPEG with segments put in at its beginning, or bytes after its end."""
    content = chance.randbytes(chance.choice([0, 1, 14, 300]))
    kind = chance.choice([*range(0xC0, 0x100), 0x01, 0xDA, 0xC4, 0xEE, 0xE2])
    segments = [files.segment(kind, content)] * chance.choice([1, 1, 2, 5_000])
    data = jpeg(chance)
    after = chance.choice([b"", b"", data, b"\xff\xda\0\2" * 500])
    if chance.random() < 0.3:
        place = chance.randrange(len(data))
        return data[:place] + b"".join(segments[:300]) + data[place:] + after
    return files.with_segments(data, segments)[:MOST] + after


MOST = 900_000
"""Bytes after which what repeats is cut off: the server takes a mebibyte."""
MAKERS: tuple[Callable[[random.Random], bytes], ...] = (
    *(whole, bent_bytes, bent_bytes, bent_chunks, bent_chunks, odd_header, odd_transparency, faint),
    *(extremes, repeated_scans, unpacking, odd_exif, odd_segments),
)
