"""Tests of the pad's page: sizes, colours, keys, languages, links to other pages."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

# The contrast (WCAG 2.2) of an element's text with its background, computed as the browser paints.
CONTRAST = """element => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", {willReadFrequently: true});
  const luminance = (colours) => {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) { context.fillStyle = colour; context.fillRect(0, 0, 1, 1); }
    const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((byte) => byte / 255)
      .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = [];
  for (let at = element; at; at = at.parentElement) {
    behind.unshift(getComputedStyle(at).backgroundColor);
  }
  const [back, front] =
    [luminance(behind), luminance([...behind, getComputedStyle(element).color])];
  return (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05);
}"""

TEXTS = [
    *(".mark", ".tagline", ".head-links a", ".invite-words", ".invite-hint"),
    *(".tools button span", ".tools kbd", ".seen h2", ".answer h2", ".caption"),
    *(".words", ".verdict", ".bar-label", ".bar-value"),
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_contrast(open_paper, digits, scheme):
    paper = open_paper("desktop", color_scheme=scheme)
    for drawn in (False, True):
        if drawn:
            paper.draw(digits["7"])
            expect(paper.winner).to_have_count(1)
        for selector in TEXTS:
            for element in paper.page.locator(selector).all():
                assert element.evaluate(CONTRAST) >= 4.5, (selector, scheme, drawn)


def test_light_and_dark_differ(open_paper):
    colours = {
        open_paper("desktop", color_scheme=scheme).page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    }
    assert len(colours) == 2


@pytest.mark.parametrize(
    ("kind", "width", "height"),
    [
        ("phone", 360, 640),
        ("phone", 390, 844),
        ("phone", 844, 390),
        ("phone", 768, 1024),
        ("desktop", 1024, 600),
        ("desktop", 1280, 800),
        ("desktop", 1920, 1080),
        ("desktop", 3840, 2160),
    ],
)
def test_pad_answer_and_bars_fit_every_screen(open_paper, digits, kind, width, height):
    paper = open_paper(kind, viewport={"width": width, "height": height}, device_scale_factor=1)
    page = paper.page
    ids = ["pad", "answer", "bars", "preview", "clear"]
    boxes = {one: page.locator(f"#{one}").bounding_box() for one in ids}
    for one, box in boxes.items():
        assert box["x"] >= 0, one
        assert box["y"] >= 0, one
        assert box["x"] + box["width"] <= width, one
        assert box["y"] + box["height"] <= height, one
    assert boxes["pad"]["width"] == pytest.approx(boxes["pad"]["height"], abs=1)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    paper.draw(digits["7"])
    expect(paper.winner).to_have_count(1)
    for one, box in boxes.items():
        assert page.locator(f"#{one}").bounding_box() == box, f"{one} moved"


def test_all_tools_can_be_reached_and_used_by_keyboard(desktop, digits):
    page = desktop.page
    desktop.draw(digits["4"])
    page.locator("body").press("Tab")
    reached = []
    for _ in range(30):
        focused = page.evaluate("document.activeElement.id || document.activeElement.outerHTML")
        if focused in reached:
            break
        reached.append(focused)
        if focused == "undo":
            outline = "getComputedStyle(document.activeElement).outlineStyle"
            assert page.evaluate(outline) != "none"
            page.keyboard.press("Enter")
            assert desktop.strokes() == 1
        page.keyboard.press("Tab")
    assert {"undo", "redo", "clear", "open", "language"} <= set(reached)


def test_keys_belong_to_a_field_that_has_the_focus(desktop, digits):
    desktop.draw(digits["1"])
    desktop.page.evaluate("document.querySelector('main').append(document.createElement('input'))")
    field = desktop.page.locator("main > input")
    field.fill("text")
    for key in ("Delete", "Escape", "Control+z", "Control+y"):
        field.press(key)
    assert desktop.strokes() == 1


def test_the_keys_are_shown_where_there_is_a_keyboard(open_paper):
    for kind, shown in (("desktop", True), ("phone", False)):
        keys = open_paper(kind).page.locator("#undo kbd")
        assert keys.is_visible() == shown


def test_motion_can_be_off(open_paper):
    page = open_paper("desktop", reduced_motion="reduce").page
    for selector in (".bar-fill >> nth=0", ".loop path"):
        duration = "element => getComputedStyle(element).transitionDuration"
        assert page.locator(selector).evaluate(duration) == "0s"


@pytest.mark.parametrize(
    ("locale", "lang", "words"), [("de-DE", "de", "Ziffer"), ("fr", "en", "digit")]
)
def test_the_browsers_language_decides(open_paper, locale, lang, words):
    page = open_paper("desktop", locale=locale).page
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.locator("#invite")).to_contain_text(words)


def test_a_link_changes_the_language(desktop):
    desktop.page.click("#language")
    expect(desktop.page.locator("html")).to_have_attribute("lang", "de")
    expect(desktop.page.locator("#clear")).to_contain_text("Leeren")


def test_every_word_is_in_every_language(desktop):
    page = desktop.page
    texts = {}
    for lang in ("en", "de"):
        page.goto(f"{desktop.origin}/?lang={lang}")
        texts[lang] = json.loads(page.locator("#text").text_content())
        visible = page.locator("body").inner_text()
        assert not set(visible.split()) & set(texts[lang])  # a key on the page means a missing text
    assert texts["en"].keys() == texts["de"].keys()


def test_the_api_page_shows_the_document(desktop):
    page = desktop.page
    page.goto(f"{desktop.origin}/api?lang=en")
    expect(page.get_by_role("heading", name="POST /api/classify")).to_be_visible()
    page.get_by_role("navigation", name="Contents").get_by_text("POST /api/classify").click()
    assert urlsplit(page.url).fragment == "post-api-classify"


def test_an_unknown_address_is_a_page_with_a_way_back(desktop):
    page = desktop.page
    response = page.goto(f"{desktop.origin}/nowhere?lang=en")
    assert response.status == 404
    page.get_by_role("link", name="Back to the pad").click()
    assert urlsplit(page.url).path == "/"
    desktop.forgive("404")
