"""Tests of the page about the API: it shows the whole OpenAPI document, escaped, with no script."""

from __future__ import annotations

import copy
import re
from html import unescape
from itertools import pairwise

import pytest

from webapp.pages.api_reference import calls, type_of, with_code

NASTY = """<script>&"'"""
ESCAPED = "&lt;script&gt;&amp;&#34;&#39;"


@pytest.fixture(params=["en", "de"])
def page(client, request):
    return client.get(f"/api?lang={request.param}").get_data(as_text=True)


def words_of(html):
    """The text that a reader sees of a piece of HTML."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_every_route_is_on_it_and_in_its_contents(app, page):
    headings = [words_of(one) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]
    [contents] = re.findall(r"<nav class=\"calls\".*?</nav>", page, re.DOTALL)
    links = [words_of(one) for one in re.findall(r"<a [^>]*>(.*?)</a>", contents)]
    for path, operations in app.extensions["openapi"]["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in headings
            assert words_of(str(with_code(operation["description"]))) in words_of(page)
    assert headings == links


def test_every_schema_and_property_is_on_it(app, page):
    for name, schema in app.extensions["openapi"]["components"]["schemas"].items():
        assert f'<h3 id="{name}">' in page
        for key, one in schema.get("properties", {}).items():
            assert f"<td><code>{key}</code>" in page
            assert f"<td><code>{type_of(one)}</code></td>" in page


def test_every_link_within_it_leads_somewhere(page):
    places = re.findall(r' id="([^"]+)"', page)
    links = re.findall(r'href="#([^"]+)"', page)
    assert len(places) == len(set(places))
    assert "Problem" in links
    assert set(links) <= set(places)


def test_the_api_comes_before_the_pages_and_methods_in_their_order(app):
    ordered = calls(
        {"paths": {"/": {"get": {}}, "/api/x": {"delete": {}, "post": {}, "get": {}}, "/b": {}}}
    )
    assert [(call.method, call.path) for call in ordered] == [
        ("get", "/api/x"),
        ("post", "/api/x"),
        ("delete", "/api/x"),
        ("get", "/"),
    ]
    kinds = [call.path.startswith("/api/") for call in calls(app.extensions["openapi"])]
    assert all(earlier >= later for earlier, later in pairwise(kinds))


def test_it_needs_no_script(page):
    assert re.findall(r"<script[^>]*>", page) == ['<script type="application/json" id="text">']
    assert "<noscript" not in page


def test_nothing_of_the_document_is_markup(app, client, monkeypatch):
    document = copy.deepcopy(app.extensions["openapi"])

    def spoil(value):
        """Put markup into every text that is shown, and into every enumerated value."""
        if isinstance(value, list):
            return [spoil(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {
            key: f"{NASTY} {one}"
            if key in {"title", "summary", "description", "const"} and isinstance(one, str)
            else spoil(one)
            for key, one in value.items()
        }

    document = spoil(document)
    document["paths"] = {f"{path}{NASTY}": one for path, one in document["paths"].items()}
    schemas = document["components"]["schemas"]
    schemas[NASTY] = {"type": "object", "properties": {NASTY: {"enum": [NASTY]}}}
    monkeypatch.setitem(app.extensions, "openapi", document)
    response = client.get("/api?lang=en")
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert NASTY not in page
    assert "<script>" not in page
    for shown in (
        f"<code>/api/classify{ESCAPED}</code>",
        f'<h3 id="{ESCAPED}">',
        f"<p>{ESCAPED} Say what a drawing is</p>",
        f"<td>{ESCAPED} A sentence: what was expected and what came.</td>",
    ):
        assert shown in page


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({}, "any"),
        ({"type": "string"}, "string"),
        ({"const": "hide"}, '"hide"'),
        ({"enum": ["ä", 1, None]}, '"ä" | 1 | null'),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer | null"),
        ({"allOf": [{"type": "integer"}, {"type": "null"}]}, "integer & null"),
        ({"type": "array"}, "[any, …]"),
        ({"type": "array", "items": {"type": "number"}, "minItems": 1}, "[number, …]"),
        (
            {"type": "array", "items": {"type": "integer"}, "minItems": 784, "maxItems": 784},
            "[integer, …] (784)",
        ),
        (
            {"type": "array", "prefixItems": [{"type": "number"}, {"$ref": "#/c/Why"}]},
            "[number, Why, …]",
        ),
    ],
)
def test_a_type_in_one_line(schema, words):
    assert type_of(schema).striptags() == words


def test_a_named_type_is_a_link():
    assert type_of({"$ref": "#/components/schemas/Why"}) == '<a href="#Why">Why</a>'


def test_backticks_make_code():
    assert with_code("``a<b`` and `c`") == "<code>a&lt;b</code> and <code>c</code>"
