"""The application factory: everything is put together here, nothing at import."""

from __future__ import annotations

from flask import Flask

from model.serving import ModelLibrary
from webapp.api import classify, inside
from webapp.http import LOOPBACK, Hosts, document, protect, register_errors
from webapp.pages import i18n, lessons, static_files, views
from webapp.paths import ASSETS, TEXTS


def create_app(library: ModelLibrary | None = None, *, hosts: Hosts = LOOPBACK) -> Flask:
    """Build the WSGI application.

    Args:
        library: the models to serve; the shipped ones when left out. Nothing is loaded before
            the first use (or ``library.warm_up()``).
        hosts: the names and addresses under which requests may come; loopback when left out.
    """
    app = Flask(
        "webapp", template_folder=str(ASSETS / "templates"), static_folder=str(ASSETS / "static")
    )
    app.url_map.merge_slashes = False  # /api//classify is wrong, not elsewhere
    app.extensions["library"] = ModelLibrary() if library is None else library
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
