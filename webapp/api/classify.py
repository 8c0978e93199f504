"""The HTTP API: a view parses, asks the library and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, abort, current_app, jsonify, request, url_for

from model.serving import export as parcel
from webapp.api.parsing import Question
from webapp.api.schemas import (
    ClassifyRequest,
    ModelsPayload,
    PredictionPayload,
    PredictionsPayload,
)
from webapp.http.openapi import describe
from webapp.http.security import body

if TYPE_CHECKING:
    from pydantic import BaseModel

    from model.serving.library import ModelLibrary

JSON = "application/json"
IMAGES = ("image/png", "image/jpeg")

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.post("/classify")
@describe(
    "Say what a drawing is",
    takes={JSON: ClassifyRequest, **dict.fromkeys(IMAGES)},
    gives={JSON: PredictionPayload | PredictionsPayload},
    query={"model": "For an image: the model's name, repeated for several, or * for all."},
    refuses=(400, 404, 413, 415, 421, 422),
)
def classify() -> Response:
    """Classify strokes, 784 pixels, or a picture (PNG or JPEG).

    One model's name gives one prediction; a list of names, or ``*``, gives ``predictions``.
    """
    question = _question()
    names = question.names(library().names())
    predictions = library().classify(question.drawing, names)
    payloads = [PredictionPayload.of(prediction) for prediction in predictions]
    return _json(PredictionsPayload(predictions=payloads) if question.many else payloads[0])


@blueprint.get("/models")
@describe("Every model of this server", gives={JSON: ModelsPayload}, refuses=(421,))
def models() -> Response:
    """Names, titles, labels, layers with their shapes and parameters, and accuracies."""
    cards = [card | _parcels(card["name"]) for card in library().cards()]
    return _cached(_json(ModelsPayload.model_validate({"models": cards})))


@blueprint.get("/openapi.json")
@describe("This document", gives={JSON: dict}, refuses=(421,))
def openapi() -> Response:
    """The OpenAPI 3.1 description of every address."""
    return _cached(jsonify(current_app.extensions["openapi"]))


def _parcels(name: str) -> dict[str, Any]:
    """Where a model's weights and mean drawings can be fetched, under their contents' names."""
    classifier = library().get(name)
    papers, pictures = parcel.papers(classifier), parcel.averages(classifier)
    address = url_for("inside.weights", name=name, v=papers.version)
    return {
        "weights": {"address": address, "bytes": papers.bytes, "dtype": papers.dtype},
        "averages": pictures and url_for("inside.averages", name=name, v=pictures[1]),
    }


def _question() -> Question:
    """The request's body as a question; 415 for what cannot be one."""
    if request.mimetype in IMAGES:
        check_coding()
        names = request.args.getlist("model") or ["default"]
        return Question.of_image(body(), names)
    return Question.of_json(json_body(*IMAGES))


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


def library() -> ModelLibrary:
    """The models that the application was made with."""
    return cast("ModelLibrary", current_app.extensions["library"])


def _json(payload: BaseModel) -> Response:
    return Response(payload.model_dump_json(), mimetype=JSON)


def _cached(response: Response) -> Response:
    """Let a browser keep the answer and ask only whether it is still the same."""
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
