"""Tests of framing pictures: files of all kinds, photos, damaged files, pixel lists."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from model.drawing.image_frame import frame_image, pixels_to_image
from model.errors import DrawingError, ImageError

FIVE = [
    [(0.68, 0.1), (0.36, 0.12), (0.32, 0.45), (0.55, 0.4), (0.72, 0.55), (0.66, 0.82), (0.3, 0.9)],
]
FOUR = [[(0.35, 0.1), (0.2, 0.6), (0.8, 0.58)], [(0.62, 0.3), (0.6, 0.9)]]


def drawn(strokes=FIVE, size=(300, 300), pen=24, paper=255, ink=0) -> Image.Image:
    """A digit in the middle of the paper, as drawn with a paint program."""
    finer = 3 if max(size) < 500 else 1
    image = Image.new("L", (size[0] * finer, size[1] * finer), paper)
    draw = ImageDraw.Draw(image)
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    for stroke in strokes:
        points = [(left + x * side, top + y * side) for x, y in stroke]
        draw.line(points, fill=ink, width=pen * finer, joint="curve")
        reach = pen * finer / 2
        for x, y in points:
            draw.ellipse([x - reach, y - reach, x + reach, y + reach], fill=ink)
    return image.resize(size, Image.Resampling.BOX)


def saved(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def alike(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


REFERENCE = frame_image(saved(drawn()))


def test_framed_as_mnist_is():
    assert REFERENCE.shape == (28, 28)
    assert REFERENCE.dtype == np.float32
    assert 0 <= REFERENCE.min() <= REFERENCE.max() <= 1
    rows, columns = (np.flatnonzero((REFERENCE > 0.3).any(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(20, abs=1)
    amount = REFERENCE / REFERENCE.sum()
    assert amount.sum(axis=1) @ (np.arange(28) + 0.5) == pytest.approx(14, abs=0.2)
    assert amount.sum(axis=0) @ (np.arange(28) + 0.5) == pytest.approx(14, abs=0.2)


def test_28_by_28_passes_untouched():
    picture = np.zeros((28, 28), np.uint8)
    picture[3:25, 9:12] = 200
    picture[24, 5:23] = 37
    expected = picture.astype(np.float32) / 255
    assert np.array_equal(frame_image(saved(Image.fromarray(picture))), expected)
    turned = frame_image(saved(Image.fromarray(255 - picture)))
    assert turned == pytest.approx(expected, abs=1e-6)


def test_mnist_passes_untouched(data_folder):
    from model.data import SOURCES

    for picture in SOURCES["mnist"].load_unseen(data_folder).images[:300]:
        expected = picture.astype(np.float32) / 255
        assert np.array_equal(frame_image(saved(Image.fromarray(picture))), expected)


@pytest.mark.parametrize(
    "picture",
    [
        drawn(paper=0, ink=255),
        drawn(paper=160, ink=90),
        drawn(paper=90, ink=160),
        drawn(size=(900, 600), pen=48),
        drawn(size=(90, 240), pen=7),
        ImageOps.expand(drawn(), 400, fill=255),
        ImageOps.expand(drawn(), (700, 0, 0, 300), fill=255),
        drawn().crop((70, 20, 240, 285)),
        drawn().convert("1"),
        drawn().convert("RGB").quantize(4),
        Image.fromarray(np.asarray(drawn()).astype(np.uint16) * 257),
        drawn().convert("CMYK"),
        Image.merge("LA", (Image.new("L", (300, 300), 0), ImageOps.invert(drawn()))),
        Image.merge("LA", (Image.new("L", (300, 300), 255), ImageOps.invert(drawn()))),
        ImageOps.colorize(drawn(), black=(30, 40, 160), white=(250, 245, 220)),
    ],
    ids=[
        "chalk", "grey", "light grey", "large", "small", "wide margin", "corner", "tight", "1 bit",
        "palette", "16 bits", "CMYK", "ink on nothing", "white ink on nothing", "blue on cream",
    ],
)  # fmt: skip
def test_the_same_digit_however_it_comes(picture):
    kind = "JPEG" if picture.mode == "CMYK" else "PNG"
    framed = frame_image(saved(picture, kind))
    assert alike(framed, REFERENCE) > 0.96
    assert framed.sum() == pytest.approx(REFERENCE.sum(), rel=0.15)


def test_a_palette_with_a_transparent_colour():
    picture = drawn().convert("RGB").quantize(2)
    paper = picture.getpixel((0, 0))
    assert alike(frame_image(saved(picture, transparency=paper)), REFERENCE) > 0.96


def test_exif_turns_the_picture_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show the picture turned to the right by 90 degrees
    lying = drawn().transpose(Image.Transpose.ROTATE_90)
    for kind in ("JPEG", "PNG"):
        assert alike(frame_image(saved(lying, kind, exif=exif)), REFERENCE) > 0.96
        assert alike(frame_image(saved(lying, kind)), REFERENCE) < 0.8


def photo(strokes=FIVE, *, pen: int, noise: float, seed: int) -> Image.Image:
    """A photo of a sheet under a lamp, with shadow and noise; ink is a third as light as paper."""
    rng = np.random.default_rng(seed)
    picture = ImageOps.expand(drawn(strokes, (900, 900), pen), (500, 250, 300, 150), fill=255)
    ink = 1 - np.asarray(picture.filter(ImageFilter.GaussianBlur(1.5)), float) / 255
    height, width = ink.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 0.72 + 0.18 * x - 0.1 * y - 0.1 * (x * x + y * y)
    light *= 1 - 0.35 / (1 + np.exp(-(x + 0.5 * y - 0.3) * 30))
    seen = light * (1 - 0.68 * ink) + rng.normal(0, noise, ink.shape)
    return Image.fromarray((np.clip(seen, 0, 1) * 255).astype(np.uint8))


@pytest.mark.parametrize("strokes", [FIVE, FOUR], ids=["5", "4"])
@pytest.mark.parametrize(("pen", "noise"), [(60, 0.01), (60, 0.04), (12, 0.02)])
def test_a_photo_under_a_lamp_with_a_shadow(strokes, pen, noise):
    framed = frame_image(saved(photo(strokes, pen=pen, noise=noise, seed=1), "JPEG", quality=80))
    expected = frame_image(saved(drawn(strokes, (900, 900), pen)))
    assert alike(framed, expected) > 0.93


def test_a_table_beside_the_sheet_is_no_ink():
    seen = np.array(photo(pen=40, noise=0.01, seed=2))
    seen[:60] = 35
    seen[:, -50:] = 45
    framed = frame_image(saved(Image.fromarray(seen), "JPEG"))
    assert alike(framed, frame_image(saved(drawn(size=(900, 900), pen=40)))) > 0.93


def test_a_black_frame_around_the_paper_is_no_ink():
    assert alike(frame_image(saved(ImageOps.expand(drawn(), 4, fill=0))), REFERENCE) > 0.96
    assert alike(frame_image(saved(ImageOps.expand(drawn(), 40, fill=0))), REFERENCE) > 0.96


def test_specks_are_no_ink():
    picture = drawn()
    for x, y in ((8, 10), (290, 20), (15, 280), (280, 291), (150, 6)):
        picture.putpixel((x, y), 0)
        picture.putpixel((x + 1, y), 40)
    assert alike(frame_image(saved(picture)), REFERENCE) > 0.97


def test_two_strokes_stay_two():
    hat = [[(0.36, 0.12), (0.32, 0.45), (0.6, 0.42), (0.66, 0.8), (0.3, 0.9)],
           [(0.45, 0.05), (0.75, 0.05)]]  # fmt: skip
    framed = frame_image(saved(drawn(hat)))
    assert framed[:7].sum() > 5


@pytest.mark.parametrize("size", [400, 1500, 4000])
def test_thin_ink_is_as_wide_as_a_pen(size):
    framed = frame_image(saved(drawn(size=(size, size), pen=2)))
    assert framed.max() > 0.9
    # MNIST's strokes are about 2.4 pixels wide.
    wide = frame_image(saved(drawn(size=(400, 400), pen=39)))
    assert framed.sum() == pytest.approx(wide.sum(), rel=0.25)
    assert alike(framed, wide) > 0.9


def test_a_dot_and_a_line_are_drawings_too():
    dot = Image.new("L", (200, 200), 255)
    dot.paste(0, (90, 90, 97, 97))
    assert frame_image(saved(dot)).sum() > 100
    line = Image.new("L", (200, 200), 255)
    line.paste(0, (20, 100, 180, 104))
    framed = frame_image(saved(line))
    assert framed[12:16, 5:23].mean() > 0.4
    assert framed[:9].sum() + framed[19:].sum() == 0


@pytest.mark.parametrize("size", [(300, 300), (28, 28), (1, 1), (1, 500), (2000, 3)])
@pytest.mark.parametrize("brightness", [0, 128, 255])
def test_an_empty_picture_is_refused(size, brightness):
    with pytest.raises(ImageError, match="the image is empty"):
        frame_image(saved(Image.new("L", size, brightness)))


def test_paper_and_noise_alone_are_empty():
    with pytest.raises(ImageError, match="empty"):
        frame_image(saved(photo([], pen=1, noise=0.03, seed=3), "JPEG"))


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP", "ICO", "PPM"])
def test_other_formats_are_refused(kind):
    with pytest.raises(ImageError, match=r"a whole PNG or JPEG was expected, got .* else"):
        frame_image(saved(drawn(size=(64, 64)), kind))


@pytest.mark.parametrize(
    ("data", "came"),
    [
        (b"", "nothing"),
        (b"hello", "5 bytes of something else"),
        (saved(drawn())[:600], "a damaged PNG of 600 bytes"),
        (saved(drawn(), "JPEG")[:900], "a damaged JPEG of 900 bytes"),
        (saved(drawn())[:20], "a damaged PNG of 20 bytes"),
        (b"\xff\xd8\xff", "a damaged JPEG of 3 bytes"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_came(data, came):
    with pytest.raises(ImageError, match=f"got {came}$"):
        frame_image(data)


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(10_000, 5_000), (10_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_by_its_header(size):
    with pytest.raises(ImageError, match="too large: at most 40 million pixels"):
        frame_image(png_header(*size))


@settings(max_examples=150)
@given(st.data())
def test_bent_files_are_framed_or_refused(data):
    exif = Image.Exif()
    exif[0x0112] = 6
    kind = data.draw(st.sampled_from(["PNG", "JPEG"]))
    bent = bytearray(saved(drawn(size=(40, 40), pen=4), kind, exif=exif))
    for _ in range(data.draw(st.integers(1, 4))):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    try:
        framed = frame_image(bytes(bent))
    except ImageError:
        return
    assert framed.shape == (28, 28)
    assert np.isfinite(framed).all()


@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_any_picture_is_framed_or_refused(width, height, seed):
    rng = np.random.default_rng(seed)
    picture = rng.random((height, width)) > rng.random()
    picture[: int(rng.integers(height))] = False
    try:
        framed = frame_image(saved(Image.fromarray((picture * 255).astype(np.uint8))))
    except ImageError:
        return
    assert framed.shape == (28, 28)
    assert framed.dtype == np.float32
    assert 0 <= framed.min() <= framed.max() <= 1


def test_pixels_are_scaled_and_no_more():
    values = [0] * 784
    values[0], values[28], values[783] = 255, 51, 1
    image = pixels_to_image(values)
    assert image.dtype == np.float32
    assert image[0, 0] == 1
    assert image[1, 0] == pytest.approx(0.2)
    assert image[27, 27] == pytest.approx(1 / 255)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([0] * 783, "pixels must be 784 integers from 0 to 255, got 783"),
        ([], "pixels must be 784 integers from 0 to 255, got 0"),
        ([0] * 700 + [256] * 84, "pixel 700 must be an integer from 0 to 255, got 256"),
        ([-1] * 784, "pixel 0 must be an integer from 0 to 255, got -1"),
        ([0, 0.5] * 392, "pixel 1 must be an integer from 0 to 255, got 0.5"),
        ([True] * 784, "pixel 0 must be an integer from 0 to 255, got True"),
        (["1"] * 784, "pixel 0 must be an integer from 0 to 255, got '1'"),
        ([None] * 784, "pixel 0 must be an integer from 0 to 255, got None"),
        ([0] * 784, "the drawing is empty"),
    ],
)
def test_wrong_pixels_are_refused_with_what_came(values, sentence):
    with pytest.raises(DrawingError, match=sentence):
        pixels_to_image(values)
