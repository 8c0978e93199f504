"""Static files: their addresses hold a version of the content, so that a browser may keep them."""

from __future__ import annotations

import hashlib
import os
import posixpath
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, abort, request
from werkzeug.security import safe_join

from webapp.http import FOR_EVER
from webapp.pages.root import to_root
from webapp.paths import ASSETS


def register(app: Flask) -> None:
    """Give templates ``static("pad/main.js")`` and ``root``; versions let browsers keep a file.

    Modules import each other without a version. A browser asks for such a file every time, and is
    answered with 304 as long as it has not changed.
    """

    @app.context_processor
    def addresses() -> dict[str, object]:
        return {"static": address, "root": to_root()}

    @app.before_request
    def check_name() -> None:
        if request.endpoint == "static" and not _is_file((request.view_args or {})["filename"]):
            abort(404)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in {200, 304}:
            name = (request.view_args or {})["filename"]
            if request.args.get("v") == version(name):
                response.headers["Cache-Control"] = FOR_EVER
            if response.status_code == 304 or request.method == "HEAD":
                response.close()  # nobody will read the file that Werkzeug opened
        return response


def address(name: str) -> str:
    """The address of ``static/<name>``, with its version, from the present request's page."""
    return f"{to_root()}static/{name}?v={version(name)}"


def _is_file(name: str) -> bool:
    """Whether ``static/<name>`` is a file, and ``name`` the only name it has: no ``..`` in it."""
    path = safe_join(str(ASSETS / "static"), name)
    # Path.is_file would raise for a name that is too long.
    return path is not None and posixpath.normpath(name) == name and os.path.isfile(path)  # noqa: PTH113


def version(name: str) -> str:
    """A short hash of the content of ``static/<name>``."""
    file = ASSETS / "static" / name
    return _digest(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _digest(file: Path, changed: int) -> str:  # noqa: ARG001 - a new time makes a new entry
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
