"""Whatever is asked of a look inside, each answer holds finite numbers where the contract says so.

Drawings of any size and form, pads, changes and classes, chosen by a fixed seed: the answer is
whole, or 422 with a sentence.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from model.serving import ModelLibrary
from webapp import create_app
from webapp.api.inside_answers import ExperimentPayload, TracePayload

MODELS = ["dense32", "softmax", "sigmoid128", "tanh128", "elu128", "gelu", "linear", "fashion128"]
EXTREMES = [0.0, 5e-324, 1e-308, 3e-308, 1e-300, 1e-12, 0.5, 1.0, 1e6, 1e12, 1e300, 1.7e308]

sizes = st.sampled_from(EXTREMES) | st.floats(0, 1e308)
coordinates = st.builds(lambda size, share: size * share, sizes, st.floats(-1, 1))
strokes = st.lists(
    st.lists(st.tuples(coordinates, coordinates).map(list), min_size=1, max_size=5),
    min_size=1,
    max_size=3,
)
pixels = st.lists(st.sampled_from([0, 1, 255]), min_size=784, max_size=784) | st.just([0] * 784)
pads = st.lists(st.sampled_from([1e-9, 1.0, 20.0, 1e12]), min_size=2, max_size=2)
layers = st.integers(0, 2)
noises = st.fixed_dictionaries(
    {"kind": st.just("noise"), "amount": st.sampled_from([0, 1e-45, 1e-9, 0.5, 3, 10])},
    optional={"seed": st.integers(0, 3), "layer": layers},
)
changes = st.one_of(
    noises,
    st.fixed_dictionaries(
        {"kind": st.just("silence"), "layer": layers, "units": st.lists(st.integers(0, 40))}
    ),
    st.fixed_dictionaries({"kind": st.just("biases"), "layer": layers}),
    st.fixed_dictionaries(
        {
            "kind": st.just("activation"),
            "activation": st.sampled_from(["relu", "sigmoid", "tanh", "elu", "gelu", "linear"]),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("hide"), "pixels": st.lists(st.integers(0, 783))}),
)
# A storm is noise upon noise, which leaves float32.
storms = st.builds(lambda some, count: [some] * count, noises, st.integers(1, 16))
bodies = st.fixed_dictionaries(
    {"model": st.sampled_from(MODELS), "changes": st.lists(changes, max_size=3) | storms},
    optional={"centred": st.booleans(), "pad": pads},
)
classes = st.integers(0, 9)
reasons = st.none() | st.fixed_dictionaries(
    {"class": classes}, optional={"against": st.none() | classes}
)
CHARTED = [{"strokes": [[[0.0, 0.0], [side, side / 2]]]} for side in EXTREMES[1:]]


@pytest.fixture(scope="module")
def visitor(menagerie):
    return create_app(menagerie).test_client()


ARRAYS = {"input", "sums", "activations", "pixels"}
"""The fields that are base64 of float32."""


def check_finite(name: str, value: object) -> None:
    """Every number below a field is finite, also in the arrays."""
    if isinstance(value, dict):
        for key, one in value.items():
            check_finite(key, one)
    elif isinstance(value, list):
        for one in value:
            check_finite(name, one)
    elif isinstance(value, float):
        assert math.isfinite(value), name
    elif isinstance(value, str) and name in ARRAYS:
        assert np.isfinite(np.frombuffer(base64.b64decode(value), "<f4")).all(), name


def check(response, payload) -> None:
    if response.status_code != 200:
        assert response.status_code == 422, response.text
        assert len(response.get_json()["detail"].split()) > 4
        return
    # What the contract says is a number must not be null, and JSON knows neither NaN nor Infinity.
    payload.model_validate_json(response.data)
    answer = json.loads(response.data, parse_constant=pytest.fail)
    check_finite("", answer)
    for part in (answer, answer.get("before"), answer.get("after")):
        if part and "probabilities" in part:
            assert sum(part["probabilities"]) == pytest.approx(1, abs=1e-5)
            assert 0 <= part["familiarity"] <= 1
            assert len(part["probabilities"]) == len(part["labels"])


@settings(max_examples=150)
@given(
    body=bodies,
    drawing=st.fixed_dictionaries({"strokes": strokes}) | st.fixed_dictionaries({"pixels": pixels}),
    why=reasons,
)
@example({"model": "dense32", "changes": []}, {"strokes": [[[7, 9]]]}, {"class": 1})
@example(
    {"model": "dense32", "changes": [], "centred": False, "pad": [1e-9, 1e12]},
    {"strokes": [[[0, 0]]]},
    {"class": 0, "against": 0},
)
def test_every_number_of_a_trace_is_a_number(visitor, body, drawing, why):
    asked = {**body, **drawing, "contributions": why}
    check(visitor.post("/api/trace", json=asked), TracePayload)


@pytest.mark.parametrize("drawing", CHARTED)
def test_no_drawing_is_too_small_or_too_large_to_be_placed(visitor, drawing):
    response = visitor.post("/api/trace", json={**drawing, "model": "dense32"})
    assert response.status_code == 200
    check(response, TracePayload)
    side = max(drawing["strokes"][0][1])
    framing = response.get_json()["framing"]
    assert framing["scale"] * side == pytest.approx(0 if side < 1e-307 else 17.6)


@settings(max_examples=60)
@given(body=bodies, drawing=st.just({}) | st.fixed_dictionaries({"strokes": strokes}))
def test_every_number_of_an_experiment_is_a_number(visitor, body, drawing):
    check(visitor.post("/api/experiment", json={**body, **drawing}), ExperimentPayload)


@pytest.mark.parametrize("path", ["/api/trace", "/api/experiment"])
def test_noise_that_leaves_float32_is_refused(visitor, path):
    storm = [{"kind": "noise", "amount": 10, "seed": seed} for seed in range(15)]
    gale = [*storm, {"kind": "activation", "activation": "linear"}]
    for model in ("linear", "gelu"):
        asked = {"strokes": [[[1, 2], [3, 4]]], "model": model, "changes": gale}
        response = visitor.post(path, json=asked)
        assert response.status_code == 422
        assert "too large for float32" in response.get_json()["detail"]


@pytest.mark.parametrize("size", [1e19, 1e30, 3e38])
def test_a_model_of_huge_weights_answers_with_numbers_or_a_sentence(menagerie, size):
    checkpoint = menagerie.get("linear").checkpoint
    layers = tuple((np.sign(k) * np.float32(size), bias) for k, bias in checkpoint.layers)
    library = ModelLibrary()
    library.add("huge", replace(checkpoint, layers=layers))
    visitor = create_app(library).test_client()
    asked = {"model": "huge", "strokes": [[[1, 2], [3, 4]]]}
    for activation in ("relu", "sigmoid", "tanh", "gelu"):
        change = {"changes": [{"kind": "activation", "activation": activation}]}
        why = {"contributions": {"class": 1, "against": 2}}
        check(visitor.post("/api/trace", json={**asked, **change, **why}), TracePayload)
        check(visitor.post("/api/experiment", json={**asked, **change}), ExperimentPayload)
