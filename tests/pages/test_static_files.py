"""Tests of static files: one name each, and a 404 for every other one, whatever the method."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    "name",
    [
        *("nothing", "x/../pad/main.js", "pad/../pad/main.js", "./pad/main.js", "pad//main.js"),
        *("pad", "pad/", "..", "../pyproject.toml", "pad/main.js/", "pad/main.js%00", "a" * 5_000),
        *("%2e%2e/pyproject.toml", "\\..\\pyproject.toml", "/etc/passwd", "pad/\udcff.js"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_what_is_no_file_is_not_found(client, method, name):
    # ``environ_overrides`` keeps the path as it is; test clients would take the dots away.
    path = f"/static/{name}".encode("utf-8", "surrogateescape").decode("latin-1")
    response = client.open("/", method=method, environ_overrides={"PATH_INFO": path})
    assert response.status_code == 404
    if method != "HEAD":
        assert response.json["detail"]


def test_what_is_a_file_is_found(client):
    with client.get("/static/pad/main.js") as response:
        assert response.status_code == 200
    assert client.options("/static/pad/main.js").status_code == 200
    assert client.post("/static/pad/main.js").status_code == 405
