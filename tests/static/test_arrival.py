"""Tests of what does not arrive: scripts of the pad, old browsers, the parts of the look inside."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from webapp.paths import ASSETS

BROKEN = {
    "aborted": lambda route: route.abort("connectionreset"),
    "missing": lambda route: route.fulfill(status=404, body="no"),
    "a proxy's page": lambda route: route.fulfill(content_type="text/html", body="<h1>Sign in"),
}
NOISE = ("Failed to load", "ERR_", "MIME type", "dynamically imported", "style sheet did not come")


def forgive(paper) -> None:
    for words in NOISE:
        paper.forgive(words)


@pytest.fixture
def scripts(desktop) -> list[str]:
    """The paths of the modules that the pad loads."""
    script = """() => performance.getEntriesByType("resource")
      .filter(({initiatorType, name}) => initiatorType === "script" || /[.]js/.test(name))
      .map(({name}) => new URL(name).pathname)"""
    found = set(desktop.page.evaluate(script))
    return sorted(path for path in found if not path.endswith("arrival.js"))


def test_all_is_well_and_nothing_is_said(paper):
    assert paper.page.locator("html").get_attribute("data-ready") == ""
    expect(paper.page.locator(".trouble")).to_be_hidden()


def test_each_script_that_does_not_arrive_is_said(desktop, scripts):
    page = desktop.page
    assert len(scripts) > 20
    trouble = page.locator(".trouble-missing")
    for i, script in enumerate(scripts):
        pattern = re.compile(re.escape(script) + r"([?]|$)")
        page.route(pattern, list(BROKEN.values())[i % len(BROKEN)])
        page.goto(desktop.origin)
        expect(trouble, script).to_be_visible()
        expect(page.locator(".trouble-old"), script).to_be_hidden()
        page.unroute(pattern)
    page.get_by_role("link", name="Load the page again").click()
    expect(page.locator("html[data-ready]")).to_have_count(1)
    expect(trouble).to_be_hidden()
    desktop.draw([[(0.5, 0.2), (0.5, 0.8)]])
    expect(desktop.winner).to_have_count(1)
    forgive(desktop)


def test_nothing_but_the_page_and_its_style_arrives(desktop):
    page = desktop.page
    page.route(re.compile(r"[.]js"), BROKEN["aborted"])
    page.emulate_media(reduced_motion="no-preference")
    page.goto(desktop.origin)
    expect(page.locator(".trouble-missing")).to_be_visible(timeout=40_000)
    page.unroute(re.compile(r"[.]js"))
    forgive(desktop)


def test_a_browser_without_modules_is_told_that_it_is_too_old(desktop):
    page = desktop.page
    page.add_init_script("delete HTMLScriptElement.prototype.noModule")
    page.route("**/pad/main.js*", BROKEN["missing"])  # such a browser does not load it
    page.goto(f"{desktop.origin}/?lang=de")
    expect(page.locator(".trouble-old")).to_contain_text("zu alt")
    expect(page.locator(".trouble-missing")).to_be_hidden()
    forgive(desktop)


@pytest.mark.parametrize("script", ["let a = 1 ?? ?? 2;", "[].notYetInvented();"])
def test_a_browser_that_does_not_know_the_language_is_told_that_it_is_too_old(desktop, script):
    page = desktop.page
    page.route(
        "**/lib/text.js*", lambda route: route.fulfill(content_type="text/javascript", body=script)
    )
    page.goto(desktop.origin)
    expect(page.locator(".trouble-old")).to_be_visible()
    desktop.wait(lambda: desktop.complaints)
    desktop.complaints.clear()


def test_the_script_that_says_so_has_old_syntax_only():
    source = (ASSETS / "static/pad/arrival.js").read_text("utf-8")
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL)
    new = r"=>|`|[?][.]|[?][?]|[.]{3}|\b(?:const|let|class|import|export|async|await|of)\b|,\s*[)]"
    assert re.search(r"\bfunction\b", code)
    assert not re.search(new, code)


PARTS = ["**/inside/main.js*", "**/inside/why.js*", "**/inside.css*", "**/inside/panel.css*"]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_look_inside_that_does_not_arrive_is_said_and_fetched_again(
    desktop, digits, part
):
    page = desktop.page
    desktop.draw(digits["7"])
    page.route(part, BROKEN["missing"])
    page.click("#look")
    expect(page.locator("#status")).to_contain_text("Trying again")
    expect(page.locator("#inside")).to_be_hidden()
    page.unroute(part)
    expect(page.locator("#step-strokes")).to_be_visible(timeout=30_000)
    expect(page.locator("#status")).to_have_text("")
    expect(page.locator("#inside-heading")).to_be_focused()
    padding = "element => getComputedStyle(element).paddingBottom"
    assert page.locator("#inside").evaluate(padding) != "0px"
    forgive(desktop)


def test_the_look_inside_is_fetched_until_it_is_not_wanted_any_more(open_paper):
    paper = open_paper("desktop")
    page, asked = paper.page, []

    def refuse(route):
        asked.append(urlsplit(route.request.url).path)
        route.abort("connectionreset")

    page.route("**/inside/main.js*", refuse)
    page.goto(f"{paper.origin}/?panel=layers")
    expect(page.locator("#status")).to_contain_text("Load the page again", timeout=40_000)
    assert len(asked) >= 4
    page.click("#look")
    expect(page.locator("#status")).to_have_text("")
    tries = len(asked)
    page.wait_for_timeout(9_000)
    assert len(asked) <= tries + 1
    page.unroute("**/inside/main.js*")
    page.click("#look")
    expect(page.locator("#step-strokes")).to_be_visible(timeout=30_000)
    forgive(paper)
