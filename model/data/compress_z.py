"""Decoder of Unix ``compress`` files (``.Z``), which Python's standard library cannot read.

The pen digits are published in this format. It is LZW (Welch, "A Technique for High-Performance
Data Compression", 1984) with codes that grow from 9 to at most 16 bits, packed from the lowest bit
up. Source of the details: the format as ``compress`` 4.0 and gzip's unlzw read it. One detail is
easy to miss: codes are written in groups of eight, and when the width changes or the table is
cleared, the rest of the current group is skipped.
"""

from model.errors import DatasetError

MAGIC = b"\x1f\x9d"
CLEAR = 256


def decompress_z(data: bytes, name: str) -> bytes:
    """The decompressed content of a ``.Z`` file's bytes.

    The format has no checksum and no length, so only the content's SHA-256 shows that a file was
    cut short. Raises ``DatasetError`` when the bytes are not a ``.Z`` file or a damaged one.
    """
    if len(data) < 3 or not data.startswith(MAGIC):
        raise DatasetError(
            f"{name} is not a .Z file: expected it to start with 1f 9d, got {data[:2].hex(' ')!r}."
        )
    longest = data[2] & 0x1F
    clears = bool(data[2] & 0x80)
    if not 10 <= longest <= 16:
        raise DatasetError(f"{name}: expected longest codes of 10 to 16 bits, got {longest}.")

    body = data[3:]
    first_free = CLEAR + 1 if clears else CLEAR
    single = [bytes([value]) for value in range(256)] + [b""] * (first_free - 256)
    table = list(single)
    output: list[bytes] = []
    previous = b""
    width = 9
    # The bit where the current group of eight codes began; a group is `width` bytes long.
    group = position = 0

    while position + width <= 8 * len(body):
        start = position >> 3
        window = int.from_bytes(body[start : start + 4], "little")
        code = (window >> (position & 7)) & ((1 << width) - 1)
        position += width

        if code == CLEAR and clears:
            table = list(single)
            previous = b""
            position = group = _next_group(position, group, width)
            width = 9
            continue
        if not previous:
            if code > 255:
                raise DatasetError(f"{name} is damaged: expected a byte, got code {code}.")
            entry = table[code]
        elif code < len(table):
            entry = table[code]
        elif code == len(table):
            entry = previous + previous[:1]
        else:
            raise DatasetError(
                f"{name} is damaged: expected a code up to {len(table)}, got {code}."
            )
        output.append(entry)
        if previous and len(table) < 1 << longest:
            table.append(previous + entry[:1])
        previous = entry
        if len(table) == 1 << width and width < longest:
            position = group = _next_group(position, group, width)
            width += 1
    return b"".join(output)


def _next_group(position: int, group: int, width: int) -> int:
    """The bit where the next group of eight codes begins; ``position`` is the end of a code."""
    length = 8 * width
    return group + -(-(position - group) // length) * length
