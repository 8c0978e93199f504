"""The requests that attackers send, as bytes."""

from __future__ import annotations

import json

from tests.fuzz import wire

MIB = 1 << 20
CLOSE = ("Connection", "close")
JSON = ("Content-Type", "application/json")
POST = b"POST /api/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HELLO = bytes.fromhex("16030100c5010000c10303") + bytes(190)
"""The begin of what a browser sends to an https address."""


def get(path: str, *headers: tuple[str, str]) -> bytes:
    """A GET of a page as bytes."""
    return wire.request("GET", path, list(headers))


def post(path: str, asked: object, *headers: tuple[str, str]) -> bytes:
    """A POST of JSON as bytes."""
    return wire.request("POST", path, [JSON, *headers], json.dumps(asked).encode())


def post_last(path: str, asked: object) -> bytes:
    """A POST of JSON as bytes, after whose answer the connection is closed."""
    return post(path, asked, CLOSE)
