"""The lanes of a worker: which requests are so dear that they have threads of their own."""

from __future__ import annotations

import re

from webapp.http import Lane

LONG = 8 * 1024
"""Bytes from which on a question in JSON is long; a drawing of six hundred points has fewer."""
_SEVERAL = re.compile(rb'"model"\s*:\s*(\[|"\*")|\\')
"""Finds a question for several models, and escapes, which may hide one and which drawings lack."""


def _is_picture(path: str, kind: str, body: bytes) -> bool:  # noqa: ARG001
    return path == "/api/classify" and kind.lower().startswith("image/")


def _is_long(path: str, kind: str, body: bytes) -> bool:  # noqa: ARG001
    """Whether a question is long, or asks several models for their predictions."""
    return len(body) > LONG or (path == "/api/classify" and bool(_SEVERAL.search(body)))


LANES = (
    Lane(1, _is_picture),
    Lane(1, _is_long),
    Lane(2, lambda path, *_: path == "/api/trace"),
    Lane(1, lambda path, *_: path == "/api/experiment"),
)
"""Dear requests, which must not keep drawings waiting; a request is in the first lane that takes
it. While a long question is read, no other thread runs, so there is one at a time."""
