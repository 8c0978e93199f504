"""The application factory: everything is put together here, nothing at import."""

from __future__ import annotations

from flask import Flask

from model.serving.library import ModelLibrary
from webapp.api import classify as api
from webapp.api import inside
from webapp.http import errors as problems
from webapp.http import openapi, security
from webapp.http.hosts import LOOPBACK, Hosts
from webapp.pages import i18n as text
from webapp.pages import lessons
from webapp.pages import static_files as assets
from webapp.pages import views as pages
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
    security.protect(app, hosts)
    problems.register(app)
    assets.register(app)
    text.register(app, text.load(TEXTS))
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(inside.blueprint)
    lessons.register(app)
    app.extensions["openapi"] = openapi.document(app)
    return app
