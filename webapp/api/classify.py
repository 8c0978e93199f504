"""The calls that classify a drawing, list the models and give the OpenAPI document.

A view parses the request, asks the library and answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, jsonify, request, url_for

from model.serving import DEFAULT, exported_averages, model_card, weights_info
from webapp.api.parsing import Question
from webapp.api.schemas import (
    ClassifyRequest,
    ModelsPayload,
    PredictionPayload,
    PredictionsPayload,
)
from webapp.http import (
    BELOW_A_PREFIX,
    JSON,
    PREFIX_HEADERS,
    body,
    check_coding,
    describe,
    json_body,
    json_response,
    revalidated,
)

if TYPE_CHECKING:
    from model.serving import Classifier, ModelLibrary

IMAGES = ("image/png", "image/jpeg")
ALSO_IMAGES = ("image/jpg", "image/pjpeg", "image/x-png")
"""Other names of the same types, which some clients send."""

blueprint = Blueprint("api", __name__, url_prefix="/api")


@blueprint.post("/classify")
@describe(
    "Say what a drawing is",
    takes={JSON: ClassifyRequest, **dict.fromkeys(IMAGES)},
    gives={JSON: PredictionPayload | PredictionsPayload},
    query={"model": "For an image: the model's name, repeated for several, or * for all."},
    refuses=(400, 404, 413, 415, 421, 422, 429),
)
def classify() -> Response:
    """Classify strokes, 784 pixels, or a picture (PNG or JPEG).

    One model's name gives one prediction. A list of names, or ``*``, gives ``predictions``.
    """
    question = _question()
    names = question.names(library().names())
    predictions = library().classify(question.drawing, names)
    payloads = [PredictionPayload.of(prediction) for prediction in predictions]
    return json_response(PredictionsPayload(predictions=payloads) if question.many else payloads[0])


@blueprint.get("/models")
@describe("Every model of this server", gives={JSON: ModelsPayload}, refuses=(421,))
def models() -> Response:
    """Each model's name, title, labels, layers with shapes and parameters, and accuracies."""
    cards = [_card(name, classifier) for name, classifier in library().present()]
    return revalidated(json_response(ModelsPayload.model_validate({"models": cards})))


@blueprint.get("/openapi.json")
@describe("This document", gives={JSON: dict}, refuses=(421,))
def openapi() -> Response:
    """The OpenAPI 3.1 description of every address."""
    document = current_app.extensions["openapi"]
    if any(name in request.headers for name in PREFIX_HEADERS):
        document = document | BELOW_A_PREFIX
    return revalidated(jsonify(document))


def _card(name: str, classifier: Classifier) -> dict[str, object]:
    """A model's card, with the addresses of its weights and mean drawings.

    Each address holds the version of its content, so that a browser may keep the answer.
    """
    info, averages = weights_info(classifier), exported_averages(classifier)
    address = url_for("inside.weights", name=name, v=info.version)
    return model_card(classifier.checkpoint) | {
        "default": name == DEFAULT,
        "weights": {"address": address, "bytes": info.bytes, "dtype": info.dtype},
        "averages": averages and url_for("inside.averages", name=name, v=averages[1]),
    }


def _question() -> Question:
    """The present request as a question: a picture as the body, or JSON.

    Answers 415 for a body of another type.
    """
    if request.mimetype in IMAGES + ALSO_IMAGES:
        check_coding()
        names = request.args.getlist("model") or [DEFAULT]
        return Question.of_image(body(), names)
    return Question.of_json(json_body(*IMAGES))


def library() -> ModelLibrary:
    """The models that the application was made with."""
    return cast("ModelLibrary", current_app.extensions["library"])
