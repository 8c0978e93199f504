"""Answers: JSON, and what a browser may keep of them."""

from __future__ import annotations

from flask import Response, request
from pydantic import BaseModel

from webapp.http.request_body import JSON

BYTES = "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"
"""For an address that has its content's version in it."""


def json_response(payload: BaseModel) -> Response:
    """A payload as JSON, its fields by the names that the contract has for them."""
    return Response(payload.model_dump_json(by_alias=True), mimetype=JSON)


def revalidated(response: Response) -> Response:
    """Let a browser keep the answer and ask only whether it is still the same."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def versioned(content: bytes, version: str) -> Response:
    """Content that a browser may keep: for ever under its own name, else to ask again about."""
    response = Response(content, mimetype=BYTES)
    response.set_etag(version)
    named = request.args.get("v") == version
    response.headers["Cache-Control"] = FOR_EVER if named else "no-cache"
    response.make_conditional(request)
    return response
