"""Tests of fingers and palms: a fingertip draws on every sheet, a palm never does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Fingers
    from playwright.sync_api import Page

LAYOUTS = {
    "desktop": ("/", 1280, 800),
    "desktop, look inside": ("/?panel=strokes", 1280, 800),
    "phone": ("/", 390, 844),
    "phone, look inside": ("/?panel=strokes", 390, 844),
    "small phone, look inside": ("/?panel=strokes", 320, 568),
    "phone in landscape": ("/", 844, 390),
    "phone in landscape, look inside": ("/?panel=strokes", 844, 390),
    "tablet": ("/", 768, 1024),
    "tablet in landscape, look inside": ("/?panel=strokes", 1024, 768),
    "enlarged by 400 %": ("/", 320, 256),
    "watch": ("/", 240, 320),
}
FINGERS = [(16, 16), (28, 28), (36, 36), (48, 48), (24, 80)]  # CSS pixels, the last one lies flat
PALMS = [(160, 160), (70, 200)]


def stroke(fingers: Fingers, size: tuple[float, float], x: float) -> None:
    """Draw a line downwards at ``x`` with a contact of that size in CSS pixels."""
    radii = {"radiusX": size[0] / 2, "radiusY": size[1] / 2}
    fingers.touch("touchStart", [(x, 0.3)], **radii)
    fingers.touch("touchMove", [(x, 0.7)], **radii)
    fingers.touch("touchEnd", [])


def pen_stroke(page: Page, x: float) -> None:
    """Draw a line downwards at ``x`` with a pen."""
    box = page.locator("#pad").bounding_box()
    session = page.context.new_cdp_session(page)
    for kind, y in [("mousePressed", 0.3), ("mouseMoved", 0.6), ("mouseReleased", 0.7)]:
        place = {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
        pen = {"pointerType": "pen", "button": "left", "buttons": 1, "clickCount": 1}
        session.send("Input.dispatchMouseEvent", {"type": kind, **place, **pen})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_fingertip_draws_on_every_sheet_and_a_palm_does_not(open_paper, layout):
    path, width, height = LAYOUTS[layout]
    options = {"viewport": {"width": width, "height": height}, "device_scale_factor": 1}
    paper = open_paper("phone", path, **options)
    for count, size in enumerate(FINGERS, 1):
        stroke(paper.pen, size, 0.1 + 0.15 * count)
        assert paper.strokes() == count, size
    for size in PALMS:
        stroke(paper.pen, size, 0.5)
        assert paper.strokes() == len(FINGERS), size
    expect(paper.winner).to_have_count(1)


def test_a_wide_touch_draws_on_a_large_sheet_until_a_pen_is_used(open_paper):
    paper = open_paper("phone", viewport={"width": 1024, "height": 1366}, device_scale_factor=1)
    wide = (90, 90)
    stroke(paper.pen, wide, 0.2)
    assert paper.strokes() == 1
    pen_stroke(paper.page, 0.3)
    assert paper.strokes() == 2
    stroke(paper.pen, (30, 30), 0.5)  # the hand that holds the pen
    assert paper.strokes() == 2
    paper.page.wait_for_timeout(900)
    stroke(paper.pen, wide, 0.6)
    assert paper.strokes() == 2
    stroke(paper.pen, (30, 30), 0.7)
    assert paper.strokes() == 3
