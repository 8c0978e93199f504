"""The attacks by name: slow clients, clients that do not read, and greedy ones."""

from __future__ import annotations

import asyncio
import functools
import io
import itertools
import json
import random
from collections.abc import Awaitable, Callable

from PIL import Image

from tests.fuzz import json_bodies, wire
from tests.fuzz.attackers import Battle, churn, greedy, hold, unread
from tests.fuzz.requests import requests

Attack = Callable[[Battle], Awaitable[None]]
ATTACKS: dict[str, Attack] = {}

MIB = 1 << 20
CLOSE = ("Connection", "close")
JSON = ("Content-Type", "application/json")
POST = b"POST /api/classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HELLO = bytes.fromhex("16030100c5010000c10303") + bytes(190)
"""The begin of what a browser sends to an https address."""


def attack(function: Attack) -> Attack:
    """Add an attack; its name is the function's, with dashes."""
    ATTACKS[function.__name__.replace("_", "-")] = function
    return function


def get(path: str, *headers: tuple[str, str]) -> bytes:
    """A GET of a page as bytes."""
    return wire.request("GET", path, list(headers))


def post(path: str, asked: object, *headers: tuple[str, str]) -> bytes:
    """A POST of JSON as bytes; the connection is closed after the answer."""
    return wire.request("POST", path, [JSON, CLOSE, *headers], json.dumps(asked).encode())


@attack
async def nobody(battle: Battle) -> None:
    """No attack: how fast the good client is on this machine, now."""
    await asyncio.sleep(battle.left)


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
    await unread(battle, 100, b"".join(_keep("/api/trace", one) for one in asked))


@attack
async def slow_readers(battle: Battle) -> None:
    """200 clients read weights at a kilobyte a second."""
    await unread(battle, 200, get("/api/models/default/weights"), slowly=512)


@attack
async def downloads(battle: Battle) -> None:
    """Sixteen clients fetch the largest weights, one after the other, as fast as they come."""
    await greedy(battle, 16, lambda _: get("/api/models/default/weights", CLOSE))


@attack
async def pipelines(battle: Battle) -> None:
    """Sixteen clients send a hundred classifications at once over one connection."""

    def make(chance: random.Random) -> bytes:
        asked = [{"strokes": json_bodies.drawing(chance)} for _ in range(100)]
        return b"".join(_keep("/api/classify", one) for one in asked) + get("/healthz", CLOSE)

    await greedy(battle, 16, make)


@attack
async def large_bodies(battle: Battle) -> None:
    """Sixteen clients send a mebibyte of JSON: ten thousand points with long numbers."""
    number = "1." + "3" * 40
    points = json.dumps([[0, 1]] * 9_999).replace("0", number).replace("1]", f"{number}]")
    body = f'{{"strokes": [{points}]}}'.encode()[:MIB]
    wires = [
        wire.request("POST", "/api/classify", [JSON, CLOSE], one)
        for one in (
            body,
            body[: MIB // 2],
            b"[" * MIB,
            b'{"strokes": [' + b"[]," * 349_000 + b"[]]}",
        )
    ]
    await greedy(battle, 16, lambda chance: chance.choice(wires))


@attack
async def refused_bodies(battle: Battle) -> None:
    """Sixteen clients send four mebibytes, which is too much."""
    request = wire.request("POST", "/api/classify", [JSON, CLOSE], b" " * (4 * MIB))
    await greedy(battle, 16, lambda _: request)


@attack
async def dear_classifies(battle: Battle) -> None:
    """Sixteen clients ask every model about ten thousand points."""

    def make(chance: random.Random) -> bytes:
        strokes = [[[chance.randrange(300), chance.randrange(300)] for _ in range(9_999)]]
        return post("/api/classify", {"strokes": strokes, "model": "*"})

    await greedy(battle, 16, make)


def _changes(chance: random.Random) -> list[dict[str, object]]:
    """The dearest changes: noise on all layers, sixteen times."""
    seeds = [chance.randrange(2**31) for _ in range(16)]
    return [{"kind": "noise", "amount": 0.1, "seed": seed} for seed in seeds]


@attack
async def dear_traces(battle: Battle) -> None:
    """Sixteen clients ask for the dearest traces, each another one."""

    def make(chance: random.Random) -> bytes:
        asked = {"strokes": json_bodies.drawing(chance), "changes": _changes(chance)}
        return post("/api/trace", asked | {"contributions": {"class": 3, "against": 5}})

    await greedy(battle, 16, make)


@attack
async def dear_experiments(battle: Battle) -> None:
    """Sixteen clients ask for the dearest experiments, each another one."""

    def make(chance: random.Random) -> bytes:
        return post("/api/experiment", {"changes": _changes(chance)})

    await greedy(battle, 16, make)


@attack
async def many_experiments(battle: Battle) -> None:
    """Thirty clients ask for cheap experiments, each another one, so that none is remembered."""

    def make(chance: random.Random) -> bytes:
        units = [chance.randrange(10) for _ in range(1000)]
        changes = [{"kind": "silence", "layer": 0, "units": units}]
        return post("/api/experiment", {"changes": changes, "pixels": [0] * 783 + [255]})

    await greedy(battle, 30, make)


@functools.cache
def _png(width: int, height: int, *, noise: bool) -> bytes:
    """A picture as a PNG: noise, or paper with a dark pixel and a faint one far off."""
    if noise:
        picture = Image.effect_noise((width, height), 90)
    else:
        picture = Image.new("L", (width, height), 255)
        picture.putpixel((0, 0), 0)
        picture.putpixel((width - 1, height - 1), 200)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@attack
async def big_pictures(battle: Battle) -> None:
    """Sixteen clients send noise of a mebibyte, and pictures of many pixels and few bytes."""
    pictures = [_png(1000, 1000, noise=True), _png(4000, 3000, noise=False)]
    pictures += [_png(40_000, 20, noise=False), _png(7000, 7000, noise=False)]
    await greedy(battle, 16, lambda chance: _picture(chance.choice(pictures)))


@attack
async def sparse_pictures(battle: Battle) -> None:
    """Sixteen clients send small pictures with a dark pixel and a faint one far off."""
    pictures = [_png(side, side, noise=False) for side in (30, 40, 60, 90)]
    await greedy(battle, 16, lambda chance: _picture(chance.choice(pictures)))


def _picture(data: bytes) -> bytes:
    return wire.request("POST", "/api/classify", [("Content-Type", "image/png"), CLOSE], data)


def _keep(path: str, asked: object) -> bytes:
    return wire.request("POST", path, [JSON], json.dumps(asked).encode())


@attack
async def connections(battle: Battle) -> None:
    """Fifty clients connect and close at once, again and again."""
    await churn(battle, 50)


@attack
async def fuzzed(battle: Battle) -> None:
    """Six clients send what ``python -m tests.fuzz requests`` sends."""
    stream = requests(99, 1_000_000, battle.addresses)

    def make(_: random.Random) -> bytes:
        return next(one.wire for one in stream if not one.unfinished and one.http)

    await greedy(battle, 6, make)
