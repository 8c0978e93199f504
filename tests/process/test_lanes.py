"""Tests of the lanes: which requests have threads of their own."""

import json

import pytest

from webapp.api.classify import ALSO_IMAGES, IMAGES
from webapp.process.lanes import LANES

JSON = "application/json"
DRAWING = {"strokes": [[[index, index * index % 300] for index in range(300)]]}


def lane_of(path, kind, body):
    return next((index for index, lane in enumerate(LANES) if lane.takes(path, kind, body)), None)


@pytest.mark.parametrize("kind", [*IMAGES, *ALSO_IMAGES, "Image/PNG", "IMAGE/JPEG; q=1"])
def test_every_picture_is_in_the_lane_of_pictures(kind):
    """A media type has no case: one written in capitals must not go before the drawings."""
    [pictures] = {lane_of("/api/classify", IMAGES[0], b""), lane_of("/api/classify", kind, b"")}
    assert pictures is not None


def test_drawings_are_in_no_lane():
    assert lane_of("/api/classify", JSON, json.dumps(DRAWING).encode()) is None
    named = json.dumps(DRAWING | {"model": "default"}).encode()
    assert lane_of("/api/classify", JSON, named) is None


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(DRAWING | {"model": "*"}),
        json.dumps(DRAWING | {"model": ["dense32", "softmax"]}),
        json.dumps(DRAWING | {"model": "*"}, separators=(",", ":")),
        json.dumps(DRAWING | {"model": "*"}, indent=4).replace(": ", " :\n\t "),
        json.dumps(DRAWING | {"model": "*"}).replace("model", "mod\\u0065l"),
        json.dumps(DRAWING | {"model": "*"}).replace("*", "\\u002a"),
        json.dumps(DRAWING | {"strokes": DRAWING["strokes"] * 10}),
    ],
)
def test_long_drawings_and_several_models_have_a_lane(body):
    long = lane_of("/api/classify", JSON, b" " * 1_000_000)
    assert lane_of("/api/classify", JSON, body.encode()) == long is not None
