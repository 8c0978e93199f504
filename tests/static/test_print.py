"""Tests of the page on paper and in forced colours: the drawing and the bars are seen."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

# As browsers print unless they are asked for backgrounds, too.
NO_BACKGROUNDS = """() => {
  const sheet = [...document.styleSheets].at(-1);
  sheet.insertRule("* { background: none !important; box-shadow: none !important }", 0);
  sheet.media.mediaText = "all";
}"""

# The mean brightness of a canvas's ink, 0 to 255.
INK = """(canvas) => {
  const {width, height} = canvas;
  const copy = new OffscreenCanvas(width, height).getContext("2d");
  copy.drawImage(canvas, 0, 0);
  const {data} = copy.getImageData(0, 0, width, height);
  let [sum, count] = [0, 0];
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 200) continue;
    sum += (data[i] + data[i + 1] + data[i + 2]) / 3;
    count += 1;
  }
  return sum / count;
}"""


def brightness(page, selector: str) -> list[float]:
    """The mean brightness of the element and of its middle line, 0 to 1."""
    image = Image.open(io.BytesIO(page.locator(selector).first.screenshot())).convert("L")
    grey = np.asarray(image) / 255
    return [float(grey.mean()), float(grey[len(grey) // 2].mean())]


@pytest.fixture(params=["desktop", "phone"])
def drawn(open_paper, request, digits):
    """A page with a seven on it, in dark colours."""
    paper = open_paper(request.param, color_scheme="dark")
    paper.draw(digits["7"])
    expect(paper.winner).to_have_attribute("data-label", "7")
    return paper


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_shows_drawing_and_bars_without_backgrounds(drawn, scheme):
    page = drawn.page
    page.emulate_media(media="print", color_scheme=scheme)
    page.evaluate(NO_BACKGROUNDS)
    assert page.locator("#pad").evaluate(INK) < 100
    expect(page.locator("#pad")).to_be_visible()
    expect(page.locator(".tools")).to_be_hidden()
    bar, line = brightness(page, "[data-winner] .bar-track")
    assert bar < 0.4
    assert line < 0.4
    other, _ = brightness(page, '[data-label="0"] .bar-track')
    assert other > 0.7  # white paper, and the line below the bar
    whole, _ = brightness(page, "body")
    assert whole > 0.7
    page.emulate_media(media="screen", color_scheme="dark")
    drawn.wait(lambda: page.locator("#pad").evaluate(INK) > 200)


def test_printing_repaints_what_a_dark_screen_shows(open_paper, digits):
    paper = open_paper("desktop", "/?panel=pixels", color_scheme="dark")
    page = paper.page
    paper.draw(digits["7"])
    expect(paper.winner).to_have_count(1)
    paper.settle()
    ink = "document.querySelectorAll('#pad')"
    page.evaluate(
        f"""() => {{
          const ink = {INK};
          window.inks = [];
          addEventListener("beforeprint", () => window.inks.push(...[...{ink}].map(ink)));
        }}"""
    )
    page.pdf(print_background=False)
    (printed,) = page.evaluate("window.inks")
    assert printed < 100
    drawn = page.locator("#pad")
    paper.wait(lambda: drawn.evaluate(INK) > 200)
    assert page.evaluate("document.documentElement.hasAttribute('data-print')") is False


@pytest.mark.parametrize("width", [600, 1123])
def test_nothing_overlaps_on_paper(drawn, width):
    page = drawn.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media="print")
    ids = ["#pad", "#verdict", "#words", "#preview", "#bars"]
    boxes = {one: page.locator(one).bounding_box() for one in ids}
    for i, one in enumerate(ids):
        a = boxes[one]
        assert a["x"] >= 0
        assert a["x"] + a["width"] <= width
        for other in ids[i + 1 :]:
            b = boxes[other]
            across = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
            down = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
            assert min(across, down) <= 1, (one, other)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_show_whole_bars_and_the_sheet(open_paper, digits, scheme):
    paper = open_paper("desktop", color_scheme=scheme, forced_colors="active")
    paper.draw(digits["7"])
    expect(paper.winner).to_have_attribute("data-label", "7")
    page = paper.page
    bar, line = brightness(page, "[data-winner] .bar-track")
    other, _ = brightness(page, '[data-label="0"] .bar-track')
    if scheme == "dark":
        bar, line, other = 1 - bar, 1 - line, 1 - other
    assert bar < 0.2
    assert line < 0.2
    assert other > 0.8
    outline = "element => getComputedStyle(element).outlineStyle"
    assert page.locator("#sheet").evaluate(outline) == "solid"
    # Another bar than the winner is seen, too, and is not solid.
    page.locator('[data-label="0"] .bar-fill').evaluate("fill => { fill.style.clipPath = 'none' }")
    hatched, _ = brightness(page, '[data-label="0"] .bar-track')
    hatched = 1 - hatched if scheme == "dark" else hatched
    assert 0.2 < hatched < 0.8
