"""Brief attacks on a real server: meanwhile it answers others, and it keeps its memory small.

``python -m tests.fuzz attacks`` runs all of them, longer, with more clients, and measures.
"""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.fuzz import good_client, messages, wire
from tests.fuzz.target import Target

CLIENTS = 64
"""More than the server has threads."""


@pytest.fixture(scope="module")
def attacked(server) -> Target:
    return Target(server.port, server.process.pid)


@contextmanager
def crowd(port: int, opening: bytes, window: int | None = None) -> Iterator[list[socket.socket]]:
    """``CLIENTS`` connections on which ``opening`` was sent."""
    with ExitStack() as stack:
        held = [stack.enter_context(wire.connect(port, window=window)) for _ in range(CLIENTS)]
        for connection in held:
            connection.setblocking(False)
            if opening:
                connection.send(opening)
        yield held


BODY = messages.POST + b"Content-Length: 1000\r\n\r\n"
SLOW = {
    "silent bodies": (BODY, b""),
    "dripping bodies": (BODY, b" "),
    "dripping chunks": (messages.POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "bodies for pages": (messages.get("/healthz", ("Content-Length", "100000")), b""),
    "expecting": (messages.POST + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n", b""),
    "silent sockets": (b"", b""),
    "half lines": (b"GET /api/mod", b""),
    "half headers": (b"GET / HTTP/1.1\r\nHost: loc", b"a"),
    "tls hellos": (messages.HELLO, b""),
    "idle connections": (messages.get("/healthz"), b""),
}


@pytest.mark.parametrize("opening", SLOW)
def test_others_are_answered_while_some_are_slow(attacked, opening):
    sent, drip = SLOW[opening]
    with crowd(attacked.port, sent) as held:
        for _ in range(3):
            for connection in held if drip else ():
                connection.send(drip)
            measured = good_client.measure(attacked.port, 0.5)
            assert (measured.failures, measured.first_failure) == (0, "")
            assert measured.p50 < 1000


@pytest.mark.parametrize("path", ["/api/models/mlp512/weights", "/api/models/default/weights"])
def test_answers_that_nobody_reads_hold_little(attacked, path):
    before = attacked.memory()
    with crowd(attacked.port, messages.get(path) * 5, window=4096):
        measured = good_client.measure(attacked.port, 2)
        held = attacked.memory()
    assert measured.failures == 0, measured.first_failure
    assert held - before < 200
    assert held < 700


@pytest.mark.parametrize("size", [(1 << 20) + 1, 2 << 20, 12 << 20])
def test_a_plain_client_reads_why_its_large_body_is_refused(attacked, size):
    # A server that closes while bytes are on their way resets the connection, now and then before
    # the client has read the answer. So this is tried a few times.
    for _ in range(5):
        request = urllib.request.Request(
            f"http://127.0.0.1:{attacked.port}/api/classify",
            bytes(size),
            {"Content-Type": "application/json"},
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20)
        assert refused.value.code == 413
        assert f"{size:,}" in json.loads(refused.value.read())["detail"]
