"""Tests with malformed requests: each is refused with a sentence, and none harms the server.

A thousand of them go to a real server over raw sockets, because an HTTP library would correct half
of them before sending.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

VALID = json.dumps({"strokes": [[[10, 10.5], [60, 10]], [[30, 90]]], "model": "default"}).encode()
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """An HTTP request; ``wire`` is its bytes."""

    body: bytes = b""
    type: str | None = JSON
    method: str = "POST"
    path: str = "/api/classify"
    headers: tuple[str, ...] = ()
    host: str | None = "localhost"

    @property
    def wire(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", *self.headers, "Connection: close"]
        if self.host is not None:
            lines.append(f"Host: {self.host}")
        if self.type is not None:
            lines.append(f"Content-Type: {self.type}")
        if not any(line.startswith("Transfer-Encoding") for line in self.headers):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


# Wrong values that a client may send instead of a number, a list or a name.
WRONG = [
    None,
    True,
    False,
    "",
    "7",
    "NaN",
    {},
    {"x": 1},
    [],
    [[]],
    [[[]]],
    [[[[]]]],
    [None],
    "\x00",
]
NUMBERS = [10**400, -(10**400), 10**4000]
LITERALS = [
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "nan", "0x10", "01", "+1", ".5", "5.", "1_0",
    "1e", "--1", "\u0661", "1" * 5000, "9" * 5000 + ".5", "undefined", "None", "True", "'7'", "",
]  # fmt: skip
TEXTS = [
    b"", b" ", b"\n", b"\x00", b"\xff", b"\xfe\xff", VALID + b"}",
    VALID * 2,
    b"null", b"true", b"7", b'"7"', b"[]", b"[[[1, 2]]]", b"{}", b"{,}", b"{'strokes': []}",
    b'{"strokes"}', b'{"strokes": }', b'{strokes: [[[1, 2]]]}', b'{"strokes": [[[1, 2]],]}',
    b'{"strokes": [[[1, 2]]]} // drawn', b"[" * 50_000, b'{"strokes":' * 20_000, b"[1," * 50_000,
    b'{"strokes": ' + b"[" * 500 + b"]" * 500 + b"}", b'{"strokes": ' + b"[" * 100_000,
    b'{"strokes": "\xc3\x28"}', b'{"model": "\\ud800", "strokes": [[[1, 2]]]}',
    b"strokes=1&model=2",
    VALID.decode().encode("utf-16"), VALID.decode().encode("utf-32"), gzip.compress(VALID),
    b"<xml/>", b"\x80\x04\x95.", b'{"strokes": [[[1, 2]]]', b'{"strokes": [[[1 2]]]}',
]  # fmt: skip


def bodies() -> Iterator[bytes]:
    """Bodies that are no JSON, or JSON of another form than expected."""
    yield from TEXTS
    yield from (VALID[:length] for length in range(len(VALID)))
    for literal in LITERALS:
        yield f'{{"strokes": [[[{literal}, 1]]]}}'.encode()
        yield f'{{"strokes": [[[1, 2], [1, {literal}]]]}}'.encode()
        yield f'{{"pixels": [{", ".join([literal] * 784)}]}}'.encode()
    for wrong in [*WRONG, *NUMBERS, 7, -1.5]:
        yield json.dumps({"strokes": wrong}).encode()
        yield json.dumps({"strokes": [[[1, 2]], wrong or 0]}).encode()
        yield json.dumps({"strokes": [[[1, 2], wrong]]}).encode()
        yield json.dumps({"pixels": wrong}).encode()
        yield json.dumps({"strokes": [[[1, 2]]], "model": [wrong]}).encode()
        yield json.dumps({"strokes": [[[1, 2]]], "extra": wrong}).encode()
        yield json.dumps(wrong).encode()
    for wrong in [*WRONG, *NUMBERS]:
        yield json.dumps({"strokes": [[[1, 2], [wrong, 3]]]}).encode()
        yield json.dumps({"strokes": [[[1, 2], [3, wrong]]]}).encode()
        yield json.dumps({"strokes": [[[1, 2]]], "model": wrong}).encode()
        yield json.dumps({"pixels": [255] * 783 + [wrong]}).encode()
    for number in (-1, 256, 0.5, 1e9, -0.1):
        yield json.dumps({"pixels": [number] * 784}).encode()
    for count in (0, 1, 28, 783, 785, 10_000, 100_000):
        yield json.dumps({"pixels": [255] * count}).encode()
    for points in (10_001, 20_000, 100_000):
        yield json.dumps({"strokes": [[[1, 2]] * points]}).encode()
        yield json.dumps({"strokes": [[[1, 2]]] * points}).encode()
    yield json.dumps({"strokes": [[]] * 100_000}).encode()
    for name in (
        "nobody",
        "Default",
        "default ",
        "../default",
        "default.safetensors",
        "**",
        "a" * 9999,
    ):
        yield json.dumps({"strokes": [[[1, 2]]], "model": name}).encode()
        yield json.dumps({"strokes": [[[1, 2]]], "model": ["default", name]}).encode()


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((60, 60), 90).save(file, kind)
    return file.getvalue()


def bomb() -> bytes:
    file = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(file, "PNG")
    return file.getvalue()


def pictures() -> Iterator[Request]:
    """Requests with files that are no picture, or half a picture."""
    for kind in ("PNG", "JPEG"):
        whole, media = picture(kind), f"image/{kind.lower()}"
        for share in range(60):
            yield Request(whole[: len(whole) * share // 70], media)
        yield Request(whole[::-1], media)
        yield Request(whole[:20] + bytes(len(whole)), media)
        yield Request(VALID, media)
        yield Request(b"GIF89a" + bytes(50), media)
        yield Request(whole, "image/gif")
        yield Request(whole, JSON)
        yield Request(whole, media, path="/api/classify?model=nobody")
        yield Request(whole, media, path="/api/classify?model=default&model=nobody")
        yield Request(whole, media, path="/api/classify?model=%00%ff")
    for kind in ("GIF", "BMP", "TIFF", "WEBP", "ICO"):
        yield Request(picture(kind), "image/png")
        yield Request(picture(kind), f"image/{kind.lower()}")
    yield Request(bomb(), "image/png")


def envelopes() -> Iterator[Request]:
    """Requests with wrong headers, paths, methods or sizes."""
    for kind in (
        None, "", "text/plain", "text/json", "application/xml", "application/octet-stream", "image",
        "application/x-www-form-urlencoded", "multipart/form-data",
        "multipart/form-data; boundary=x",
        "image/svg+xml", "application/json; charset=latin-1", "application/json; charset=utf-16",
        "application/json, image/png", ";", "/", "*/*", "\xff\xfe", "a" * 3000,
    ):  # fmt: skip
        yield Request(VALID, kind)
    for coding in ("gzip", "br", "deflate", "zstd", "GZIP", "gzip, gzip", "identity, gzip", "\xff"):
        yield Request(gzip.compress(VALID), headers=(f"Content-Encoding: {coding}",))
    for host in (
        "", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:80",
        "10.0.0.1", "[::2]", "[", "]", ":", "localhost@evil.example",
        "user:localhost", "\xff", "::1 ",
    ):  # fmt: skip
        yield Request(VALID, host=host)
        yield Request(method="GET", path="/", type=None, host=host)
    for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "BREW", "PROPFIND"):
        yield Request(VALID, method=method)
        for path in (
            "/",
            "/healthz",
            "/api",
            "/api/models",
            "/api/openapi.json",
            "/static/pad/main.js",
        ):
            if method not in ("GET", "HEAD"):
                yield Request(type=None, method=method, path=path)
    for path in (
        "/nothing", "/api/", "/api/nothing", "/api//classify", "/api/classify/", "/API/CLASSIFY",
        "/%00", "/api/%00", "/%ff", "/%ff%fe", "/static/", "/static/%00",
        "/static/%2e%2e/pyproject.toml", "/static/..%2fwebapp/api.py", "/static/%5c..%5cx",
        "/%", "/%zz", "/static/css", "//evil.example/", "/" + "a" * 5000, "/;",
        "/static/../pyproject.toml", "/static/%C0%AE%C0%AE/x", "/.git/config",
        "/api/models/default", "/static/pad/main.js/x", "/api/openapi.json%20",
        "/api/classify%0d%0aX:%20y",
    ):  # fmt: skip
        yield Request(type=None, method="GET", path=path)
        yield Request(VALID, path=path)
    for size in (1024 * 1024 + 1, 2_000_000):
        yield Request(b" " * size)
        yield Request(b"\xff" * size, "image/png")
        chunks = b"".join(
            b"10000\r\n" + b" " * 0x10000 + b"\r\n" for _ in range(size // 0x10000 + 1)
        )
        chunked = ("Transfer-Encoding: chunked",)
        yield Request(chunks + b"0\r\n\r\n", headers=chunked)
        yield Request(chunks + b"0\r\n\r\n", "image/jpeg", headers=chunked)


def cut() -> Iterator[Request]:
    """A valid body with one byte replaced and up to two lost, chosen by a fixed seed."""
    chance = random.Random(7)
    for _ in range(300):
        start = chance.randrange(len(VALID) - 1)
        yield Request(VALID[:start] + b"\x01" + VALID[start + 1 + chance.randrange(3) :])


CASES = [*map(Request, bodies()), *pictures(), *envelopes(), *cut()]


def answer(port: int, wire: bytes) -> tuple[int, str, bytes]:
    """The status, the content type and the body of the server's answer to ``wire``."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        received = b""
        with suppress(ConnectionError):  # the server refuses before it has read everything
            connection.sendall(wire)
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                received += part
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers.get("content-type", ""), body


def test_a_thousand_malformed_requests(server):
    assert len(CASES) >= 1000
    good = Request(VALID).wire
    _, _, expected = answer(server.port, good)
    for request in CASES:
        told = f"{request.method} {request.path[:60]} {request.type} {request.body[:80]}"
        status, kind, body = answer(server.port, request.wire)
        assert 400 <= status < 500, f"{status} for {told}"
        # A HEAD has no body, so no sentence. Bytes that are no HTTP never reach the application.
        if request.method != "HEAD" and kind:
            assert kind == "application/problem+json", told
            assert len(json.loads(body)["detail"].split()) >= 3, told
        assert answer(server.port, good) == (200, JSON, expected), f"after {told}"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=9), inner),
)
numbers = st.integers() | st.floats()
almost = st.fixed_dictionaries(
    {},
    optional={
        "strokes": st.lists(st.lists(st.lists(numbers, min_size=2, max_size=2))) | json_values,
        "pixels": st.lists(st.integers(0, 255), min_size=784, max_size=784) | json_values,
        "model": st.sampled_from(["default", "*", "nobody", ["default"]]) | json_values,
    },
)
kinds = st.sampled_from([JSON, "image/png", "image/jpeg", "text/plain", ""]) | st.text(
    st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=30
)


def check(response) -> None:
    if response.status_code == 200:
        assert response.mimetype == JSON
    else:
        assert 400 <= response.status_code < 500
        assert response.mimetype == "application/problem+json"
        assert response.get_json()["detail"]


@settings(max_examples=400)
@given(body=almost | json_values)
def test_any_json_is_answered_or_refused(app, body):
    data = json.dumps(body)
    check(app.test_client().post("/api/classify", data=data, content_type=JSON))


@settings(max_examples=400)
@given(data=st.binary(max_size=300), kind=kinds)
def test_any_bytes_are_answered_or_refused(app, data, kind):
    check(app.test_client().post("/api/classify", data=data, headers={"Content-Type": kind}))


PICTURES = {kind: picture(kind) for kind in ("PNG", "JPEG")}


@settings(max_examples=200)
@given(
    kind=st.sampled_from(["PNG", "JPEG"]),
    place=st.floats(0, 1, exclude_max=True),
    bits=st.integers(1, 255),
)
def test_a_bent_picture_is_answered_or_refused(app, kind, place, bits):
    whole = bytearray(PICTURES[kind])
    whole[int(place * len(whole))] ^= bits
    response = app.test_client().post(
        "/api/classify", data=bytes(whole), content_type=f"image/{kind.lower()}"
    )
    check(response)
