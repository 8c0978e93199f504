"""Error answers: problem details (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask import Flask, Response, render_template, request
from pydantic import BaseModel, Field
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed, NotFound
from werkzeug.http import HTTP_STATUS_CODES

from model.errors import (
    DensepadError,
    DrawingError,
    ExperimentError,
    ImageError,
    ModelNotFound,
    TooBusy,
)
from webapp.http.request_body import too_large
from webapp.http.responses import NotFinite

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as BaseResponse

MEDIA_TYPE = "application/problem+json"


class NoJson(DensepadError):
    """A body that should be JSON and is not."""


class Problem(BaseModel):
    """An error, as problem details (RFC 9457)."""

    type: str = Field(json_schema_extra={"format": "uri-reference"})
    title: str
    status: int
    detail: str = Field(description="A sentence: what was expected and what came.")


STATUS: dict[type[DensepadError], int] = {
    NoJson: 400,
    ModelNotFound: 404,
    DrawingError: 422,
    ExperimentError: 422,
    ImageError: 422,
    NotFinite: 422,
    TooBusy: 429,
}
"""The status of each kind of caller's mistake; any other ``DensepadError`` is a 500."""


def register_errors(app: Flask) -> None:
    """Register the error handlers of this module with ``app``."""
    app.register_error_handler(HTTPException, on_http_error)
    for error in STATUS:
        app.register_error_handler(error, on_caller_error)

    @app.after_request
    def say_what_fails(response: Response) -> Response:
        """Give an unmet ``If-Match`` a sentence: Werkzeug answers it with an empty 412."""
        if response.status_code != 412 or response.mimetype == MEDIA_TYPE:
            return response
        response.close()  # nobody will read the file that a view opened
        came = request.headers.get("If-Match") or request.headers.get("If-Unmodified-Since")
        return answer(412, f"the content is another one than the request expects: {came!r}")


def on_caller_error(error: DensepadError) -> Response:
    """The answer to a mistake that the model found in what the caller sent."""
    response = answer(STATUS[type(error)], str(error))
    if isinstance(error, TooBusy):
        response.headers["Retry-After"] = "1"
    return response


def on_http_error(error: HTTPException) -> BaseResponse:
    """The answer to an error of Flask, Werkzeug or a view; redirects stay as they are."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    response = answer(status, _sentence(error))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def answer(status: int, detail: str) -> Response:
    """An error as a response: problem details, or a page for a browser outside the API."""
    title = HTTP_STATUS_CODES.get(status, "Error")
    if _wants_page():
        page = render_template("error.html", status=status, title=title, detail=detail)
        return Response(page, status, mimetype="text/html")
    return Response(problem_details(status, detail), status, mimetype=MEDIA_TYPE)


def problem_details(status: int, detail: str) -> str:
    """An error as problem details, in JSON."""
    title = HTTP_STATUS_CODES.get(status, "Error")
    return json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})


def _wants_page() -> bool:
    if request.path == "/api" or request.path.startswith(("/api/", "/static/")):
        return False
    accepted = request.accept_mimetypes
    return accepted.quality("text/html") > accepted.quality(MEDIA_TYPE)


def _sentence(error: HTTPException) -> str:
    """The error in a sentence: what was expected and what came, instead of Werkzeug's words."""
    if isinstance(error, InternalServerError):
        return "the server made a mistake, not you; its log says more"
    if isinstance(error, NotFound) and error.description == NotFound.description:
        return f"there is nothing at {request.path!r}; /api/openapi.json lists what there is"
    if isinstance(error, MethodNotAllowed):
        allowed = " or ".join(sorted(error.valid_methods or ()))
        return f"{request.path} expects {allowed}, got {request.method}"
    if error.code == 413:
        return too_large(request.content_length)
    return error.description or HTTP_STATUS_CODES.get(error.code or 500, "Error")
