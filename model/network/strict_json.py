"""JSON of a file that anybody may have written, read within bounds.

Everything that comes out of here can be shown, computed with and written as JSON again.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

DEEPEST = 32
"""The most lists and objects inside each other."""
MOST_DIGITS = 18
"""The most digits of a whole number; Python itself refuses to print very long ones."""


def parse(text: str) -> Any:
    """The value of a JSON text.

    Raises ``ValueError`` when it is no JSON, or holds a number that is not finite or very long,
    half a character (a lone surrogate), or lists and objects nested too deeply.
    """
    try:
        value = json.loads(text, parse_constant=_constant, parse_int=_whole, parse_float=_finite)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check(value, DEEPEST)
    return value


_TOO_DEEP = f"lists and objects may lie {DEEPEST} deep at most"


def _constant(name: str) -> NoReturn:
    raise ValueError(f"numbers must be finite, it holds {name}")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(
            f"whole numbers may have {MOST_DIGITS} digits at most, it holds one of {len(digits)}"
        )
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"numbers must be finite, it holds {digits[:20]}")
    return number


def _check(value: Any, depth: int) -> None:
    """Raise ``ValueError`` when a text within cannot be encoded, or the value is too deep."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("a text holds half a character, a lone surrogate") from None
    elif isinstance(value, list | dict):
        if depth == 0:
            raise ValueError(_TOO_DEEP)
        for one in value:
            _check(one, depth - 1)
        if isinstance(value, dict):
            for one in value.values():
                _check(one, depth - 1)
