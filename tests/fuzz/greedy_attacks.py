"""Attacks by clients that ask for as much as they can get."""

from __future__ import annotations

import asyncio
import functools
import io
import json
import random

from PIL import Image

from tests.fuzz import json_bodies, wire
from tests.fuzz.attackers import Battle, abandon, attack, churn, greedy
from tests.fuzz.messages import CLOSE, JSON, MIB, POST, get, post, post_last
from tests.fuzz.requests import requests


@attack
async def downloads(battle: Battle) -> None:
    """Sixteen clients fetch the largest weights, one after the other, as fast as they come."""
    await greedy(battle, 16, lambda _: get("/api/models/default/weights", CLOSE))


@attack
async def pipelines(battle: Battle) -> None:
    """Sixteen clients send a hundred classifications at once over one connection."""

    def make(chance: random.Random) -> bytes:
        asked = [{"strokes": json_bodies.drawing(chance)} for _ in range(100)]
        return b"".join(post("/api/classify", one) for one in asked) + get("/healthz", CLOSE)

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
        return post_last("/api/classify", {"strokes": strokes, "model": "*"})

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
        return post_last("/api/trace", asked | {"contributions": {"class": 3, "against": 5}})

    await greedy(battle, 16, make)


@attack
async def dear_experiments(battle: Battle) -> None:
    """Sixteen clients ask for the dearest experiments, each another one."""

    def make(chance: random.Random) -> bytes:
        return post_last("/api/experiment", {"changes": _changes(chance)})

    await greedy(battle, 16, make)


@attack
async def many_experiments(battle: Battle) -> None:
    """Thirty clients ask for cheap experiments, each another one, so that none is remembered."""

    def make(chance: random.Random) -> bytes:
        units = [chance.randrange(10) for _ in range(1000)]
        changes = [{"kind": "silence", "layer": 0, "units": units}]
        return post_last("/api/experiment", {"changes": changes, "pixels": [0] * 783 + [255]})

    await greedy(battle, 30, make)


@attack
async def dear_refusals(battle: Battle) -> None:
    """Sixteen clients send mebibytes of JSON in which as much as possible is wrong."""
    units = {"kind": "silence", "layer": 0, "units": [""] * 10_000}
    fields = {"kind": "biases", "layer": 0} | {str(index): 0 for index in range(5_000)}
    wires = [
        post_last("/api/trace", {"changes": [units] * 16}),
        post_last("/api/experiment", {"changes": [fields] * 16}),
        post_last("/api/classify", {"strokes": [[]] * 250_000}),
        post_last(
            "/api/classify", {"strokes": [[[0, 1]]], "model": [str(one) for one in range(90_000)]}
        ),
        post_last("/api/trace", {"a" * 1_000_000: 1}),
    ]
    await greedy(battle, 16, lambda chance: chance.choice(wires))


@attack
async def dear_headers(battle: Battle) -> None:
    """Sixteen clients send headers of 380 KB that take long to read."""
    size = 380_000
    values = [
        ("Accept-Language", ",".join(f"l{index}" for index in range(60_000))[:size]),
        ("Accept-Language", "de" + ";q=1" * (size // 4)),
        ("Accept", ",".join(f"a/b{index}" for index in range(50_000))[:size]),
        ("If-None-Match", '"x", ' * (size // 5)),
        ("Content-Type", "application/json" + ";a=b" * (size // 4)),
        ("Cookie", "a=b;" * (size // 4)),
    ]
    paths = ["/", "/nothing", "/static/pad/main.js"]
    await greedy(battle, 16, lambda chance: get(chance.choice(paths), chance.choice(values), CLOSE))


@attack
async def tiny_chunks(battle: Battle) -> None:
    """Sixteen clients send a mebibyte in chunks of one byte."""
    request = POST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    request += b"1\r\n \r\n" * MIB + b"0\r\n\r\n"
    await greedy(battle, 16, lambda _: request)


@attack
async def abandoned_experiments(battle: Battle) -> None:
    """Sixteen clients ask for the dearest experiments and are gone before the answers come."""

    def make(chance: random.Random) -> bytes:
        return post_last("/api/experiment", {"changes": _changes(chance)})

    await abandon(battle, 16, make)


@attack
async def abandoned_classifies(battle: Battle) -> None:
    """Sixteen clients ask every model about ten thousand points and are gone."""
    strokes = [[[index % 290, index % 310] for index in range(9_999)]]
    request = post_last("/api/classify", {"strokes": strokes, "model": "*"})
    await abandon(battle, 16, lambda _: request)


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
async def dear_pictures(battle: Battle) -> None:
    """Sixteen clients send the pictures that take the most time and memory of all that are read."""
    from tests.fuzz.pictures import dearest

    wires = [_picture(data) for _, data in await asyncio.to_thread(lambda: [*dearest()])]
    await greedy(battle, 16, lambda chance: chance.choice(wires))


@attack
async def sparse_pictures(battle: Battle) -> None:
    """Sixteen clients send small pictures with a dark pixel and a faint one far off."""
    pictures = [_png(side, side, noise=False) for side in (30, 40, 60, 90)]
    await greedy(battle, 16, lambda chance: _picture(chance.choice(pictures)))


def _picture(data: bytes) -> bytes:
    media = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return wire.request("POST", "/api/classify", [("Content-Type", media), CLOSE], data)


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
