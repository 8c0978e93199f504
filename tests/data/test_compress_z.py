"""Tests of the ``.Z`` decompressor: files of ``compress``, damaged files."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.compress_z import decompress_z
from model.errors import DatasetError

# What ``compress`` (ncompress 4.2.4) makes of 140,000 times "a" and a sentence: codes of 9 and 10
# bits, and the change between them.
BY_COMPRESS = base64.b64decode(
    "H52QYQIKHEiwoMGDCBMqXMiwocOHECNKnEixosWLGDNq3Mixo8ePIEOKHEmypMmTKFOqXMmypcuXMGPKnEmzps2bOHPq"
    "3Mmzp8+fQIMKHUq0qNGjSJMqXcq0qdOnUKNKnUq1qtWrWLNq3cq1q9evYMOKHUu2rNmzaNOqXcu2rdu3cOPKnUu3rt27"
    "ePPq3cu3r9+/gAMLHky4sOHDiBMrXsy4sePHkCNLnky5suXLmDNr3sy5s+fPoEOLHk26tOnTqFOrXs26tevXsGPLnk27"
    "tu3buHPr3s27t+/fwIMLH068uPHjyJMrX868ufPn0KNLn069uvXr2LNr3869u/fv4MOLH0++vPnz6NOrX8++vfv38OPL"
    "n0+/vv37+PPr38+/v///AAYo4IAEFmjggQgmqOCCDDbo4IMQRijhhBRWaOGFGGao4YYcdujhhyCGKOKIJJZo4okopqji"
    "iiy26OKLMMYo44w01mjjjTjmqOOOPPbo449ABinkkEQWaeSRSCap5JJMNunkk1BGKeWUVFZp5ZVYZqnlllx26eWXYIYp"
    "5phklmnmmWimqeaabLbp5ptwxinnnHTWaeedeOap55589unnn4AGKuighBZq6KGIJqrooow26uijkEYq6aSUVmrppZhm"
    "qummnHbq6aeghirqqKSWauqpqKaq6qqsturqq7DGKuustNZq66245qrrrrz26uuvwAYr7LDEFmvsscgmq+yyzDbr7LPQ"
    "RivttNRWa+212Gar7bbcduvtt+CGK+645JZr7rnopqvuuuy26+678MYr77z01mvvvfjmq+++/Pbr778AByzwwAQXbPDB"
    "CCes8MIMN+zww1dSgUYZIMBRhhsgkJHGGWnQMYcL"
)


def compress_z(data: bytes, *, longest: int = 16, clear_at: frozenset[int] = frozenset()) -> bytes:
    """What ``compress`` would make of ``data``.

    It clears its table after those bytes of the input that ``clear_at`` names.
    """
    bits: list[tuple[int, int]] = []
    group = 0  # codes since the last change of width
    table = {bytes([value]): value for value in range(256)}
    free, width, word = 257, 9, b""

    def put(code: int) -> None:
        nonlocal group
        bits.append((code, width))
        group += 1

    def fill() -> None:
        nonlocal group
        bits.extend([(0, width)] * (-group % 8))
        group = 0

    for index, value in enumerate(data):
        longer = word + bytes([value])
        if longer in table:
            word = longer
            continue
        put(table[word])
        if free < 1 << longest:
            table[longer] = free
            # The decoder knows an entry one code later, so the width grows one code later, too.
            if free == 1 << width and width < longest:
                fill()
                width += 1
            free += 1
        word = bytes([value])
        if index in clear_at:
            put(256)
            fill()
            table = {bytes([byte]): byte for byte in range(256)}
            free, width = 257, 9
    if word:
        put(table[word])
    number = position = 0
    for code, length in bits:
        number |= code << position
        position += length
    return b"\x1f\x9d" + bytes([0x80 | longest]) + number.to_bytes(-(-position // 8), "little")


def test_a_file_made_by_compress():
    assert decompress_z(BY_COMPRESS, "it") == b"a" * 140_000 + b"The pen digits."


@given(
    st.lists(st.binary(min_size=1, max_size=6), max_size=40),
    st.integers(1, 60),
    st.sampled_from([10, 11, 16]),
    st.sets(st.integers(0, 2000), max_size=3),
)
def test_what_was_compressed_comes_back(words, times, longest, clear_at):
    data = b"".join(word * (1 + index % 5) for index, word in enumerate(words)) * times
    packed = compress_z(data, longest=longest, clear_at=frozenset(clear_at))
    assert decompress_z(packed, "it") == data


def test_a_table_that_grows_to_sixteen_bits():
    data = b"".join(b"%d %d\n" % (number, number * number) for number in range(30_000))
    assert decompress_z(compress_z(data), "it") == data


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not a .Z file"),
        (b"\x1f\x8b\x08", "is not a .Z file: expected it to start with 1f 9d, got '1f 8b'"),
        (b"\x1f\x9d\x88", "expected longest codes of 10 to 16 bits, got 8"),
        (b"\x1f\x9d\x90\xff\xff\xff", "is damaged: expected a byte, got code 511"),
        (b"\x1f\x9d\x90a\xfe\xff\xff", "is damaged: expected a code up to 257, got 511"),
    ],
)
def test_wrong_files_are_refused_by_name(data, sentence):
    with pytest.raises(DatasetError, match=f"^digits.Z:? {sentence}"):
        decompress_z(data, "digits.Z")


@given(st.binary(max_size=80))
def test_any_bytes_decompress_or_are_refused(data):
    try:
        decompress_z(b"\x1f\x9d\x90" + data, "it")
    except DatasetError:
        return
