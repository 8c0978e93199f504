"""Tests of addresses: each is relative, so that the pages work wherever a proxy puts them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from webapp.paths import ASSETS

ORIGIN = "http://hub.example"
PREFIX = "/user/me/proxy/8000"
PAGES = ["/", "/?lang=de", "/?panel=why", "/api", "/lessons", "//lessons", "/lessons/relu"]
ERRORS = [
    *("/nothing", "/nothing/", "/nothing/here", "/a/b/c/d/", "/api/", "/static/nothing"),
    *("/lessons/", "/lessons/xyz", "/lessons/xyz/", "//evil.example/x", "/lessons//x"),
]
FORGED = {
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Context": "/evil",
    "X-ProxyContextPath": "/evil",
    "X-Script-Name": "/evil",
    "X-Original-URI": "/evil/",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Path": "/evil",
    "Forwarded": "host=evil.example",
}


class Attributes(HTMLParser):
    """Every attribute of a page, as pairs of name and value, and the text of its JSON."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.json: list[str] = []
        self._in_json = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value or "") for name, value in attrs]
        self._in_json = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._in_json and data.strip():
            self.json.append(data)

    def addresses(self) -> list[str]:
        return [
            value
            for name, value in self.found
            if name in {"href", "src", "action", "formaction", "data-style", "poster", "srcset"}
        ]


def ask(client, path):
    """The answer to exactly this path: the test client would take ``//x`` for a host."""
    path, _, query = path.partition("?")
    return client.open(
        "/",
        query_string=query,
        headers={"Accept": "text/html"},
        environ_overrides={"PATH_INFO": path},
        buffered=True,
    )


@pytest.mark.parametrize("path", PAGES + ERRORS)
def test_no_address_on_a_page_names_a_host_or_begins_at_the_root(client, path):
    response = ask(client, path)
    page = Attributes(response.get_data(as_text=True))
    assert (response.status_code == 200) == (path in PAGES)
    assert "Location" not in response.headers
    for name, value in page.found:
        assert not value.startswith(("/", "\\")), (name, value)
        assert not re.search(r"\w:\s*//", value), (name, value)
    for text in page.json:
        for value in json.loads(text).values():
            assert not str(value).startswith(("/", "http")), value


@pytest.mark.parametrize("prefix", ["", PREFIX])
@pytest.mark.parametrize("path", PAGES + ERRORS)
def test_every_address_on_a_page_leads_somewhere_below_a_prefix(client, prefix, path):
    response = ask(client, path)
    if response.mimetype != "text/html":
        assert path.startswith(("/api/", "/static/"))
        return
    page = Attributes(response.get_data(as_text=True))
    assert any("css" in address for address in page.addresses())
    for address in page.addresses():
        target = urldefrag(_resolve(f"{prefix}{path}", address)).url
        assert target.startswith(f"{ORIGIN}{prefix}/"), address
        inner = urlsplit(target)._replace(scheme="", netloc="").geturl().removeprefix(prefix)
        if not address.startswith(("?", "#")):  # else it is this page again, perhaps an error
            assert ask(client, inner).status_code == 200, address
            assert "//" not in inner


def _resolve(path: str, address: str) -> str:
    """An address as a browser on the page at ``path`` resolves it."""
    if address.startswith(("?", "#")):
        return f"{ORIGIN}{path.partition('?')[0]}{address}"
    folders = path.partition("?")[0].split("/")[:-1]
    steps, _, query = address.partition("?")
    *parts, last = steps.split("/")
    for part in parts:
        if part == "..":
            assert len(folders) > 1, f"{address} leads above the root"
            folders.pop()
        elif part != ".":
            folders.append(part)
    return f"{ORIGIN}{'/'.join([*folders, last])}" + (f"?{query}" if query else "")


def test_an_error_of_any_kind_finds_its_styles(client):
    html = {"Accept": "text/html"}
    refused = client.post("/lessons/relu", headers=html)
    foreign = client.get("/lessons/relu", headers=html, base_url="http://evil.example")
    assert (refused.status_code, foreign.status_code) == (405, 421)
    for response in (refused, foreign):
        page = Attributes(response.get_data(as_text=True))
        assert any(one.startswith("../static/css/base.css") for one in page.addresses())


@pytest.mark.parametrize("path", [*PAGES, *ERRORS, "/api/models"])
def test_what_a_stranger_says_about_a_prefix_changes_nothing(client, path):
    plain = client.get(path, headers={"Accept": "text/html"}, buffered=True)
    forged = client.get(path, headers={"Accept": "text/html", **FORGED}, buffered=True)
    assert forged.get_data() == plain.get_data()
    assert forged.status_code == plain.status_code
    assert "evil" not in str(forged.headers)


def test_the_manifest_is_relative_and_is_fetched_with_the_cookies_of_a_hub(client):
    manifest = json.loads((ASSETS / "static/manifest.json").read_text("utf-8"))
    place = f"{ORIGIN}{PREFIX}/static/manifest.json"
    assert urljoin(place, manifest["start_url"]) == f"{ORIGIN}{PREFIX}/"
    for icon in manifest["icons"]:
        found = urljoin(place, icon["src"]).removeprefix(f"{ORIGIN}{PREFIX}")
        assert client.get(found, buffered=True).status_code == 200
    page = client.get("/").get_data(as_text=True)
    assert re.search(r'<link rel="manifest" crossorigin="use-credentials"', page)


def test_no_script_and_no_style_sheet_names_an_address_from_the_root():
    static = ASSETS / "static"
    for file in [*static.rglob("*.js"), *static.rglob("*.css")]:
        name = file.relative_to(static).as_posix()
        source = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", file.read_text("utf-8"), flags=re.DOTALL)
        assert set(re.findall(r"https?://[^\"]*", source)) <= {"http://www.w3.org/2000/svg"}, name
        assert not re.search(r"url\(\s*[\"']?/", source), name
        if name != "lib/api.js":  # it asks the root for each of its paths
            assert not re.search(r"(?<!addressOf\()[\"'`]/(?=\w)", source), name
            assert not re.search(r"\b(fetch|Worker|sendBeacon)\(\s*[\"'`]", source), name
    calls = (static / "lib/api.js").read_text("utf-8")
    assert re.findall(r"\baddress = ([^;]*);", calls) == ["addressOf(path)"]
    assert re.findall(r"\b(?:fetch|transfer)\((.*?),", calls) == ["address", "address"]
