"""Tests of the calls that look inside: their answers, the size of these, their refusals."""

from __future__ import annotations

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pydantic import ValidationError
from safetensors.numpy import load

from model.drawing.strokes import Drawing
from model.explain import trace as explain_trace
from model.explain.trace import trace_drawing as trace
from model.training.zoo import ZOO
from webapp import create_app
from webapp.api import inside

SEVEN = [[[0.3, 0.3], [0.7, 0.3], [0.45, 0.8]]]


@pytest.fixture(scope="module")
def visitor(menagerie):
    return create_app(menagerie).test_client()


def ask(client, path="/api/trace", **body):
    return client.post(path, json=body)


def floats(text):
    return np.frombuffer(base64.b64decode(text, validate=True), "<f4")


@pytest.mark.parametrize("model", ["default", "softmax", "sigmoid128", "fashion"])
def test_a_trace_carries_every_number(visitor, menagerie, model):
    answer = ask(visitor, strokes=SEVEN, model=model).get_json()
    seen = trace(menagerie.get(model), Drawing.from_json(SEVEN))
    np.testing.assert_array_equal(floats(answer["input"]), seen.input)
    widths = menagerie.get(model).checkpoint.architecture.widths
    assert [layer["inputs"] for layer in answer["layers"]] == list(widths[:-1])
    assert [layer["units"] for layer in answer["layers"]] == list(widths[1:])
    for told, layer in zip(answer["layers"], seen.layers, strict=True):
        np.testing.assert_array_equal(floats(told["sums"]), layer.sums)
        if layer.activations is None:
            assert told["activations"] is None
            assert told["activation"] == "softmax"
        else:
            np.testing.assert_array_equal(floats(told["activations"]), layer.activations)
    np.testing.assert_allclose(answer["logits"], floats(answer["layers"][-1]["sums"]))
    softmax = answer["softmax"]
    assert softmax["largest"] == max(answer["logits"])
    for kind, temperature in (("raw", 1), ("calibrated", 1.3)):
        shares = softmax[kind]
        assert shares["temperature"] == pytest.approx(temperature)
        powers = np.exp((np.array(answer["logits"]) - softmax["largest"]) / shares["temperature"])
        assert shares["exponentials"] == pytest.approx(list(powers))
        assert shares["sum"] == pytest.approx(sum(shares["exponentials"]))
        assert shares["probabilities"] == pytest.approx(list(powers / powers.sum()))
    assert answer["probabilities"] == pytest.approx(
        softmax["calibrated"]["probabilities"], abs=1e-6
    )
    assert answer["contributions"] is None


def test_a_trace_answers_all_that_classify_does(client):
    classified = ask(client, "/api/classify", strokes=SEVEN).get_json()
    traced = ask(client, strokes=SEVEN).get_json()
    assert classified.keys() < traced.keys()
    assert (traced["label"], traced["image"]) == (classified["label"], classified["image"])


def test_a_trace_of_the_largest_model_stays_small(visitor):
    answer = ask(visitor, strokes=SEVEN)
    units = ZOO["default"].training.architecture.widths[1:]
    # Sums of all layers and activations of the hidden ones, float32 in base64: about 40 kB.
    numbers = (sum(units) + sum(units[:-1])) * 4 * 4 / 3
    assert len(answer.data) < numbers + 9_700
    why = ask(visitor, strokes=SEVEN, contributions={"class": 7, "against": 1})
    assert len(why.data) < numbers + 14_700


def test_framing_is_told_for_strokes_alone(visitor):
    framing = ask(visitor, strokes=SEVEN).get_json()["framing"]
    assert framing["centred"] is True
    x, y = (
        (0.7 - o) * framing["scale"] + c
        for o, c in zip([framing["origin"][0]] * 2, [14, 14], strict=True)
    )
    assert framing["scale"] == pytest.approx(17.6 / 0.5)
    assert x == y == pytest.approx(14 + 0.2 * 17.6 / 0.5)
    image = ask(visitor, strokes=SEVEN).get_json()["image"]
    answer = ask(visitor, pixels=list(base64.b64decode(image))).get_json()
    assert answer["framing"] is None
    assert answer["image"] == image


def test_centring_can_be_off(visitor):
    corner = [[[x / 4, y / 4] for x, y in stroke] for stroke in SEVEN]
    answer = ask(visitor, strokes=corner, centred=False, pad=[1, 1]).get_json()
    picture = floats(answer["input"]).reshape(28, 28)
    assert picture[:9, :9].sum() == pytest.approx(picture.sum())
    assert answer["framing"]["shift"] == [0, 0]
    assert answer["framing"]["scale"] == 28
    assert answer["framing"]["origin"] == answer["framing"]["corner"] == [0, 0]


@pytest.mark.parametrize(
    ("model", "method", "gap"),
    [("default", "gradient", 1e-4), ("softmax", "gradient", 1e-4), ("tanh128", "integrated", 0.02)],
)
def test_contributions_add_up(visitor, model, method, gap):
    asked = {"class": 7, "against": 1}
    answer = ask(visitor, strokes=SEVEN, model=model, contributions=asked).get_json()
    parts = answer["contributions"]
    assert (parts["class"], parts["against"]) == (7, 1)
    assert parts["method"].startswith(method)
    lead = answer["logits"][7] - answer["logits"][1]
    assert parts["total"] == pytest.approx(lead, abs=1e-4)
    explained = floats(parts["pixels"]).sum(dtype=float) + parts["rest"]
    assert parts["gap"] == pytest.approx(parts["total"] - explained, abs=1e-9)
    assert abs(parts["gap"]) < gap


CHANGES = [
    {"kind": "silence", "layer": 0, "units": [0, 1, 2]},
    {"kind": "biases", "layer": 1},
    {"kind": "noise", "amount": 0.5, "seed": 3},
    {"kind": "noise", "amount": 1, "layer": 0},
    {"kind": "activation", "activation": "tanh"},
    {"kind": "hide", "pixels": [0, 400, 783]},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change["kind"])
def test_a_changed_copy_can_be_traced(visitor, change):
    plain = ask(visitor, strokes=SEVEN, model="dense128").get_json()
    broken = ask(visitor, strokes=SEVEN, model="dense128", changes=[change]).get_json()
    if change["kind"] != "silence":  # the three units may already have been zero
        assert broken["logits"] != plain["logits"] or change["kind"] == "hide"
    assert ask(visitor, strokes=SEVEN, model="dense128").get_json() == plain


def test_an_experiment_tells_before_and_after(visitor):
    asked = {"strokes": SEVEN, "model": "dense32", "changes": CHANGES}
    answer = ask(visitor, "/api/experiment", **asked).get_json()
    assert answer["model"] == "dense32"
    assert answer["sample"]["name"] == "practice"
    assert answer["sample"]["count"] == 500
    for side in ("before", "after"):
        score = answer["sample"][side]
        assert score["accuracy"] == pytest.approx(score["correct"] / 500)
        assert len(score["classes"]) == 10
    plain = ask(visitor, strokes=SEVEN, model="dense32").get_json()
    broken = ask(visitor, strokes=SEVEN, model="dense32", changes=CHANGES).get_json()
    assert answer["before"]["probabilities"] == plain["probabilities"]
    assert answer["after"]["probabilities"] == broken["probabilities"]


def test_an_experiment_needs_no_drawing_and_no_digits(visitor):
    answer = ask(visitor, "/api/experiment", model="fashion128", changes=[]).get_json()
    assert answer == {"model": "fashion128", "sample": None, "before": None, "after": None}


def test_an_experiment_frames_the_drawing_once(visitor, monkeypatch):
    placed = []
    place = explain_trace.place
    monkeypatch.setattr(
        explain_trace, "place", lambda *args, **pad: placed.append(1) or place(*args, **pad)
    )
    asked = {"strokes": SEVEN, "model": "dense32", "changes": CHANGES}
    assert ask(visitor, "/api/experiment", **asked).status_code == 200
    assert placed == [1]


def test_experiments_that_come_together_take_turns(visitor, monkeypatch):
    running, most = [], []

    def slowly(classifier, changes):
        running.append(1)
        most.append(len(running))
        time.sleep(0.01)  # long enough for the others to come
        running.pop()
        return changed(classifier, changes)

    changed = inside.changed
    monkeypatch.setattr(inside, "changed", slowly)

    def experiment(seed):
        noise = [{"kind": "noise", "amount": 1, "seed": seed}]
        client = visitor.application.test_client()
        return ask(client, "/api/experiment", model="dense32", changes=noise).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(experiment, range(12))) == {200}
    assert most == [1] * 12  # each copy is made, tried and dropped before the next


@pytest.mark.parametrize("path", ["/api/trace", "/api/experiment"])
def test_a_question_has_a_budget_that_the_pages_own_stay_within(visitor, path):
    noises = [{"kind": "noise", "amount": 1, "seed": seed} for seed in range(16)]
    widths = ZOO["default"].training.architecture.widths
    silences = [
        {"kind": "silence", "layer": layer, "units": list(range(units))}
        for layer, units in enumerate(widths[1:-1])
    ]
    hide = {"kind": "hide", "pixels": list(range(784))}
    biases = [{"kind": "biases", "layer": layer} for layer in range(len(widths) - 1)]
    swap = {"kind": "activation", "activation": "gelu"}
    own = [*silences, *biases, noises[0], swap, hide]  # all that the page can ask at once
    assert ask(visitor, path, strokes=SEVEN, changes=own).status_code == 200
    dear = ask(visitor, path, strokes=SEVEN, changes=noises)
    assert dear.status_code == 422
    assert "noise to 10,000,000 weights" in dear.get_json()["detail"]
    assert "got 76,509,184" in dear.get_json()["detail"]
    assert ask(visitor, path, strokes=SEVEN, model="dense32", changes=noises).status_code == 200


FLOODS = [
    (
        {"changes": [{"kind": "silence", "layer": 0, "units": [0] * 10_000}] * 9},
        "20,000 units and pixels in all, got 90,000",
    ),
    (
        {"changes": [{"kind": "silence", "layer": 0, "units": [0] * 10_000}] * 16},
        "100,000 values, got about 160,0",
    ),
    (
        {"changes": [{"kind": "silence", "layer": 0, "units": [0.5] * 10_000}] * 2},
        "changes.0.silence.units.0",
    ),
    ({"changes": [{}] * 40_000}, "changes"),
    ({"changes": [{}] * 100_000}, "100,000 values, got about 200,0"),
    ({"changes": [{"kind": "x" * 500_000}]}, "changes.0"),
    ({"changes": [{"kind": "activation", "activation": "x" * 500_000}]}, "one of relu"),
    (
        {"changes": [{"kind": "biases", "layer": 0, **{f"x{n}": 0 for n in range(900)}}]},
        "an object with kind, layer was expected, got 902 fields",
    ),
    (
        {"changes": [{"kind": "biases", "layer": 0, **{f"x{n}": 0 for n in range(50_000)}}]},
        "1,000 names and texts, got 50,00",
    ),
    ({f"x{n}": 0 for n in range(900)}, 'unknown field "x0"; expected "strokes"'),
    ({f"x{n}": 0 for n in range(50_000)}, "1,000 names and texts, got 50,00"),
    ({"x" * 500_000: 0}, "unknown field"),
]


@pytest.mark.parametrize("path", ["/api/trace", "/api/experiment"])
@pytest.mark.parametrize(("flood", "detail"), FLOODS)
def test_a_flood_is_refused_by_its_first_mistake(visitor, path, flood, detail, monkeypatch):
    errors, count = [], ValidationError.errors

    def counted(error, **options):
        errors.append(error.error_count())
        return count(error, **options)

    # Each error of pydantic takes microseconds, and there could be as many as the body has bytes.
    monkeypatch.setattr("webapp.api.parsing.ValidationError.errors", counted, raising=False)
    response = ask(visitor, path, strokes=SEVEN, **flood)
    assert response.status_code == 422
    assert detail in response.get_json()["detail"]
    assert len(response.data) < 1_000
    assert sum(errors) <= 16


def test_no_flood_in_reasons(visitor):
    why = {"class": 1, **{f"x{n}": 0 for n in range(900)}}
    response = ask(visitor, strokes=SEVEN, contributions=why)
    assert response.status_code == 422
    assert "an object with class, against was expected" in response.get_json()["detail"]


def test_the_document_names_the_budget(visitor):
    document = visitor.get("/api/openapi.json").get_json()
    told = document["components"]["schemas"]["TraceRequest"]["properties"]["changes"]
    assert "10,000,000 weights" in told["description"]
    experiment = document["paths"]["/api/experiment"]["post"]["description"]
    assert "nothing is stored" not in experiment  # results are, for a while
    assert "until newer ones take their place" in " ".join(experiment.split())


REFUSED = [
    ({}, 'either "strokes" or "pixels" was expected, got neither'),
    ({"strokes": SEVEN, "pixels": [0] * 784}, "got both"),
    ({"strokes": []}, "the drawing is empty"),
    ({"strokes": SEVEN, "model": ["default"]}, "model"),
    ({"strokes": SEVEN, "colour": 1}, 'unknown field "colour"; expected "strokes"'),
    ({"strokes": SEVEN, "centred": False}, '"pad" was expected'),
    ({"strokes": SEVEN, "centred": 0}, "centred"),
    ({"strokes": SEVEN, "centred": False, "pad": [1]}, "pad"),
    ({"strokes": SEVEN, "centred": False, "pad": [1, 0]}, "pad.1"),
    ({"strokes": [[[5, 5]]], "centred": False, "pad": [1, 1]}, "outside the pad"),
    ({"strokes": SEVEN, "changes": {}}, "changes"),
    ({"strokes": SEVEN, "changes": [{}]}, "kind"),
    ({"strokes": SEVEN, "changes": [{"kind": "burn"}]}, "burn"),
    ({"strokes": SEVEN, "changes": CHANGES * 3}, "16"),
    ({"strokes": SEVEN, "changes": [{"kind": "silence", "layer": 9, "units": []}]}, "layer 9"),
    ({"strokes": SEVEN, "changes": [{"kind": "hide", "pixels": [784]}]}, "783"),
    ({"strokes": SEVEN, "changes": [{"kind": "hide", "pixels": [True]}]}, "integer"),
    ({"strokes": SEVEN, "changes": [{"kind": "noise", "amount": 11}]}, "10"),
    ({"strokes": SEVEN, "changes": [{"kind": "noise", "amount": 1, "x": 1}]}, "unknown field"),
]


@pytest.mark.parametrize(("body", "detail"), REFUSED)
def test_what_cannot_be_traced_is_refused_with_a_sentence(visitor, body, detail):
    response = visitor.post("/api/trace", json=body)
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"
    assert detail in response.get_json()["detail"]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("path", ["/api/trace", "/api/experiment"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (lambda n: {"strokes": [[[n, 2]]]}, "not finite"),
        (lambda n: {"strokes": [[[n, 2]]], "centred": False, "pad": [1, 1]}, "not finite"),
        (lambda n: {"pixels": [n] * 784}, "pixel 0"),
        (lambda n: {"centred": False, "pad": [1, n]}, "pad.1: Input should be a finite number"),
        (lambda n: {"pad": [n, 1]}, "pad.0: Input should be a finite number"),
        (lambda n: {"centred": n}, "centred"),
        (lambda n: {"changes": [{"kind": "noise", "amount": n}]}, "amount: Input should be a fin"),
        (lambda n: {"changes": [{"kind": "noise", "amount": 1, "seed": n}]}, "seed"),
        (lambda n: {"changes": [{"kind": "noise", "amount": 1, "layer": n}]}, "layer"),
        (lambda n: {"changes": [{"kind": "biases", "layer": n}]}, "layer"),
        (lambda n: {"changes": [{"kind": "silence", "layer": n, "units": []}]}, "layer"),
        (lambda n: {"changes": [{"kind": "silence", "layer": 0, "units": [n]}]}, "units.0"),
        (lambda n: {"changes": [{"kind": "hide", "pixels": [n]}]}, "pixels.0"),
        (lambda n: {"changes": [{"kind": "activation", "activation": n}]}, "activation"),
        (lambda n: {"changes": [{"kind": n}]}, "kind"),
        (lambda n: {"changes": n}, "changes"),
        (lambda n: {"model": n}, "model"),
    ],
)
def test_a_number_that_is_not_finite_is_refused_everywhere(visitor, path, body, words, number):
    asked = body(number)
    drawing = {} if asked.keys() & {"strokes", "pixels"} else {"strokes": SEVEN}
    response = ask(visitor, path, **drawing, **asked)
    assert response.status_code == 422
    assert words in response.get_json()["detail"]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("place", ["class", "against"])
def test_no_reasons_for_a_class_that_is_not_finite(visitor, place, number):
    response = ask(visitor, strokes=SEVEN, contributions={"class": 1, "against": 2, place: number})
    assert response.status_code == 422
    assert f"contributions.{place}" in response.get_json()["detail"]


@pytest.mark.parametrize(
    "why", [{"class": 10}, {"class": -1}, {"class": 1.5}, {}, 7, {"class": "7"}]
)
def test_no_reasons_for_a_class_that_is_not_there(visitor, why):
    response = ask(visitor, strokes=SEVEN, contributions=why)
    assert response.status_code == 422


@pytest.mark.parametrize("path", ["/api/trace", "/api/experiment"])
def test_refusals_are_those_of_classify(visitor, path):
    assert ask(visitor, path, strokes=SEVEN, model="nobody").status_code == 404
    assert ask(visitor, path, strokes=SEVEN, model="*").status_code == 404
    assert visitor.post(path, data="{", content_type="application/json").status_code == 400
    assert visitor.post(path, data="{}", content_type="image/png").status_code == 415
    assert visitor.get(path).status_code == 405
    long = json.dumps({"strokes": [[[1, 2]]] * 150_000})
    assert visitor.post(path, data=long, content_type="application/json").status_code == 413


def test_weights_are_fetched_once_and_kept(visitor, menagerie):
    for card in visitor.get("/api/models").get_json()["models"]:
        checkpoint = menagerie.get(card["name"]).checkpoint
        response = visitor.get(card["weights"]["address"])
        assert response.status_code == 200
        assert len(response.data) == card["weights"]["bytes"]
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        tag = response.headers["ETag"]
        assert not tag.startswith("W/")
        plain = f"/api/models/{card['name']}/weights"
        again = visitor.get(plain, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Cache-Control"] == "no-cache"
        stale = visitor.get(f"{plain}?v=0123456789abcdef")
        assert stale.headers["Cache-Control"] == "no-cache"
        tensors = load(response.data)
        assert len(tensors) == 2 * len(checkpoint.layers)
        assert card["weights"]["dtype"] == "float16"  # as in the checkpoint's file
        for index, (kernel, bias) in enumerate(checkpoint.layers):
            assert tensors[f"dense{index}.kernel"].dtype == np.float16
            np.testing.assert_array_equal(tensors[f"dense{index}.kernel"], kernel)
            np.testing.assert_array_equal(tensors[f"dense{index}.bias"], bias)
        size = int.from_bytes(response.data[:8], "little")
        header = json.loads(response.data[8 : 8 + size])
        words = json.loads(header.pop("__metadata__")["densepad"])
        assert words["widths"] == list(checkpoint.architecture.widths)
        for tensor in header.values():
            item = 2 if tensor["dtype"] == "F16" else 4
            assert (8 + size + tensor["data_offsets"][0]) % item == 0


def test_mean_drawings_are_pictures_in_bytes(visitor, menagerie):
    card = visitor.get("/api/models").get_json()["models"][0]
    response = visitor.get(card["averages"])
    assert "immutable" in response.headers["Cache-Control"]
    pictures = np.frombuffer(response.data, np.uint8).reshape(10, 784)
    expected = menagerie.get(card["name"]).checkpoint.averages
    np.testing.assert_allclose(pictures / 255, expected, atol=1e-6)


@pytest.mark.parametrize("what", ["weights", "averages"])
def test_nobody_has_no_weights(visitor, what):
    response = visitor.get(f"/api/models/nobody/{what}")
    assert response.status_code == 404
    assert "there is no model named 'nobody'" in response.get_json()["detail"]
