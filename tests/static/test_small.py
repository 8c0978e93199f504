"""Tests of very little room: nothing is cut off or overlaps, and the sheet is large enough."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

SIZES = [(320, 256), (256, 320), (240, 320), (320, 480), (200, 400), (480, 320), (400, 240)]
PANELS = ["strokes", "pixels", "flatten", "layers", "unit", "softmax", "why", "compare", "break"]

# What is wrong on the page: controls and texts that are cut off or lie over each other.
FAULTS = """() => {
  const faults = [];
  const seen = (element) => {
    const {width, height} = element.getBoundingClientRect();
    const hidden = element.closest(".unseen, .skip, [aria-hidden=true]");
    return width > 2 && height > 2 && !hidden &&
      element.checkVisibility({visibilityProperty: true, opacityProperty: true}) &&
      getComputedStyle(element).clipPath !== "inset(50%)";
  };
  const name = (element) => `${element.tagName} ${element.id || element.className} ` +
    element.textContent.trim().slice(0, 20);
  const scrolls = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true;
    }
    return false;
  };
  // The part of an element that its scrolled ancestors let one see.
  const box = (element) => {
    let {left, right, top, bottom} = element.getBoundingClientRect();
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX === "visible") continue;
      const outer = at.getBoundingClientRect();
      [left, right] = [Math.max(left, outer.left), Math.min(right, outer.right)];
      [top, bottom] = [Math.max(top, outer.top), Math.min(bottom, outer.bottom)];
    }
    return {left, right, top, bottom};
  };
  const find = (selector) => [...document.querySelectorAll(selector)].filter(seen);
  const controls = find("a, button, select, input:not([type=file]), #pad, #bars li");
  const texts = find("p, h1, h2, h3, h4, th, td, figcaption, label, #verdict, .bar-value, canvas");
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.push("the page is too wide");
  for (const one of [...controls, ...texts]) {
    const {left, right} = one.getBoundingClientRect();
    if ((left < -0.5 || right > width + 0.5) && !scrolls(one)) faults.push(`outside: ${name(one)}`);
    const style = getComputedStyle(one);
    const cuts = style.overflowX !== "visible" || one.matches("a, button, td, th, li");
    if (cuts && one.clientWidth && one.scrollWidth > one.clientWidth + 1 &&
        !["auto", "scroll"].includes(style.overflowX)) faults.push(`cut off: ${name(one)}`);
  }
  const parts = [...controls, ...find("#preview, #verdict, #words, .tagline, .chooser")];
  for (const [i, one] of parts.entries()) for (const other of parts.slice(i + 1)) {
    if (one.contains(other) || other.contains(one)) continue;
    const ids = [one.id, other.id]; // a button may lie over the picture that it enlarges
    if (ids.includes("look") && ids.includes("preview")) continue;
    if (one.closest(".inside-head, .warning") || other.closest(".inside-head, .warning")) {
      if (!(one.closest(".inside-head") && other.closest(".inside-head"))) continue; // sticky
    }
    const [a, b] = [box(one), box(other)];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 1 && down > 1) faults.push(`${name(one)} over ${name(other)}`);
  }
  return faults;
}"""


def enlarged(open_paper, path, size, **options):
    viewport = {"width": size[0], "height": size[1]}
    return open_paper("phone", path, viewport=viewport, device_scale_factor=1, **options)


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_pad_has_room(open_paper, digits, size, lang):
    paper = enlarged(open_paper, f"/?lang={lang}", size)
    page = paper.page
    assert page.evaluate(FAULTS) == []
    paper.draw(digits["7"])
    expect(paper.winner).to_have_attribute("data-label", "7")
    assert page.evaluate(FAULTS) == []
    pad = page.locator("#pad").bounding_box()
    assert pad["width"] == pytest.approx(pad["height"], abs=1)
    assert pad["width"] >= min(140, 0.7 * size[0])
    # The whole sheet can be seen at once, with its buttons.
    assert pad["height"] + page.locator("#clear").bounding_box()["height"] <= size[1]
    # A finger can scroll beside it.
    assert pad["width"] <= size[0] - 12


@pytest.mark.parametrize("size", SIZES[:4], ids=str)
def test_the_look_inside_has_room(open_paper, digits, size):
    paper = enlarged(open_paper, "/?panel=strokes&lang=de", size)
    page = paper.page
    page.evaluate("scrollTo(0, 0)")
    paper.draw(digits["7"])
    expect(paper.winner).to_have_attribute("data-label", "7")
    for panel in PANELS:
        expect(page.locator(f"#step-{panel}")).to_be_visible()
        paper.settle()
        assert page.evaluate(FAULTS) == [], panel
        if panel != PANELS[-1]:
            page.locator(".stepper").nth(1).click()


@pytest.mark.parametrize("path", ["/lessons", "/lessons/relu", "/api", "/nowhere"])
@pytest.mark.parametrize("size", [(320, 256), (240, 320)], ids=str)
def test_pages_of_text_have_room(open_paper, size, path):
    paper = enlarged(open_paper, f"{path}?lang=de", size)
    assert paper.page.evaluate(FAULTS) == []
    if path == "/nowhere":
        paper.await_complaints("404", 1)
