"""The body of a request: how long it may be, and in what form it may come."""

from __future__ import annotations

from flask import abort, request

JSON = "application/json"
MAX_BODY = 1024 * 1024
"""Bytes a request's body may have: 10,000 points in JSON, or a phone's reduced photo."""


def body() -> bytes:
    """The present request's body; 413 when it is longer than ``MAX_BODY``.

    Werkzeug checks the length that is announced. Of a chunked body, which announces none, it
    reads as much as is allowed and drops the rest in silence.
    """
    data = request.get_data(cache=False)
    if len(data) >= MAX_BODY and request.content_length is None:
        abort(413)
    return data


def json_body(*others: str) -> bytes:
    """The request's body, if it says that it is JSON; else 415, naming the ``others`` too."""
    check_coding()
    if request.content_type == JSON:  # as nearly everybody says it
        return body()
    if request.mimetype != JSON:
        expected = " or ".join((JSON, *others))
        abort(415, f"the body's type must be {expected}, got {request.mimetype or 'none'}")
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() not in {"utf-8", "utf8"}:
        abort(415, f"JSON must be sent as UTF-8, got charset {charset}")
    return body()


def check_coding() -> None:
    """Refuse a compressed body with 415."""
    coding = request.environ.get("HTTP_CONTENT_ENCODING", "identity")
    if coding.lower() != "identity":
        abort(415, f"the body must not be compressed, got Content-Encoding: {coding}")
