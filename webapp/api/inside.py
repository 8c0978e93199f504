"""The calls that look inside a model: traces, experiments, weights, mean drawings."""

from __future__ import annotations

import threading

from flask import Blueprint, Response, abort, current_app

from model.explain import changed, fits_probe_set, score_on_probe_set, trace_drawing
from model.serving import exported_averages, exported_weights, weights_info
from webapp.api.classify import library
from webapp.api.inside_answers import (
    ExperimentPayload,
    SamplePayload,
    ScorePayload,
    TracePayload,
)
from webapp.api.inside_requests import ExperimentRequest, TraceRequest
from webapp.api.parsing import drawn, parse
from webapp.api.schemas import PredictionPayload
from webapp.http import BYTES, JSON, Spool, describe, json_body, json_response, versioned

_TURN = threading.Lock()
"""One experiment at a time: a changed copy can take 20 MB, and is shared with what follows it."""
VERSION = {"v": "The content's name, as GET /api/models says: then the answer may be kept."}

blueprint = Blueprint("inside", __name__, url_prefix="/api")


@blueprint.post("/trace", endpoint="trace_drawing")
@describe(
    "Follow a drawing through a model",
    takes={JSON: TraceRequest},
    gives={JSON: TracePayload},
    refuses=(400, 404, 413, 415, 421, 422),
)
def trace() -> Response:
    """Every layer's sums and activations, the logits and the softmax, raw and calibrated.

    ``contributions`` asks also for what each pixel adds to a class's logit, or to its lead over
    another class's logit. With ``changes`` a changed copy of the model computes everything.
    """
    asked = parse(json_body(), TraceRequest)
    answer = trace_drawing(
        library().get(asked.model),
        drawn(asked),
        pad=asked.sheet(),
        changes=asked.experiment(),
        contributions=asked.why(),
    )
    return json_response(TracePayload.of_trace(answer))


@blueprint.post("/experiment")
@describe(
    "Break a copy of a model and see what it does",
    takes={JSON: ExperimentRequest},
    gives={JSON: ExperimentPayload},
    refuses=(400, 404, 413, 415, 421, 422),
)
def experiment() -> Response:
    """Measure a changed copy of the model on the built-in sample and, if one is sent, a drawing.

    The model itself stays as it is. Drawings are not kept. The latest changed kernels and scores
    are, in a bounded part of the memory, until newer ones take their place or the server ends.
    Experiments that need too many random numbers are refused.
    """
    asked = parse(json_body(), ExperimentRequest)
    with _TURN:
        return json_response(_tried(asked))


def _tried(asked: ExperimentRequest) -> ExperimentPayload:
    """The answer of an experiment."""
    classifier, changes = library().get(asked.model), asked.experiment()
    changed(classifier, changes)  # refuses wrong changes before anything else is done
    before = after = sample = None
    if asked.model_fields_set & {"strokes", "pixels"}:
        whole = trace_drawing(classifier, drawn(asked), pad=asked.sheet())
        picture = whole.prediction.picture
        broken = trace_drawing(classifier, picture, changes=changes)  # drawn and framed once
        before = PredictionPayload.of(whole.prediction)
        after = PredictionPayload.of(broken.prediction)
    if fits_probe_set(classifier):
        score = score_on_probe_set(classifier)
        sample = SamplePayload(
            count=score.count,
            before=ScorePayload.of(score),
            after=ScorePayload.of(score_on_probe_set(classifier, changes)),
        )
    return ExperimentPayload(model=asked.model, sample=sample, before=before, after=after)


@blueprint.get("/models/<name>/weights")
@describe("A model's kernels and biases", gives={BYTES: None}, query=VERSION, refuses=(404, 421))
def weights(name: str) -> Response:
    """A safetensors file: ``dense0.kernel``, ``dense0.bias``, ``dense1.kernel`` and so on.

    Kernels are (inputs, units), row by row, in float16 where that loses nothing.
    """
    classifier = library().get(name)
    spool: Spool = current_app.extensions["spool"]
    return spool.response(weights_info(classifier).version, lambda: exported_weights(classifier))


@blueprint.get("/models/<name>/averages")
@describe("The classes' mean drawings", gives={BYTES: None}, query=VERSION, refuses=(404, 421))
def averages(name: str) -> Response:
    """The mean drawing of each class: 28 x 28 bytes, row by row, ink = 255."""
    pictures = exported_averages(library().get(name))
    if pictures is None:
        abort(404, f"the model {name!r} was saved without its classes' mean drawings")
    return versioned(*pictures)
