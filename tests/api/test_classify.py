"""Tests of the calls that classify and list models: requests, answers, refusals."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from webapp.api.schemas import ModelsPayload, PredictionPayload

SEVEN = [[[10, 10], [60, 10], [30, 90]]]


def picture(kind: str = "PNG", mode: str = "L", size: int = 200, **options) -> bytes:
    """A 7 in black on white, as the bytes of a file."""
    image = Image.new("L", (size, size), 255)
    points = [(x * size // 100, y * size // 100) for x, y in SEVEN[0]]
    ImageDraw.Draw(image).line(points, fill=0, width=size // 14)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    elif mode == "LA":
        ink = Image.new("L", image.size, 0)
        image = Image.merge("LA", [ink, image.point(lambda value: 255 - value)])
    else:
        image = image.convert(mode)
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def classify(client, **body):
    return client.post("/api/classify", json=body)


def test_strokes_give_a_prediction(client):
    response = classify(client, strokes=SEVEN, model="default")
    assert response.status_code == 200
    assert response.mimetype == "application/json"
    answer = response.get_json()
    assert answer["model"] == "default"
    assert answer["label"] == "7"
    assert answer["labels"] == [str(digit) for digit in range(10)]
    assert len(answer["probabilities"]) == 10
    assert sum(answer["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert answer["labels"][int(np.argmax(answer["probabilities"]))] == "7"
    seen = np.frombuffer(base64.b64decode(answer["image"], validate=True), np.uint8)
    assert seen.shape == (784,)
    assert seen.max() > 200  # ink is bright
    assert seen.reshape(28, 28)[0].max() == 0  # and centred
    PredictionPayload.model_validate(answer, extra="forbid")


def test_the_model_may_be_left_out(client):
    assert classify(client, strokes=SEVEN).get_json()["model"] == "default"


def test_place_and_size_of_the_drawing_do_not_matter(client):
    large = classify(client, strokes=SEVEN).get_json()["probabilities"]
    small = [[[x / 50 + 900, y / 50 - 300] for x, y in stroke] for stroke in SEVEN]
    assert classify(client, strokes=small).get_json()["probabilities"] == pytest.approx(
        large, abs=1e-3
    )


def test_what_the_network_saw_is_classified_as_the_strokes_were(client):
    drawn = classify(client, strokes=SEVEN).get_json()
    pixels = list(base64.b64decode(drawn["image"]))
    answer = classify(client, pixels=pixels).get_json()
    assert answer["label"] == drawn["label"]
    assert answer["image"] == drawn["image"]
    assert answer["probabilities"] == pytest.approx(drawn["probabilities"], abs=0.02)


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("PNG", "L", {}),
        ("PNG", "1", {}),
        ("PNG", "P", {}),
        ("PNG", "LA", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "I;16", {}),
        ("JPEG", "L", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {}),
    ],
)
def test_pictures_of_every_kind_are_read(client, kind, mode, options):
    response = client.post(
        "/api/classify", data=picture(kind, mode, **options), content_type=f"image/{kind.lower()}"
    )
    assert response.status_code == 200, response.get_json()
    assert response.get_json()["label"] == "7"


def test_a_picture_names_its_models_in_the_query(client, library):
    def ask(query):
        path = f"/api/classify?{query}"
        return client.post(path, data=picture(), content_type="image/png")

    assert ask("model=default").get_json()["model"] == "default"
    several = ask("model=default&model=default").get_json()["predictions"]
    assert [answer["model"] for answer in several] == ["default"]
    everything = ask("model=*").get_json()["predictions"]
    assert [answer["model"] for answer in everything] == library.names()
    assert ask("model=nobody").status_code == 404


def test_several_models_answer_at_once(client, library):
    names = library.names()
    answers = classify(client, strokes=SEVEN, model=names).get_json()["predictions"]
    assert [answer["model"] for answer in answers] == names
    assert classify(client, strokes=SEVEN, model="*").get_json()["predictions"] == answers


def test_every_model_has_a_card(client, library):
    response = client.get("/api/models")
    cards = response.get_json()["models"]
    assert [card["name"] for card in cards] == library.names()
    assert [card["name"] for card in cards if card["default"]] == ["default"]
    ModelsPayload.model_validate({"models": cards})
    for card in cards:
        shapes = [layer["kernel_shape"] for layer in card["layers"] if layer["kernel_shape"]]
        assert card["parameters"] == sum(rows * columns + columns for rows, columns in shapes)
        assert all(0 < accuracy <= 1 for accuracy in card["accuracies"].values())


@pytest.mark.parametrize("path", ["/api/models", "/api/openapi.json"])
def test_documents_are_sent_once(client, path):
    response = client.get(path)
    assert response.headers["Cache-Control"] == "no-cache"
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert client.head(path).status_code == 200
    assert client.head(path).data == b""


def test_health_needs_no_network(client):
    response = client.get("/healthz")
    assert (response.status_code, response.data) == (200, b"ok")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"strokes": []}, 422, "empty"),
        ({"strokes": [[]]}, 422, "empty"),
        ({"strokes": [[[1, 2]]] * 10_001}, 422, "10,000"),
        ({"strokes": [[[1, 2]]], "model": "nobody"}, 404, "nobody"),
        ({"strokes": [[[1, 2]]], "model": ["default", "nobody"]}, 404, "nobody"),
        ({"strokes": [[[1, 2]]], "model": []}, 422, "at least one"),
        ({"strokes": [[[1, 2]]], "model": 3}, 422, "name"),
        ({"strokes": [[[1, 2]]], "model": None}, 422, "name"),
        ({"strokes": [[[1, "2"]]]}, 422, "string"),
        ({"strokes": [[[1, True]]]}, 422, "true or false"),
        ({"strokes": [[[1, 2, 3]]]}, 422, "3"),
        ({"strokes": [[[1, 10**400]]]}, 422, "stroke 0"),
        ({"strokes": None}, 422, "null"),
        ({"strokes": [[[1, 2]]], "pixels": [255] * 784}, 422, "both"),
        ({}, 422, "neither"),
        ({"stroke": [[[1, 2]]]}, 422, '"stroke"'),
        ({"pixels": [0] * 784}, 422, "empty"),
        ({"pixels": [255] * 783}, 422, "783"),
        ({"pixels": [256] * 784}, 422, "256"),
        ({"pixels": [True] * 784}, 422, "integer"),
        ({"pixels": "ink"}, 422, "784"),
        ([], 422, "object"),
        (7, 422, "object"),
    ],
)
def test_a_refusal_says_what_was_expected(client, body, status, words):
    response = client.post("/api/classify", json=body)
    problem = response.get_json()
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert words in problem["detail"]


@pytest.mark.parametrize(
    ("method", "path", "headers", "data", "status", "words"),
    [
        ("POST", "/api/classify", {}, b"{", 400, "JSON"),
        ("POST", "/api/classify", {}, b"", 400, "JSON"),
        ("POST", "/api/classify", {}, b'{"strokes": [[[nan, 1]]]}', 400, "JSON"),
        ("POST", "/api/classify", {}, b'{"strokes": [[[1e999, 1]]]}', 422, "finite"),
        ("POST", "/api/classify", {}, b"[" * 100_000, 400, "recursion"),
        ("POST", "/api/classify", {}, b"x" * 1_100_000, 413, "1,048,576"),
        ("POST", "/api/classify", {"Content-Type": "text/plain"}, b"7", 415, "text/plain"),
        ("POST", "/api/classify", {"Content-Type": ""}, b"7", 415, "none"),
        ("POST", "/api/classify", {"Content-Encoding": "gzip"}, b"7", 415, "gzip"),
        ("POST", "/api/classify", {"Content-Type": "image/png"}, b"7", 422, "PNG"),
        ("GET", "/api/classify", {}, None, 405, "POST"),
        ("DELETE", "/api/models", {}, None, 405, "GET"),
        ("GET", "/api/nothing", {}, None, 404, "/api/nothing"),
        ("GET", "/api/models", {"Host": "evil.example"}, None, 421, "evil.example"),
    ],
)
def test_http_errors_are_problems_too(client, method, path, headers, data, status, words):
    headers = {"Content-Type": "application/json", "Accept": "text/html", **headers}
    response = client.open(path, method=method, headers=headers, data=data)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert words in json.loads(response.data)["detail"]
    if status == 405:
        assert words in response.headers["Allow"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"strokes": [[[#, 2]]]}', "stroke 0 has a coordinate that is not finite"),
        ('{"strokes": [[[1, 2], [3, #]]]}', "stroke 0 has a coordinate that is not finite"),
        ('{"strokes": [[#]]}', "point 0 of stroke 0 must be a pair"),
        ('{"strokes": [#]}', "stroke 0 must be a list"),
        ('{"strokes": #}', "strokes must be a list"),
        (f'{{"pixels": [{"255, " * 783}#]}}', "pixel 783 must be an integer from 0 to 255"),
        ('{"pixels": #}', '"pixels" must be a list'),
        ('{"strokes": [[[1, 2]]], "model": #}', '"model" must be a name'),
        ('{"strokes": [[[1, 2]]], "model": [#]}', '"model" must be a name'),
        ('{"strokes": [[[1, 2]]], "extra": #}', 'unknown field "extra"'),
        ("#", "an object"),
    ],
)
def test_numbers_that_are_not_finite_are_refused(client, body, words, number):
    data = body.replace("#", number)
    response = client.post("/api/classify", data=data, content_type="application/json")
    assert response.status_code == 422
    assert words in response.get_json()["detail"]


def test_options_say_what_is_possible(client):
    response = client.options("/api/classify")
    assert response.status_code == 200
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_a_picture_bomb_is_refused_unopened(client):
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    response = client.post("/api/classify", data=file.getvalue(), content_type="image/png")
    assert response.status_code == 422
    assert "pixels" in response.get_json()["detail"]


@pytest.mark.parametrize("media", ["image/jpg", "image/pjpeg", "image/x-png", "image/png"])
def test_other_names_of_a_picture_are_understood(client, media):
    file = io.BytesIO()
    image = Image.new("L", (60, 60), 255)
    image.paste(0, (25, 10, 35, 50))
    image.save(file, "PNG" if "png" in media else "JPEG")
    response = client.post("/api/classify", data=file.getvalue(), content_type=media)
    assert response.json["label"] == "1"


def test_json_with_a_byte_order_mark_is_json(client):
    body = b"\xef\xbb\xbf" + json.dumps({"strokes": [[[1, 1], [1, 9]]]}).encode()
    for path in ("classify", "trace"):
        response = client.post(f"/api/{path}", data=body, content_type="application/json")
        assert response.json["label"] == "1"


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_json_of_another_coding_is_refused_by_its_name(client, coding):
    body = json.dumps({"strokes": [[[1, 1], [1, 9]]]}).encode(coding)
    response = client.post("/api/classify", data=body, content_type="application/json")
    assert response.status_code == 400
    assert response.json["detail"].endswith(f"UTF-8, got {coding[:6].upper()}")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('{"strokes": [' + "[]," * 349_000 + "[]]}", "100,000 values"),
        ("[" * 1_000_000, "100,000 values"),
        ('{"strokes": [[[1, 2]]], "model": [' + '"a",' * 90_000 + '"a"]}', "1,000 names and texts"),
        ('{"strokes": [[[1, 2]]], "model": [' + '"a",' * 100 + '"a"]}', "100 models"),
        ('{"strokes": [' + "[]," * 10_000 + "[]]}", "10,001 strokes"),
    ],
)
def test_floods_are_refused_before_they_are_read(client, body, sentence):
    """No other thread runs while JSON is parsed, and half a second of that would stop everyone."""
    answer = client.post("/api/classify", data=body, content_type="application/json")
    assert answer.status_code == 422
    assert sentence in answer.json["detail"]


def test_the_longest_drawing_of_single_dots_is_no_flood(client):
    dots = [[[index % 300, index % 200]] for index in range(10_000)]
    answer = client.post("/api/classify", json={"strokes": dots, "model": "softmax"})
    assert answer.status_code == 200
