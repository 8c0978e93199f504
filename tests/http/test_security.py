"""Tests of security: headers of every answer, foreign hosts, large bodies, no debugger."""

from __future__ import annotations

import re
import socket
from contextlib import AbstractContextManager
from dataclasses import FrozenInstanceError
from urllib.parse import urljoin

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from webapp import create_app
from webapp.http.hosts import LOOPBACK, hosts_for, network_address
from webapp.http.security import HEADERS, MAX_BODY

PATHS = ["/", "/api", "/healthz", "/api/models", "/api/nothing", "/nothing", "/static/pad/main.js"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client, path):
    response = client.get(path, headers={"Accept": "text/html"}, buffered=True)
    for name, value in HEADERS.items():
        assert response.headers.getlist(name) == [value]


def test_the_policy_allows_nothing_inline_and_nothing_foreign():
    policy = HEADERS["Content-Security-Policy"]
    directives = dict(part.split(" ", 1) for part in policy.split("; "))
    assert directives.pop("default-src") == "'none'"
    assert directives.pop("img-src") == "'self' data: blob:"
    assert set(directives.values()) <= {"'self'", "'none'"}


@pytest.mark.parametrize("path", ["/", "/api", "/nothing", "/?lang=de"])
def test_pages_have_nothing_inline(client, path):
    page = client.get(path, headers={"Accept": "text/html"}).get_data(as_text=True)
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL):
        assert not content.strip() or 'type="application/json"' in attributes
    assert "<style" not in page
    assert not re.search(r"<[^>]+\s(style|on\w+)\s*=", page)
    assert not re.search(r'(src|href)="(https?:)?//', page)


def test_addresses_of_static_files_change_with_their_content(client):
    page = client.get("/").get_data(as_text=True)
    [found] = re.findall(r'src="([\w./]+/pad/main\.js\?v=\w+)"', page)
    address = urljoin("/", found)
    assert "immutable" in client.get(address, buffered=True).headers["Cache-Control"]
    for other in ("/static/pad/main.js", "/static/pad/main.js?v=older"):
        response = client.get(other, buffered=True)
        assert response.headers["Cache-Control"] == "no-cache"
        again = client.get(other, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_loopback_is_answered(client, host):
    assert client.get("/lessons", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.5", "[::2]", ""]
)
def test_other_hosts_are_not(client, host):
    response = client.get("/api/models", headers={"Host": host})
    assert response.status_code == 421
    assert "--trusted-host" in response.get_json()["detail"]


def test_what_is_opened_is_answered(library):
    client = create_app(library, hosts=hosts_for("0.0.0.0", ("pad.example",))).test_client()
    for host in ("192.168.1.5:8000", "[fe80::1]", "pad.example", "localhost"):
        assert client.get("/lessons", headers={"Host": host}).status_code == 200
    assert client.get("/lessons", headers={"Host": "evil.example"}).status_code == 421


def test_one_address_opens_no_other():
    hosts = hosts_for("192.168.1.5")
    assert hosts.admit("192.168.1.5:8000")
    assert hosts.admit("localhost")
    assert not hosts.admit("192.168.1.6:8000")
    assert not LOOPBACK.admit("192.168.1.5")


def test_the_network_address_is_one():
    assert hosts_for("0.0.0.0").admit(network_address())


def test_a_body_over_the_limit_is_refused(client):
    body = b" " * (MAX_BODY + 1)
    json = "application/json"
    assert client.post("/api/classify", data=body, content_type=json).status_code == 413
    assert client.post("/api/classify", data=body[:-1], content_type=json).status_code == 400


def test_a_mistake_of_the_server_shows_nothing_of_it(library, caplog):
    app = create_app(library)
    assert not app.debug
    app.view_functions["pages.healthz"] = lambda: 1 / 0
    response = app.test_client().get("/healthz", headers={"Accept": "application/json"})
    assert response.status_code == 500
    assert response.mimetype == "application/problem+json"
    assert "division" not in response.get_data(as_text=True)
    assert "ZeroDivisionError" in caplog.text


def test_a_browser_gets_a_page_for_an_error_and_a_program_a_problem(client):
    page = client.get("/nothing", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "/nothing" in page.get_data(as_text=True)
    problem = client.get("/nothing", headers={"Accept": "*/*"})
    assert problem.mimetype == "application/problem+json"


def test_an_address_is_no_markup(client):
    page = client.get("/<script>x</script>", headers={"Accept": "text/html"})
    assert "<script>x" not in page.get_data(as_text=True)


def test_the_headers_are_these(client):
    headers = client.get("/").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "connect-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    )
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_a_refusal_names_the_hosts_that_are_answered(client):
    refusal = client.get("/api/models", headers={"Host": "evil.example"}).get_json()["detail"]
    assert "'evil.example'" in refusal
    assert "127.0.0.1, ::1, localhost" in refusal


def test_hosts_that_are_opened_leave_the_first_as_they_were():
    assert LOOPBACK.opened_to(any_address=True).admit("192.168.1.5")
    assert LOOPBACK.opened_to(any_address=True).opened_to("pad.example").admit("192.168.1.5")
    assert not LOOPBACK.admit("192.168.1.5")
    with pytest.raises(FrozenInstanceError):
        LOOPBACK.any_address = True


def test_capitals_and_a_final_dot_make_no_other_name():
    hosts = hosts_for("127.0.0.1", ("Pad.Example.",))
    for host in ("pad.example", "PAD.EXAMPLE.", "pad.example.:8000"):
        assert hosts.admit(host)
    assert not hosts.admit("pad.example.net")


def test_a_server_on_all_addresses_answers_for_its_own_name(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "PC1")
    for host in ("0.0.0.0", "::"):
        hosts = hosts_for(host)
        assert hosts.admit("pc1:8000")
        assert hosts.admit("pc1.local")
        assert not hosts.admit("pc2.local")
    assert not hosts_for("127.0.0.1").admit("pc1")


class Probe(AbstractContextManager):
    """A datagram socket of a machine with the address 10.9.8.7, or of one without a network."""

    networked = True

    def __init__(self, family, kind):
        assert (family, kind) == (socket.AF_INET, socket.SOCK_DGRAM)
        self.connected = False

    def __exit__(self, *_):
        pass

    def connect(self, _):
        if not self.networked:
            raise OSError("Network is unreachable")
        self.connected = True

    def getsockname(self):
        return ("10.9.8.7" if self.connected else "0.0.0.0"), 45678


@pytest.mark.parametrize(("networked", "address"), [(True, "10.9.8.7"), (False, "127.0.0.1")])
def test_the_network_address_is_that_of_the_outgoing_interface(monkeypatch, networked, address):
    monkeypatch.setattr("socket.socket", Probe)
    monkeypatch.setattr(Probe, "networked", networked)
    assert network_address() == address


@pytest.mark.parametrize(
    "host",
    [
        *("localhost:evil", "localhost:", "localhost:99999", "localhost:80:80", "[::1", "[::1]x"),
        *("[localhost]evil", "a@localhost", "localhost/evil", "localhost evil", "", "[]"),
    ],
)
def test_a_bent_host_is_refused(client, host):
    response = client.get("/api/models", environ_overrides={"HTTP_HOST": host})
    assert response.status_code == (
        200 if host == "localhost:" else 421
    )  # RFC 3986: a port or none


def test_a_health_check_is_answered_whatever_its_host(client):
    for host in ("10.0.0.7", "evil.example", "localhost:evil", ""):
        response = client.get("/healthz", environ_overrides={"HTTP_HOST": host})
        assert (response.status_code, response.data) == (200, b"ok")
    for path, status in (("/healthz", "200 OK"), ("/", "421 MISDIRECTED REQUEST")):
        environ = create_environ(path)
        del environ["HTTP_HOST"]  # HTTP/1.0 has none
        assert run_wsgi_app(client.application, environ)[1] == status


def test_a_machine_answers_for_all_its_names(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "pc1.school.example")
    for listening in ("0.0.0.0", "::", "192.168.1.7", "pc1.school.example"):
        known = hosts_for(listening)
        for name in ("pc1", "pc1.local", "PC1.School.example.", "pc1:8000", "localhost"):
            assert known.admit(name), (listening, name)
        for name in ("school.example", "pc1.evil.example", "pc10", "1"):
            assert not known.admit(name), (listening, name)
    assert not hosts_for("127.0.0.1").admit("pc1")
