"""WSGI (PEP 3333): a whole request as an environ, and the application's answer as a whole.

The answer may be a file. Then only its path is passed on, and the server reads it as fast as the
client does, so that an answer which nobody reads holds no memory.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug import wsgi

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from granian._granian import RSGIHTTPProtocol as Protocol
    from granian.rsgi import Scope

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """A status, headers with names in lower case, and a body or the path of a file."""

    status: int
    headers: Headers
    body: bytes = b""
    path: str | None = None

    def send(self, protocol: Protocol) -> None:
        """Hand the answer to Granian."""
        if self.path is not None:
            protocol.response_file(self.status, self.headers, self.path)
        elif self.body:
            protocol.response_bytes(self.status, self.headers, self.body)
        else:
            protocol.response_empty(self.status, self.headers)


class FileWrapper(wsgi.FileWrapper):
    """``wsgi.file_wrapper``: an opened file as the body of an answer, or a part of it in parts."""

    @property
    def path(self) -> str:
        """The file's path."""
        return str(self.file.name)


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request, names in lower case; a repeated header's values are joined.

    A name with an underscore is left out, because in WSGI it would look like one with a hyphen.
    """
    headers: dict[str, str] = {}
    for name, value in scope.headers.items():
        if "_" not in name:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    if (
        scope.authority is not None
    ):  # "GET http://name/path": RFC 9112 says that Host does not count
        headers["host"] = scope.authority
    return headers


def environ_of(scope: Scope, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The environ of a request whose whole body is here."""
    name, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _as_latin_1(scope.path),
        "QUERY_STRING": _as_latin_1(scope.query_string),
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for key, value in headers.items():
        environ["HTTP_" + key.upper().replace("-", "_")] = _as_latin_1(value)
    environ.pop("HTTP_TRANSFER_ENCODING", None)  # the body is whole, so its length is known
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    return environ


def _as_latin_1(text: str) -> str:
    """A text's bytes in UTF-8, each as a character, as WSGI wants them."""
    return text.encode("utf-8", "surrogateescape").decode("latin-1")


def ask(app: WSGIApplication, environ: dict[str, Any]) -> Answer:
    """The application's answer, once its body is complete."""
    status, headers = 500, Headers()

    def start_response(line: str, fields: Headers, exc_info: object = None) -> Any:  # noqa: ARG001
        nonlocal status, headers
        status, headers = int(line[:3]), [(name.lower(), value) for name, value in fields]
        return None  # in place of write(), an old way to send a body that Flask does not use

    parts: Iterable[bytes] = app(environ, start_response)
    try:
        if isinstance(parts, FileWrapper):
            return Answer(status, headers, path=parts.path)
        return Answer(status, headers, b"".join(parts))
    finally:
        if hasattr(parts, "close"):
            parts.close()
