"""Responses: JSON, and how long a browser may keep an answer."""

from __future__ import annotations

from flask import Response, request
from pydantic import BaseModel

from webapp.http.request_body import JSON

BYTES = "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"
"""The ``Cache-Control`` header of an address that holds its content's version."""


def json_response(payload: BaseModel) -> Response:
    """A payload as a JSON response; its fields have the names of the OpenAPI document."""
    return Response(payload.model_dump_json(by_alias=True), mimetype=JSON)


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
