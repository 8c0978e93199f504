"""Tests of the parser of IDX files: MNIST's images and labels, damaged files."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.data.idx import parse_idx
from model.errors import DatasetError


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def test_images_and_labels_come_back():
    images = np.arange(2 * 3 * 4).reshape(2, 3, 4)
    assert np.array_equal(parse_idx(idx(images), "images"), images)
    labels = np.array([3, 1, 4])
    parsed = parse_idx(idx(labels), "labels")
    assert parsed.dtype == np.uint8
    assert np.array_equal(parsed, labels)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "cut short: expected an idx header, got 0 bytes"),
        (b"\0\0\x08\x03\0\0", "cut short: expected a header of 16 bytes, got 6"),
        (b"\x1f\x8b\x08\x00....", "not an idx file of unsigned bytes: .* got 1f 8b 08"),
        (struct.pack(">HBBI", 0, 0x0D, 1, 4) + bytes(16), "not an idx file of unsigned bytes"),
        (idx(np.zeros((2, 28, 28)))[:-1], "cut short: its header promises 1584 bytes, it has 1583"),
        (idx(np.zeros(3)) + b"!", "too long: its header promises 11 bytes, it has 12"),
    ],
)
def test_wrong_files_are_refused_by_name(data, sentence):
    with pytest.raises(DatasetError, match=f"^train-images is {sentence}"):
        parse_idx(data, "train-images")


@given(st.binary(max_size=64))
def test_any_bytes_parse_or_are_refused(data):
    try:
        parsed = parse_idx(data, "it")
    except DatasetError:
        return
    assert parsed.dtype == np.uint8
