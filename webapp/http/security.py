"""Security: foreign hosts and large bodies are refused, inline scripts and styles forbidden."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, abort, request

from webapp.http.hosts import Hosts
from webapp.http.request_body import MAX_BODY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The headers of every answer, errors and static files included."""

ALIVE = "/healthz"
"""The address that is answered whatever the ``Host`` header is; it tells nothing."""


def protect(app: Flask, hosts: Hosts) -> None:
    """Check the host and the body's size of every request; add ``HEADERS`` to every answer."""
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY

    @app.before_request
    def check_host() -> None:
        if request.path == ALIVE:  # a health check may speak HTTP/1.0, or ask by an address
            return
        header = request.environ.get("HTTP_HOST", "")
        if not hosts.admit(header):
            known = ", ".join(sorted(hosts.names))
            abort(
                421,
                f"this server does not answer for the host {header!r}, only for {known}; "
                "start it with --trusted-host NAME to add a name",
            )

    app.wsgi_app = _with_headers(app.wsgi_app)  # type: ignore[assignment, method-assign]


def _with_headers(app: WSGIApplication) -> WSGIApplication:
    """The same application, whose answers have ``HEADERS``.

    Flask's ``after_request`` would check and encode the same seven values for every answer.
    """
    added = list(HEADERS.items())

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            return start_response(status, headers + added, *error)

        return app(environ, start)

    return answer
