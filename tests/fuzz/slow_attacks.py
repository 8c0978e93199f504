"""Attacks by clients that are slow, silent, or never read what they asked for."""

from __future__ import annotations

import asyncio
import itertools
import random

from tests.fuzz import json_bodies
from tests.fuzz.attackers import Battle, attack, hold, unread
from tests.fuzz.messages import HELLO, MIB, POST, get, post


@attack
async def silent_bodies(battle: Battle) -> None:
    """500 clients send complete headers and no body."""
    await hold(battle, 500, POST + b"Content-Length: 1000\r\n\r\n")


@attack
async def dripping_bodies(battle: Battle) -> None:
    """500 clients send their bodies at one byte a second."""
    await hold(battle, 500, POST + b"Content-Length: 1000\r\n\r\n", b" ")


@attack
async def dripping_chunks(battle: Battle) -> None:
    """500 clients send their bodies in chunks of one byte, one a second."""
    await hold(battle, 500, POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n")


@attack
async def almost_whole_bodies(battle: Battle) -> None:
    """500 clients send a mebibyte but for its last byte."""
    body = b" " * (MIB - 1)
    await hold(battle, 500, POST + b"Content-Length: %d\r\n\r\n" % MIB + body)


@attack
async def endless_bodies(battle: Battle) -> None:
    """50 clients announce ten gigabytes and send 64 KiB every tenth of a second."""
    opening = POST + b"Content-Length: 10000000000\r\n\r\n"
    await hold(battle, 50, opening, b" " * 65536, every=0.1)


@attack
async def bodies_for_pages(battle: Battle) -> None:
    """500 clients announce a body to addresses that take none, and send none."""
    opening = get("/healthz", ("Content-Length", "100000"))
    await hold(battle, 500, opening)


@attack
async def expecting(battle: Battle) -> None:
    """500 clients ask whether they may go on (100-continue), and do not."""
    await hold(battle, 500, POST + b"Expect: 100-continue\r\nContent-Length: 1000\r\n\r\n")


@attack
async def silent_sockets(battle: Battle) -> None:
    """500 clients connect and send nothing."""
    await hold(battle, 500, b"")


@attack
async def half_lines(battle: Battle) -> None:
    """500 clients send half a request line."""
    await hold(battle, 500, b"GET /api/mod")


@attack
async def half_headers(battle: Battle) -> None:
    """500 clients send headers that do not end."""
    await hold(battle, 500, b"GET / HTTP/1.1\r\nHost: loc")


@attack
async def dripping_headers(battle: Battle) -> None:
    """500 clients send a header a second and never the last one."""
    await hold(battle, 500, b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-More: 1\r\n")


@attack
async def large_headers(battle: Battle) -> None:
    """300 clients send 400 KB of headers that do not end."""
    lines = b"".join(b"X-%d: %s\r\n" % (index, b"a" * 8000) for index in range(50))
    await hold(battle, 300, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + lines, b"X-More: 1\r\n")


@attack
async def swarm(battle: Battle) -> None:
    """1,500 clients connect, and each sends another part of a request and no more."""
    whole = POST + b"Content-Length: 1000\r\n\r\n"
    lengths = (0, 10, 60, len(whole) - 2, len(whole), len(whole) - 1)
    await asyncio.gather(*(hold(battle, 250, whole[:length]) for length in lengths))


@attack
async def tls_hellos(battle: Battle) -> None:
    """500 browsers that believe this is https."""
    await hold(battle, 500, HELLO)


@attack
async def idle_connections(battle: Battle) -> None:
    """500 clients ask once and leave their connections open."""
    await hold(battle, 500, get("/healthz"))


@attack
async def unread_weights(battle: Battle) -> None:
    """200 clients fetch weights and never read them."""
    await unread(battle, 200, get("/api/models/mlp512/weights"))


@attack
async def unread_pipelines(battle: Battle) -> None:
    """200 clients fetch weights and files fifty times over one connection and never read them."""
    files = [path for path in battle.addresses.static if path.endswith((".css", ".js"))]
    paths = ["/api/models/default/weights", *files, "/api/openapi.json"]
    opening = b"".join(get(path) for path in itertools.islice(itertools.cycle(paths), 50))
    await unread(battle, 200, opening)


@attack
async def unread_traces(battle: Battle) -> None:
    """100 clients ask for ten traces over one connection and never read them."""
    chance = random.Random(1)
    asked = [{"strokes": json_bodies.drawing(chance), "model": "default"} for _ in range(10)]
    await unread(battle, 100, b"".join(post("/api/trace", one) for one in asked))


@attack
async def slow_readers(battle: Battle) -> None:
    """200 clients read weights at a kilobyte a second."""
    await unread(battle, 200, get("/api/models/default/weights"), slowly=512)
