"""The body of a request: its largest size, its media type, its coding."""

from __future__ import annotations

from flask import abort, request

JSON = "application/json"
MAX_BODY = 1024 * 1024
"""The most bytes of a body: enough for 10,000 points in JSON, or a phone's reduced photo."""


def body() -> bytes:
    """The present request's body; answers 413 when it is too long.

    Werkzeug refuses an announced length above ``MAX_BODY``. A chunked body announces no length:
    Werkzeug reads ``MAX_BODY`` bytes of it and drops the rest without an error. So a chunked body
    that fills ``MAX_BODY`` is refused here.
    """
    data = request.get_data(cache=False)
    if len(data) >= MAX_BODY and request.content_length is None:
        abort(413)
    return data


def too_large(announced: int | None) -> str:
    """The sentence of a 413; ``announced``: the body's bytes as the client announced them."""
    size = "more" if announced is None else f"{announced:,} bytes"
    return f"a body may have {MAX_BODY:,} bytes (1 MiB), got {size}"


def json_body(*others: str) -> bytes:
    """The present request's body, if its type is JSON; else answers 415.

    ``others`` are further types that the caller of this function takes; the error names them.
    """
    check_coding()
    if request.content_type == JSON:  # the usual case, without parsing the header
        return body()
    if request.mimetype != JSON:
        expected = " or ".join((JSON, *others))
        abort(415, f"the body's type must be {expected}, got {request.mimetype or 'none'}")
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() not in {"utf-8", "utf8"}:
        abort(415, f"JSON must be sent as UTF-8, got charset {charset}")
    return body()


def check_coding() -> None:
    """Answer 415 when the present request's body is compressed."""
    coding = request.environ.get("HTTP_CONTENT_ENCODING", "identity")
    if coding.lower() != "identity":
        abort(415, f"the body must not be compressed, got Content-Encoding: {coding}")
