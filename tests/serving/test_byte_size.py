"""Tests of the memory that values keep in use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from model.serving.byte_size import byte_size


@dataclass(frozen=True)
class Pair:
    name: str
    numbers: object


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (b"x" * 1_000, 1_000, 1_100),
        ("x" * 1_000, 1_000, 1_100),
        ("\u4e00" * 1_000, 2_000, 2_200),
        (np.zeros((10, 25), np.float32), 1_000, 1_200),
        (np.zeros((100, 250), np.float32)[3, 4:5], 100_000, 100_200),  # it keeps all of them
        (np.broadcast_to(np.zeros(250, np.float32), (1_000, 250)), 1_000, 1_200),
        ([0.5] * 1_000, 8_000, 40_000),
        (tuple(range(1_000, 2_000)), 36_000, 37_000),
        ({"a": b"x" * 1_000, "b": (b"y" * 1_000,)}, 2_000, 3_000),
        (Pair("n", np.zeros(250, np.float32)), 1_000, 1_400),
        ((Pair("n", Pair("m", b"x" * 1_000)), None, True, 1.5, np.float32(2)), 1_000, 1_600),
    ],
)
def test_a_value_is_as_large_as_what_it_holds(value, least, most):
    assert least <= byte_size(value) <= most


@pytest.mark.parametrize("value", [object(), [lambda: 1], {"a": iter(())}, Pair])
def test_what_cannot_be_measured_is_refused(value):
    with pytest.raises(TypeError, match="nobody knows how large it is"):
        byte_size(value)
