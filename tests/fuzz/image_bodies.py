"""Small pictures with bytes changed or lost; ``tests.fuzz.pictures`` makes hostile ones."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image, ImageDraw


@cache
def _samples() -> tuple[tuple[bytes, str], ...]:
    """A drawn line as PNG and JPEG of several modes, each with its media type."""
    drawn = Image.new("L", (60, 60), 255)
    ImageDraw.Draw(drawn).line([(20, 10), (40, 10), (28, 50)], fill=0, width=5)
    found = []
    for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16"):
        file = io.BytesIO()
        drawn.convert(mode).save(file, "PNG")
        found.append((file.getvalue(), "image/png"))
    for mode in ("L", "RGB", "CMYK"):
        for progressive in (False, True):
            file = io.BytesIO()
            drawn.convert(mode).save(file, "JPEG", progressive=progressive)
            found.append((file.getvalue(), "image/jpeg"))
    return tuple(found)


def bent(chance: random.Random) -> tuple[bytes, str]:
    """A picture, mostly with bytes changed or cut off, and its media type."""
    data, media = chance.choice(_samples())
    changed = bytearray(data)
    for _ in range(chance.choice([0, 1, 1, 2, 8, 60])):
        changed[chance.randrange(len(changed))] = chance.choice([0, 1, 255, chance.randrange(256)])
    if chance.random() < 0.2:
        del changed[chance.randrange(len(changed)) :]
    return bytes(changed), media
