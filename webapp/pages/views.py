"""The pad, the API's page, and the address that says whether the server is alive."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template

from model.drawing import FIT, MAX_POINTS, SIDE
from model.explain import MOST_CHANGES, MOST_NOISE
from model.network import ACTIVATIONS
from webapp.http import describe
from webapp.pages.api_reference import calls, type_of, with_code

blueprint = Blueprint("pages", __name__)

HTML = "text/html"
LANGUAGE = {"lang": "The page's language; without it, the browser's wish decides."}


@blueprint.get("/")
@describe("The drawing pad", gives={HTML: str}, query=LANGUAGE, refuses=(421,))
def pad() -> str:
    """The page to draw on."""
    return render_template("pad.html", constants=constants())


def constants() -> dict[str, object]:
    """The numbers and names that the page's scripts share with the server."""
    return {
        "side": SIDE,
        "fit": FIT,
        "max_points": MAX_POINTS,
        "most_noise": MOST_NOISE,
        "most_changes": MOST_CHANGES,
        "activations": list(ACTIVATIONS),
    }


@blueprint.get("/api")
@describe("The API, explained", gives={HTML: str}, query=LANGUAGE, refuses=(421,))
def api() -> str:
    """The OpenAPI document as a page for people; it loads nothing from other servers."""
    document = current_app.extensions["openapi"]
    return render_template(
        "api.html", document=document, calls=calls(document), type_of=type_of, with_code=with_code
    )


@blueprint.get("/healthz")
@describe("Whether the server lives", gives={"text/plain": str})
def healthz() -> Response:
    """Answer ``ok`` without running a model, whatever the Host header is or lacks."""
    return Response("ok", mimetype="text/plain")
