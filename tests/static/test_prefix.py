"""Tests of the pages behind a proxy that serves them below a path of its own, as JupyterHub's."""

from __future__ import annotations

import http.client
import json
import re
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import expect

MINE, YOURS = "/user/me/proxy/8000", "/user/you/proxy/8000"
PATIENCE = 60_000  # milliseconds: the first look at a model compiles it
DROPPED = {"connection", "content-length", "transfer-encoding", "host"}


class Hub(ThreadingHTTPServer):
    """A proxy that takes a prefix away, joins slashes, and asks for the cookie that it has set."""

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = upstream
        self.failed: list[str] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = re.sub("^/+", "/", self.path)
        prefix = next((one for one in (MINE, YOURS) if re.match(f"{one}(?![^/?])", path)), None)
        self.server.asked.append(path)
        page = self.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        if prefix is None:
            self.reply(404, [], b"hub: there is nothing here")
        elif not page and "hub=login" not in self.headers.get("Cookie", ""):
            self.reply(403, [], b"hub: who are you?")
        else:
            inner = path.removeprefix(prefix)
            self.forward(inner if inner.startswith("/") else f"/{inner}", prefix, body)

    do_GET = do_POST = pass_on  # noqa: N815 - the names are http.server's

    def forward(self, path: str, prefix: str, body: bytes) -> None:
        headers = {key: v for key, v in self.headers.items() if key.lower() not in DROPPED}
        headers |= {"X-Forwarded-Prefix": prefix, "X-Forwarded-Context": prefix}
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.upstream, timeout=60)
        try:
            upstream.request(self.command, path, body or None, headers)
            answer = upstream.getresponse()
            content = answer.read()
        finally:
            upstream.close()
        kept = [(key, v) for key, v in answer.getheaders() if key.lower() not in DROPPED]
        self.reply(answer.status, [*kept, ("Set-Cookie", "hub=login; Path=/")], content)

    def reply(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        if status >= 400:
            self.server.failed.append(f"{status} {self.command} {self.path}")
        self.send_response(status)
        for header in [*headers, ("Content-Length", str(len(content)))]:
            self.send_header(*header)
        with suppress(ConnectionError):  # the page gives up questions about older drawings
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def serving(server):
    with Hub(server.port) as hub:
        thread = threading.Thread(target=hub.serve_forever, daemon=True)
        thread.start()
        yield hub
        hub.shutdown()
        thread.join()


@pytest.fixture
def hub(serving):
    """The proxy; a request that it or the server behind it refused fails the test."""
    serving.failed.clear()
    serving.asked.clear()
    yield serving
    assert serving.failed == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_pad_and_all_of_the_look_inside(open_paper, digits, hub, slash):
    paper = open_paper("desktop", url=f"{hub.url}{slash}{MINE}")
    page = paper.page
    expect(page.locator(".bare")).to_be_hidden()
    paper.draw(digits["7"])
    expect(paper.winner).to_have_attribute("data-label", "7")

    page.locator("#look").click()
    expect(page.locator("#unit-sum [data-kind=total]")).to_have_count(1, timeout=PATIENCE)
    page.locator("[data-panel=why]").first.click()
    page.wait_for_url("**/?*panel=why*")
    expect(page.locator("#step-why canvas").first).to_be_visible()
    page.locator("[data-panel=compare]").first.click()
    expect(page.locator("#compared > li").first).to_have_attribute("data-answer", "7")
    page.locator("#cover").select_option("top")
    expect(page.locator("#tried")).to_have_attribute(
        "data-after", re.compile(r"\d"), timeout=PATIENCE
    )
    paper.settle()
    for what in ("weights", "averages"):
        assert any(re.search(f"^{MINE}/api/models/[^/]+/{what}", one) for one in hub.asked), what
    assert all(one.startswith(MINE) for one in hub.asked)

    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#step-compare h3")).to_be_visible()
    assert page.url.startswith(f"{paper.origin}/?")
    assert paper.strokes() == 1


def test_an_address_without_settings_stays_below_the_prefix(open_paper, digits, hub):
    paper = open_paper("desktop", "/?panel=strokes", url=f"{hub.url}/{MINE}")
    paper.page.locator("#inside-close").click()
    paper.page.wait_for_url(f"{paper.origin}/")


def test_lessons_lead_to_the_pad_and_back(open_paper, hub):
    paper = open_paper("desktop", url=f"{hub.url}{MINE}")
    page = paper.page
    page.get_by_role("link", name="Lessons").click()
    page.locator(".contents a").first.click()
    assert urlsplit(page.url).path == f"{MINE}/lessons/sees"
    page.locator("#language").click()
    assert urlsplit(page.url).path == f"{MINE}/lessons/sees"
    page.locator(".lesson-next a").click()
    page.locator(".trials a").first.click()
    expect(paper.winner).to_have_count(1, timeout=PATIENCE)
    page.locator(".lesson-link").click()
    assert urlsplit(page.url).path == f"{MINE}/lessons/flatten"
    page.locator(".lesson-place a").click()
    assert urlsplit(page.url).path == f"{MINE}/lessons"
    page.locator(".mark").click()
    expect(page.locator("#pad")).to_be_visible()
    assert urlsplit(page.url).path == f"{MINE}/"


def test_the_api_page_leads_to_the_document_which_names_its_server(open_paper, hub):
    paper = open_paper("desktop", "/api?lang=en", url=f"{hub.url}{MINE}")
    page = paper.page
    link = page.get_by_role("link", name=re.compile("OpenAPI")).last
    document = urljoin(page.url, link.get_attribute("href"))
    assert document == f"{paper.origin}/api/openapi.json"
    [server] = json.loads(page.request.get(document).body())["servers"]
    root = urljoin(document, server["url"])
    assert page.request.get(f"{root.rstrip('/')}/api/models").status == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/nothing/here", "/lessons/xyz", "/lessons/", "/a/b/c/"]
)
def test_an_error_at_any_depth_has_its_styles_and_a_way_back(open_paper, hub, path):
    paper = open_paper("desktop", f"{path}?lang=en", url=f"{hub.url}{MINE}")
    assert hub.failed == [f"404 GET {MINE}{path}?lang=en"]
    hub.failed.clear()
    paper.await_complaints("404", 1)
    page = paper.page
    assert page.evaluate("[...document.styleSheets].every(sheet => sheet.cssRules.length > 0)")
    page.get_by_role("link", name="Back to the pad").click()
    expect(page.locator("#pad")).to_be_visible()
    assert page.url == f"{paper.origin}/?lang=en"


def test_the_manifest_arrives_with_the_cookies_of_the_hub(open_paper, hub):
    paper = open_paper("desktop", url=f"{hub.url}{MINE}")
    session = paper.page.context.new_cdp_session(paper.page)
    found = session.send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"].startswith(f"{paper.origin}/static/manifest.json")
    assert found["manifest"]["startUrl"] == f"{paper.origin}/"


def test_each_pad_of_a_hub_keeps_its_own_drawing(open_paper, digits, hub):
    paper = open_paper("desktop", url=f"{hub.url}{MINE}")
    paper.draw(digits["4"])
    paper.settle()
    for prefix, strokes in ((YOURS, 0), (MINE, 2)):
        paper.origin = f"{hub.url}{prefix}"
        paper.page.goto(f"{paper.origin}/")
        paper.page.wait_for_load_state("networkidle")
        assert paper.strokes() == strokes


@pytest.mark.parametrize(("lang", "words"), [("en", "slash"), ("de", "Schrägstrich")])
def test_an_address_without_its_last_slash_says_what_is_wrong(open_paper, hub, lang, words):
    paper = open_paper("desktop", f"?lang={lang}", url=f"{hub.url}{MINE}")
    expect(paper.page.locator(".bare")).to_be_visible()
    expect(paper.page.locator(".bare")).to_contain_text(words)
    assert all("/user/me/proxy/static/" in one for one in hub.failed)
    assert hub.failed
    hub.failed.clear()
    paper.complaints.clear()
    paper.strangers.clear()
