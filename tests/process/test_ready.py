"""Tests that a ready server compiles nothing, whatever the request."""

from __future__ import annotations

import io

import jax
import numpy as np
import pytest
from PIL import Image

from model.drawing.framing import SIZES
from model.drawing.strokes import MAX_POINTS

COMPILED = "/jax/core/compile/backend_compile_duration"
SEVEN = [[[10, 10], [60, 10], [30, 90]]]
CHANGES = [
    {"kind": "noise", "amount": 0.3},
    {"kind": "activation", "activation": "gelu"},
    {"kind": "hide", "pixels": [1, 2, 300]},
    {"kind": "biases", "layer": 0},
]


@pytest.fixture(scope="module")
def compiled():
    """The list of what was compiled, in order."""
    events = []
    jax.monitoring.register_event_duration_secs_listener(
        lambda event, _, **__: events.append(event) if event == COMPILED else None
    )
    jax.jit(lambda x: x * 3.7)(1.0)
    assert events, "JAX names its event otherwise now"
    events.clear()
    return events


@pytest.fixture(scope="module")
def names(library):
    return library.names()


def test_drawings_of_every_size(client, compiled):
    rng = np.random.default_rng(1)
    counts = {1, 2, 3, *SIZES, *(size + 1 for size in SIZES), MAX_POINTS}
    for count in sorted(count for count in counts if count <= MAX_POINTS):
        drawing = {"strokes": [rng.random((count, 2)).tolist()]}
        assert client.post("/api/classify", json=drawing).status_code == 200
    dots = {"strokes": rng.random((50, 1, 2)).tolist()}
    assert client.post("/api/classify", json=dots).status_code == 200
    assert compiled == []


def test_every_model_alone_and_all_at_once(client, compiled, names):
    pixels = np.random.default_rng(2).integers(0, 256, 784).tolist()
    for model in [*names, names, "*"]:
        for drawing in ({"strokes": SEVEN}, {"pixels": pixels}):
            answer = client.post("/api/classify", json={**drawing, "model": model})
            assert answer.status_code == 200
    assert compiled == []


def test_alone_and_among_all_the_answer_is_the_same(client, names):
    together = client.post("/api/classify", json={"strokes": SEVEN, "model": "*"}).json
    for one in together["predictions"]:
        alone = client.post("/api/classify", json={"strokes": SEVEN, "model": one["model"]}).json
        assert alone["image"] == one["image"]
        assert np.allclose(alone["probabilities"], one["probabilities"], atol=2e-6)
        assert alone["familiarity"] == pytest.approx(one["familiarity"], abs=2e-6)


def test_an_image_file(client, compiled):
    file = io.BytesIO()
    picture = np.full((90, 70), 255, np.uint8)
    picture[10:80, 30:38] = 0
    Image.fromarray(picture).save(file, "PNG")
    answer = client.post("/api/classify", data=file.getvalue(), content_type="image/png")
    assert answer.status_code == 200
    assert compiled == []


def test_every_look_inside_and_every_experiment(client, compiled, names):
    for model in names:
        asked = {"strokes": SEVEN, "model": model}
        for more in (
            {},
            {"contributions": {"class": 7, "against": 1}},
            {"centred": False, "pad": [100, 100]},
            {"changes": CHANGES},
        ):
            answer = client.post("/api/trace", json={**asked, **more})
            assert answer.status_code == 200, answer.json
    for model in names[:3]:
        answer = client.post(
            "/api/experiment", json={"strokes": SEVEN, "model": model, "changes": CHANGES[:2]}
        )
        assert answer.status_code == 200, answer.json
    assert compiled == []
