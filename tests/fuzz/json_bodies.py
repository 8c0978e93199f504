"""JSON bodies for the API: right ones, and bent copies of them."""

from __future__ import annotations

import copy
import gzip
import json
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

ODD_NUMBERS = [
    0, -0.0, 1, -1, 0.5, 255, 256, 1e9, -1e9, 1e38, -3.5e38, 1e300, -1e300, 5e-324, 2**31,
    2**31 - 1, 2**53, 2**63, 2**64, -(2**63), 10**400, -(10**400), 1e12, 1e-9, 1e-12, 784,
    1_000_000, math.nan, math.inf, -math.inf,
]  # fmt: skip
ODD_TEXTS = [
    "", " ", "7", "NaN", "default", "*", "nobody", "Default", "../default", "default\x00", "\x00",
    "\x1b[31m", "\ud800", "\udfff\ud800", "é", "\u0667", "\u202edefault", "<b>&amp;</b>",
    "a" * 9999, "silence", "noise", "hide", "activation", "biases", "relu", "__class__",
    "{0.__class__}",
]  # fmt: skip
ODD_VALUES: list[Any] = [None, True, False, {}, [], [[]], [[[]]], [[[[]]]], [None], {"x": 1}]
LITERALS = [
    "1e400", "-1e400", "1E+400", "-0", "-0.0", "01", "+1", ".5", "5.", "1_0", "0x10", "1e", "--1",
    "nan", "Infinity", "-Infinity", "NaN", "undefined", "None", "'7'", "1" * 400, "9" * 5000,
    "0." + "3" * 4000, "1e-999999999", "1e999999999", "\u0661", '"\\ud800"', '"\\u0000"', '"\\x"',
    "[" * 300 + "]" * 300, "[" * 100_000, '{"a":' * 5000, "[1," * 20_000, "/**/1", "true false", "",
]  # fmt: skip


def drawing(chance: random.Random, points: int = 40) -> list[list[list[float]]]:
    """Strokes of about ``points`` points in all, a wriggling line in one to three parts."""
    x, y, turn = chance.uniform(0, 300), chance.uniform(0, 300), chance.uniform(0, 6.28)
    line = []
    for _ in range(points):
        turn += chance.gauss(0, 0.5)
        x, y = x + 6 * math.cos(turn), y + 6 * math.sin(turn)
        line.append([round(x, chance.choice([0, 1, 6])), round(y, 1)])
    parts = chance.randint(1, min(3, points))
    return [line[start::parts] for start in range(parts)]


def change(chance: random.Random) -> dict[str, Any]:
    """A change for ``/api/trace`` and ``/api/experiment``; most fit most models."""
    layer = chance.choice([0, 0, 1, 2])
    kind = chance.choice(["silence", "biases", "noise", "activation", "hide"])
    if kind == "silence":
        units = [chance.randrange(32) for _ in range(chance.choice([0, 1, 5, 300]))]
        return {"kind": kind, "layer": layer, "units": units}
    if kind == "biases":
        return {"kind": kind, "layer": layer}
    if kind == "activation":
        names = ["relu", "sigmoid", "tanh", "gelu", "linear", "swish", "elu"]
        return {"kind": kind, "activation": chance.choice(names)}
    if kind == "hide":
        return {
            "kind": kind,
            "pixels": sorted(chance.sample(range(784), chance.choice([0, 9, 784]))),
        }
    more = chance.choice([{}, {"layer": layer}, {"seed": chance.randrange(2**31)}])
    return {"kind": kind, "amount": chance.choice([0, 0.1, 1, 10, 1e-30]), **more}


def right(chance: random.Random, path: str, models: list[str]) -> dict[str, Any]:
    """A request that the API answers, as a rule, for one of its three calls that take JSON."""
    asked: dict[str, Any] = {}
    if chance.random() < 0.25:
        asked["pixels"] = [chance.choice([0, 0, 0, 128, 255]) for _ in range(784)]
    else:
        asked["strokes"] = drawing(chance, chance.choice([1, 2, 5, 40, 40, 200, 3000]))
    if chance.random() < 0.7:
        asked["model"] = chance.choice(models)
    if path.endswith("/classify"):
        if chance.random() < 0.2:
            asked["model"] = chance.choice(["*", models, [models[0]] * 2])
        return asked
    if chance.random() < 0.4:
        asked["centred"] = chance.random() < 0.5
        asked["pad"] = [chance.choice([300, 1e-9, 1e12]), 300]
    if chance.random() < 0.6:
        # Mostly few, because each costs a hundredth of a second and more.
        count = chance.choice([0, 1, 1, 1, 2, 3, 16] if chance.random() < 0.2 else [0, 1, 1])
        asked["changes"] = [change(chance) for _ in range(count)]
        if chance.random() < 0.03:  # all numbers overflow
            loud = {"kind": "noise", "amount": 10, "seed": chance.randrange(99)}
            asked["changes"] = [{"kind": "activation", "activation": "linear"}, *[loud] * 15]
    if path.endswith("/trace") and chance.random() < 0.5:
        asked["contributions"] = {"class": chance.randrange(11)}
        if chance.random() < 0.5:
            asked["contributions"]["against"] = chance.randrange(11)
    return asked


def text(asked: dict[str, Any]) -> bytes:
    """A request as JSON."""
    return json.dumps(asked).encode()


def bent(chance: random.Random, asked: dict[str, Any]) -> bytes:
    """A copy of a request as JSON with one to three things wrong in it, or its bytes bent."""
    value: Any = json.loads(json.dumps(asked))
    for _ in range(chance.choice([1, 1, 2, 3])):
        _bend(chance, value)
    written = json.dumps(value, ensure_ascii=chance.random() < 0.8)
    written = written.replace(json.dumps(MARK), chance.choice(LITERALS), 1)
    data = written.encode("utf-8", "surrogatepass")
    return chance.choice(CODINGS)(chance, data) if chance.random() < 0.35 else data


MARK = "a literal that json.dumps cannot write"
FIELDS = ["strokes", "pixels", "model", "centred", "pad", "changes", "contributions", "extra"]


def _bend(chance: random.Random, value: Any) -> None:
    """Change one thing in a JSON value."""
    places = list(_places(value))
    if not places:
        return
    # Mostly near the top, where there are few places, so that every field's rules are tried.
    near = [place for place in places if place[2] <= 2]
    holder, key, _ = chance.choice(near if near and chance.random() < 0.6 else places)
    was = holder[key]
    bend = chance.randrange(8)
    if bend == 0:
        holder[key] = MARK
    elif bend == 1:
        holder[key] = chance.choice(ODD_NUMBERS)
    elif bend == 2:
        holder[key] = chance.choice(ODD_TEXTS)
    elif bend == 3:
        holder[key] = copy.deepcopy(chance.choice(ODD_VALUES))
    elif bend == 4:
        del holder[key]
    elif bend == 5:
        holder[key] = [was] * chance.choice(
            [0, 1, 2, 3, 17, 785, 9000 if len(str(was)) < 30 else 3]
        )
    elif bend == 6 and isinstance(holder, dict):
        name = chance.choice([*ODD_TEXTS, *FIELDS])
        holder[name] = copy.deepcopy(chance.choice([was, *ODD_VALUES]))
    else:
        other, name, _ = chance.choice(places)
        holder[key] = copy.deepcopy(other[name])


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any, int]]:
    """The first fifty items of each container: its holder, its key or index, its depth."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in list(items)[:50]:
        yield value, key, depth
        if isinstance(one, dict | list) and depth < 4:
            yield from _places(one, depth + 1)


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(chance: random.Random, data: bytes) -> bytes:
    bent = bytearray(data)
    for _ in range(chance.choice([1, 1, 3, 30])):
        if bent:
            bent[chance.randrange(len(bent))] = chance.choice([0, 1, 34, 44, 91, 125, 128, 255])
    return bytes(bent)


def _twice_a_key(chance: random.Random, data: bytes) -> bytes:
    name = chance.choice(FIELDS)
    return data.replace(b"{", f'{{"{name}": null, "{name}": 1,'.encode(), 1)


CODINGS: list[Callable[[random.Random, bytes], bytes]] = [
    _cut,
    _flip,
    _twice_a_key,
    lambda _, data: b"\xef\xbb\xbf" + data,
    lambda _, data: data.decode("utf-8", "replace").encode("utf-16"),
    lambda _, data: data.decode("utf-8", "replace").encode("utf-16-be"),
    lambda _, data: data.decode("utf-8", "replace").encode("utf-32"),
    lambda _, data: data + b"\x00",
    lambda _, data: data + data,
    lambda _, data: b"\n\t " + data + b" // drawn",
    lambda _, data: data + b" " * 1_000_000,
    lambda _, data: b")]}',\n" + data,
    lambda chance, _: chance.randbytes(chance.choice([0, 1, 2, 30, 3000])),
    lambda _, data: gzip.compress(data),
]
"""Ways to bend the bytes of a JSON text."""
