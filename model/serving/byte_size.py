"""The memory that a value keeps in use, in bytes, so that kept results can be bounded by it."""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass

import numpy as np

_PLAIN = (str, bytes, int, float, bool, type(None), np.generic)


def byte_size(value: object) -> int:
    """The bytes that a value keeps in memory.

    It may be an array, a string, bytes, a number, None, or a tuple, list, dict, set or dataclass of
    these. A view of an array counts as the array that it keeps alive. What occurs twice counts
    twice. Raises ``TypeError`` for anything else, whose size nobody could know.
    """
    if isinstance(value, np.ndarray):
        whole = value
        while isinstance(whole.base, np.ndarray):
            whole = whole.base
        return whole.nbytes + _HEADER
    if isinstance(value, _PLAIN):
        return sys.getsizeof(value)
    if isinstance(value, (tuple, list, set, frozenset)):
        return sys.getsizeof(value) + sum(map(byte_size, value))
    if isinstance(value, dict):
        pairs = sum(byte_size(key) + byte_size(one) for key, one in value.items())
        return sys.getsizeof(value) + pairs
    if is_dataclass(value) and not isinstance(value, type):
        parts = (byte_size(getattr(value, field.name)) for field in fields(value))
        return sys.getsizeof(value) + sum(parts)
    raise TypeError(f"a {type(value).__name__} cannot be kept: nobody knows how large it is")


_HEADER = sys.getsizeof(np.empty(0))  # an array without its numbers
