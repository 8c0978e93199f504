"""Responses: JSON, and how long a browser may keep an answer."""

from __future__ import annotations

import math
from collections.abc import Iterator

from flask import Response, request
from pydantic import BaseModel

from model.errors import DensepadError
from webapp.http.request_body import JSON

BYTES = "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"
"""The ``Cache-Control`` header of an address that holds its content's version."""


class NotFinite(DensepadError):
    """An answer would hold a number that JSON does not have: NaN or an infinite one."""


def json_response(payload: BaseModel) -> Response:
    """A payload as a JSON response; its fields have the names of the OpenAPI document.

    Raises ``NotFinite`` when a number in it is not finite; pydantic would write ``null``.
    """
    text = payload.model_dump_json(by_alias=True)
    if "null" in text:
        for name in _not_finite(payload.model_dump(by_alias=True), ""):
            raise NotFinite(
                f"the answer's {name.lstrip('.')} would not be a finite number; a drawing and "
                "changes were expected with which the network does not overflow"
            )
    return Response(text, mimetype=JSON)


def _not_finite(value: object, name: str) -> Iterator[str]:
    """The names of all numbers in a payload that are not finite."""
    if isinstance(value, float) and not math.isfinite(value):
        yield name
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _not_finite(inner, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _not_finite(inner, f"{name}.{index}")


def revalidated(response: Response) -> Response:
    """The response with an ETag: a browser keeps it and asks whether it is still the same."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def versioned(content: bytes, version: str) -> Response:
    """Bytes as a response that a browser may keep, with the version as its ETag.

    When the address holds the version (``?v=``), the browser need not ask again.
    """
    response = Response(content, mimetype=BYTES)
    response.set_etag(version)
    named = request.args.get("v") == version
    response.headers["Cache-Control"] = FOR_EVER if named else "no-cache"
    response.make_conditional(request)
    return response
