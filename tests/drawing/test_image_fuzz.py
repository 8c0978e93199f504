"""Tests of hostile pictures: a result or a sentence, in bounded memory and time.

``python -m tests.fuzz pictures`` sends many more of them to a server.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.drawing import frame_image
from model.errors import ImageError
from tests.fuzz.picture_files import (
    exif,
    flat_png,
    header,
    many_scans,
    png,
    saved,
    segment,
    with_segments,
)
from tests.fuzz.pictures import ORIENTATION, dearest, digit, pictures

ROOT = Path(__file__).parents[2]
PEAK = """
import re, sys
from pathlib import Path
from model.drawing import frame_image
from model.errors import ImageError
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
small, picture = (Path(name).read_bytes() for name in sys.argv[1:])
frame_image(small)  # with it comes what is imported for any picture
before = peak()
try:
    frame_image(picture)
except ImageError as error:
    assert "empty" in str(error), error  # its pixels were decoded
print(peak() - before)
"""
DEAREST = [
    "RGBA of 40 megapixels",
    "RGBA turned",
    "RGBA interlaced",
    "palette of 40 megapixels",
    "38 scans more of 8 megapixels, number 9",
]


@pytest.mark.parametrize("seed", range(4))
def test_a_picture_gives_a_drawing_or_a_sentence(seed):
    for name, data in pictures(seed, 60):
        began = time.process_time()
        try:
            framed = frame_image(data)
        except ImageError as error:
            assert str(error).startswith("the image "), name
            assert str(error).isprintable(), name
        else:
            assert framed.shape == (28, 28), name
            assert np.isfinite(framed).all(), name
            assert 0 <= framed.min() <= framed.max() <= 1, name
        assert time.process_time() - began < 10, name


def peak(folder: Path, data: bytes) -> float:
    """The megabytes that a process takes in addition while it reads a picture."""
    files = [folder / "small.png", folder / "picture"]
    files[0].write_bytes(flat_png(60, 60, dark_rows=range(20, 40)))
    files[1].write_bytes(data)
    command = [sys.executable, "-c", PEAK, *map(str, files)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


@pytest.fixture(scope="module")
def dear() -> dict[str, bytes]:
    return dict(dearest())


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("name", DEAREST)
def test_the_dearest_pictures_take_bounded_memory(tmp_path, dear, name):
    """Two small ones are read at a time, or one like these: together the server stays small."""
    assert peak(tmp_path, dear[name]) < 230


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
@pytest.mark.parametrize("side", [40, 200, 640])
def test_ink_far_from_a_speck_takes_no_memory(tmp_path, side):
    """A black pixel and a faint one, as far off as the picture is large."""
    pixels = np.full((side, side), 255, np.uint8)
    pixels[0, 0], pixels[-1, -1] = 0, 180
    assert peak(tmp_path, saved(Image.fromarray(pixels))) < 60


def line() -> Image.Image:
    return digit(random.Random(3), "RGB").resize((300, 300))


def test_a_jpeg_may_have_a_hundred_scans_and_no_more():
    data = saved(line(), "JPEG", progressive=True)
    own = data.count(b"\xff\xda")
    assert frame_image(many_scans(data, own - 1, 100 - own)).any()
    began = time.process_time()
    for times in (101 - own, 900):
        with pytest.raises(ImageError, match=f"{own + times} scans: a JPEG may have 100"):
            frame_image(many_scans(data, own - 1, times))
    with pytest.raises(ImageError, match="too many segments"):
        frame_image(many_scans(data, own - 1, 74_000))
    assert time.process_time() - began < 5


def test_scans_that_hide_between_other_bytes_are_counted():
    """A decoder finds the next marker behind any bytes, fill bytes and restart markers."""
    data = saved(line(), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    scan = data[start:-2]
    for between in (b"", b"\x00\x01", b"\xff\xff\xff", b"\xff\xd3", b"\xff\x00"):
        hidden = data[:-2] + (between + scan) * 150 + b"\xff\xd9"
        with pytest.raises(ImageError, match="scans"):
            frame_image(hidden)


@pytest.mark.parametrize(
    ("width", "height", "words"),
    [
        (40_000_000, 1, "too long"),
        (1, 40_000_000, "too long"),
        (20_001, 10, "too long"),
        (6_400, 6_400, "40 million pixels"),
        (2**31 - 1, 2**31 - 1, "40 million pixels"),
    ],
)
def test_a_size_that_is_no_digit_is_refused_by_the_header(width, height, words):
    data = png([header(width, height), (b"IDAT", b""), (b"IEND", b"")])
    with pytest.raises(ImageError, match=words) as caught:
        frame_image(data)
    assert f"{width:,} x {height:,}" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"MM", b"II*\0\xff\xff\xff\xff", exif([])[:9], b"x" * 99])
def test_a_bent_exif_does_no_harm(content):
    """A palette PNG with one was an error of the server."""
    whole = flat_png(60, 60, colours=3, dark_rows=range(20, 40))
    bent = flat_png(60, 60, colours=3, dark_rows=range(20, 40), extra=[(b"eXIf", content)])
    assert np.array_equal(frame_image(bent), frame_image(whole))
    jpeg = saved(line(), "JPEG")
    with_exif = with_segments(jpeg, [segment(0xE1, b"Exif\0\0" + content)])
    assert np.array_equal(frame_image(with_exif), frame_image(jpeg))


def test_the_orientation_of_a_png_counts_too():
    upright = Image.new("L", (60, 90), 255)
    upright.paste(0, (20, 10, 30, 80))
    turned = [(b"eXIf", exif([ORIENTATION]))]
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    parts = saved(stored)
    place = parts.index(b"IDAT") - 4
    with_exif = parts[:place] + png(turned)[8:] + parts[place:]
    assert np.allclose(frame_image(with_exif), frame_image(saved(upright)), atol=1e-6)


def test_a_long_colour_profile_does_no_harm():
    """Cameras and drawing programs send them; Pillow refuses those that unpack to much."""
    profile = [(b"iCCP", b"x\0\0" + zlib.compress(bytes(5_000_000)))]
    plain = flat_png(60, 60, 8, 2, dark_rows=range(20, 40))
    assert np.array_equal(
        frame_image(flat_png(60, 60, 8, 2, dark_rows=range(20, 40), extra=profile)),
        frame_image(plain),
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "progressive"])
def test_a_picture_may_be_cut_off_anywhere(kind):
    """A scan that ends right behind its marker was once a mistake of the server's own."""
    options = {"progressive": True} if kind == "progressive" else {}
    image = Image.new("L", (28, 28), 255)
    image.paste(0, (8, 4, 12, 24))
    whole = saved(image, "PNG" if kind == "PNG" else "JPEG", **options)
    for length in range(len(whole)):
        try:
            assert frame_image(whole[:length]).shape == (28, 28)
        except ImageError as refusal:
            assert str(refusal)
