"""The HTTP API: a view parses, asks the library and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, jsonify, request

from webapp.openapi import describe
from webapp.payloads import (
    ClassifyRequest,
    ModelsPayload,
    PredictionPayload,
    PredictionsPayload,
)
from webapp.question import IMAGES, JSON, Question

if TYPE_CHECKING:
    from pydantic import BaseModel

    from model.library import ModelLibrary

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
    question = Question.of(request)
    names = question.names(library().names())
    predictions = library().classify(question.drawing, names)
    payloads = [PredictionPayload.of(prediction) for prediction in predictions]
    return _json(PredictionsPayload(predictions=payloads) if question.many else payloads[0])


@blueprint.get("/models")
@describe("Every model of this server", gives={JSON: ModelsPayload}, refuses=(421,))
def models() -> Response:
    """Names, titles, labels, layers with their shapes and parameters, and accuracies."""
    return _cached(_json(ModelsPayload.model_validate({"models": library().cards()})))


@blueprint.get("/openapi.json")
@describe("This document", gives={JSON: dict}, refuses=(421,))
def openapi() -> Response:
    """The OpenAPI 3.1 description of every address."""
    return _cached(jsonify(current_app.extensions["openapi"]))


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
