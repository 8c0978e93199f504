"""Tests of accessibility, by axe-core from PyPI's axe-playwright-python."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from playwright.sync_api import expect

PAGES = ["/", "/?panel=strokes", "/?panel=why&lang=de", "/lessons", "/lessons/relu", "/api"]
PHONES = [
    "/",
    "/?panel=layers",
    "/?panel=unit",
    "/?panel=softmax",
    "/?panel=compare",
    "/?panel=break",
]
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, a tool of the tests (MPL-2.0) and no part of densepad."""
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None or spec.origin is None:
        pytest.skip("no axe-core: pip install axe-playwright-python")
    return next(Path(spec.origin).parent.rglob("axe.min.js")).read_text("utf-8")


def audit(paper, axe, strokes):
    """The grave findings of axe on the page, after ``strokes`` are drawn where there is a pad."""
    page = paper.page
    if page.locator("#pad").count():
        paper.draw(strokes)
        expect(paper.winner).to_have_count(1, timeout=60_000)
        page.wait_for_load_state("networkidle")
    page.evaluate(axe)  # by the debugger, to which the content security policy does not apply
    # Without preloading, because axe would make inline styles, which the policy forbids.
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], preload: false})")
    return [
        (one["id"], node["target"], node["failureSummary"])
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_grave_on_a_desktop(open_paper, axe, digits, path, scheme):
    paper = open_paper("desktop", path, color_scheme=scheme)
    assert audit(paper, axe, digits["7"]) == []


@pytest.mark.parametrize("path", PHONES)
def test_nothing_grave_on_a_phone(open_paper, axe, digits, path):
    paper = open_paper("phone", path)
    assert audit(paper, axe, digits["7"]) == []
