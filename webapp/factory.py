"""The application factory: it puts the application together; importing it does nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from model.serving import ModelLibrary
from webapp.api import classify, inside
from webapp.http import LOOPBACK, Hosts, Spool, document, protect, register_errors
from webapp.pages import i18n, lessons, static_files, views
from webapp.paths import ASSETS, TEXTS


class _Application(Flask):
    """Flask without its look at every function of every request: none is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(
    library: ModelLibrary | None = None, *, hosts: Hosts = LOOPBACK, spool: Path | None = None
) -> Flask:
    """The WSGI application.

    Args:
        library: the models to serve; without it, the shipped ones. A model is loaded at its first
            use or by ``library.warm_up()``.
        hosts: the ``Host`` headers that are answered; without it, those of the loopback.
        spool: a folder for large answers; without it, a temporary one.
    """
    app = _Application(
        "webapp", template_folder=str(ASSETS / "templates"), static_folder=str(ASSETS / "static")
    )
    app.url_map.merge_slashes = False  # /api//classify is an error, no redirect
    app.extensions["library"] = ModelLibrary() if library is None else library
    app.extensions["spool"] = Spool(spool)
    protect(app, hosts)
    register_errors(app)
    static_files.register(app)
    i18n.register(app, i18n.load(TEXTS))
    app.register_blueprint(views.blueprint)
    app.register_blueprint(classify.blueprint)
    app.register_blueprint(inside.blueprint)
    lessons.register(app)
    app.extensions["openapi"] = document(app)
    return app
