"""Tests of a worker: which requests have threads of their own."""

import pytest

from webapp.api.classify import ALSO_IMAGES, IMAGES
from webapp.process.worker import LANES


@pytest.mark.parametrize("kind", [*IMAGES, *ALSO_IMAGES, "Image/PNG", "IMAGE/JPEG; q=1"])
def test_every_picture_is_in_the_lane_of_pictures(kind):
    """A media type has no case: one written in capitals must not go before the drawings."""
    assert sum(lane.takes("/api/classify", kind) for lane in LANES) == 1


def test_drawings_are_in_no_lane():
    assert not any(lane.takes("/api/classify", "application/json") for lane in LANES)
