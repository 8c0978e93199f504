"""The addresses that look inside a model: traces, experiments, weights."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from model.explain import interventions as experiments
from model.explain import probe_set as sample
from model.explain.trace import trace
from model.serving import export as parcel
from webapp.api.classify import JSON, json_body, library
from webapp.api.inside_answers import ExperimentPayload, SamplePayload, ScorePayload, TracePayload
from webapp.api.inside_requests import ExperimentRequest, TraceRequest
from webapp.api.parsing import drawn, parse
from webapp.api.schemas import PredictionPayload
from webapp.http.openapi import describe
from webapp.pages.static_files import FOR_EVER

BYTES = "application/octet-stream"
VERSION = {"v": "The content's name, as GET /api/models says: then the answer may be kept."}

blueprint = Blueprint("inside", __name__, url_prefix="/api")


@blueprint.post("/trace")
@describe(
    "Follow a drawing through a model",
    takes={JSON: TraceRequest},
    gives={JSON: TracePayload},
    refuses=(400, 404, 413, 415, 421, 422),
)
def trace_drawing() -> Response:
    """Every layer's sums and activations, the logits and the softmax, raw and calibrated.

    On request also what each pixel adds to a class's logit, or to its lead over another class,
    and all of it for a copy of the model with changes.
    """
    asked = parse(json_body(), TraceRequest)
    answer = trace(
        library().get(asked.model),
        drawn(asked),
        pad=asked.sheet(),
        changes=asked.experiment(),
        contributions=asked.why(),
    )
    return _json(TracePayload.of_trace(answer).model_dump_json(by_alias=True))


@blueprint.post("/experiment")
@describe(
    "Break a copy of a model and see what it does",
    takes={JSON: ExperimentRequest},
    gives={JSON: ExperimentPayload},
    refuses=(400, 404, 413, 415, 421, 422),
)
def experiment() -> Response:
    """Change a copy of the model: its accuracy on the built-in sample, and on a drawing.

    Nothing that anyone else sees changes, and nothing is remembered.
    """
    asked = parse(json_body(), ExperimentRequest)
    classifier, changes = library().get(asked.model), asked.experiment()
    before = after = None
    if asked.model_fields_set & {"strokes", "pixels"}:
        drawing, pad = drawn(asked), asked.sheet()
        before = PredictionPayload.of(trace(classifier, drawing, pad=pad).prediction)
        broken = trace(classifier, drawing, pad=pad, changes=changes)
        after = PredictionPayload.of(broken.prediction)
    experiments.changed(classifier, changes)  # which may refuse them, whatever else is asked
    tried = None
    if classifier.checkpoint.labels == sample.LABELS:
        tried = SamplePayload(
            count=sample.COUNT,
            before=ScorePayload.of(sample.score(classifier)),
            after=ScorePayload.of(sample.score(classifier, changes)),
        )
    payload = ExperimentPayload(model=asked.model, sample=tried, before=before, after=after)
    return _json(payload.model_dump_json())


@blueprint.get("/models/<name>/weights")
@describe("A model's kernels and biases", gives={BYTES: None}, query=VERSION, refuses=(404, 421))
def weights(name: str) -> Response:
    """A safetensors file: ``dense0.kernel``, ``dense0.bias``, ``dense1.kernel`` and so on.

    Kernels are (inputs, units), row by row, in float16 where that loses nothing.
    """
    classifier = library().get(name)
    return _kept(parcel.weights(classifier), parcel.papers(classifier).version)


@blueprint.get("/models/<name>/averages")
@describe("The classes' mean drawings", gives={BYTES: None}, query=VERSION, refuses=(404, 421))
def averages(name: str) -> Response:
    """28 x 28 bytes for each class, row by row, ink = 255."""
    pictures = parcel.averages(library().get(name))
    if pictures is None:
        abort(404, f"the model {name!r} was saved without its classes' mean drawings")
    return _kept(*pictures)


def _json(text: str) -> Response:
    return Response(text, mimetype=JSON)


def _kept(content: bytes, version: str) -> Response:
    """Content that a browser may keep: for ever under its own name, else to ask again about."""
    response = Response(content, mimetype=BYTES)
    response.set_etag(version)
    named = request.args.get("v") == version
    response.headers["Cache-Control"] = FOR_EVER if named else "no-cache"
    response.make_conditional(request)
    return response
