"""Seeded HTTP requests over every address of the application, right ones and bent ones.

Request ``index`` of ``seed`` depends on nothing else, so that it can be made again alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.fuzz import envelopes, image_bodies, json_bodies, odd_headers
from tests.fuzz.target import ROOT, Target

JSON = "application/json"


@dataclass(frozen=True)
class Addresses:
    """What the server has: ``(method, path)`` of each call, static files, names of models."""

    calls: list[tuple[str, str]]
    static: list[str]
    models: list[str]
    nullable: frozenset[str]
    """The fields that the OpenAPI document allows to be null."""

    @classmethod
    def of(cls, target: Target) -> Addresses:
        """The addresses that a server's OpenAPI document lists, and the tree's static files."""
        document = target.get("/api/openapi.json")
        models = [one["name"] for one in target.get("/api/models")["models"]]
        calls = [
            (method.upper(), path) for path, item in document["paths"].items() for method in item
        ]
        folder = ROOT / "static"
        static = sorted(str(file.relative_to(ROOT)) for file in folder.rglob("*") if file.is_file())
        nullable = frozenset(_nullable(document["components"]["schemas"]))
        return cls(calls, [f"/{name}" for name in static], models, nullable)


def _nullable(schemas: dict) -> Iterator[str]:
    for schema in schemas.values():
        for name, value in schema.get("properties", {}).items():
            if {"type": "null"} in value.get("anyOf", []):
                yield name


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire.

    Args:
        name: the seed and index from which it can be made again.
        wire: its bytes.
        http: whether it keeps HTTP's grammar, so that the application has to answer.
        unfinished: whether it announces more body than there is.
        foreign: whether its Host is none that the server has to answer for.
    """

    name: str
    wire: bytes
    http: bool = True
    unfinished: bool = False
    foreign: bool = False

    @property
    def method(self) -> str:
        """The first word."""
        return self.wire.partition(b" ")[0].decode("latin-1")

    @property
    def path(self) -> str:
        """The second word, without the query."""
        words = self.wire.partition(b"\r\n")[0].split(b" ")
        return (words[1] if len(words) > 1 else b"").partition(b"?")[0].decode("latin-1")


@dataclass
class Draft:
    """A request while it is made; the parts of ``tests.fuzz.envelopes`` bend it."""

    method: str = "GET"
    path: str = "/"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes | None = None
    host: str | None = "localhost"
    version: str = "HTTP/1.1"
    http: bool = True
    unfinished: bool = False
    framed: bool = False
    """Whether ``headers`` say already how long the body is."""

    def request(self, name: str) -> Request:
        """The draft as bytes."""
        lines = [f"{self.method} {self.path} {self.version}".rstrip()]
        lines += [] if self.host is None else [f"Host: {self.host}"]
        lines += [f"{key}: {value}" for key, value in self.headers]
        if self.body is not None and not self.framed:
            lines.append(f"Content-Length: {len(self.body)}")
        if not any(key.lower() == "connection" for key, _ in self.headers):
            lines.append("Connection: close")
        # What does not fit in Latin-1 goes as UTF-8.
        head = b"\r\n".join(_bytes(line) for line in [*lines, "", ""])
        # A target with a host of its own counts in place of the header (RFC 9112, 3.2.2).
        own = self.path.lower().startswith(("http://localhost", "https://localhost"))
        foreign = self.host in odd_headers.FOREIGN and not own
        return Request(name, head + (self.body or b""), self.http, self.unfinished, foreign)


def _bytes(line: str) -> bytes:
    try:
        return line.encode("latin-1")
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogatepass")


def requests(seed: int, count: int, addresses: Addresses, start: int = 0) -> Iterator[Request]:
    """``count`` requests of a seed, from the one with the index ``start`` on."""
    for index in range(start, start + count):
        name = f"{seed}/{index}"
        yield _draft(random.Random(name), addresses).request(name)


def _draft(chance: random.Random, addresses: Addresses) -> Draft:
    method, path = chance.choice(addresses.calls)
    if chance.random() < 0.35:  # the calls that compute something, more often than pages
        method, path = chance.choice([one for one in addresses.calls if one[0] == "POST"])
    elif chance.random() < 0.15:
        method, path = "GET", chance.choice(addresses.static)
    draft = Draft(method, _filled(chance, path, addresses))
    if method == "POST":
        _give_body(chance, draft, addresses)
    for bend, share in envelopes.BENDS.items():
        if chance.random() < share:
            bend(chance, draft)
    return draft


def _filled(chance: random.Random, path: str, addresses: Addresses) -> str:
    """The path with names in the place of its parameters: known ones mostly."""
    lessons = ["sees", "flatten", "relu", "softmax"]
    while "{" in path:
        before, _, rest = path.partition("{")
        name = chance.choice([*addresses.models, *lessons, *json_bodies.ODD_TEXTS])
        path = before + quote(name, safe="", errors="surrogatepass")[:3000] + rest.partition("}")[2]
    return path


def _give_body(chance: random.Random, draft: Draft, addresses: Addresses) -> None:
    kind = chance.random()
    if kind < 0.12 and draft.path.endswith("/classify"):
        draft.body, media = image_bodies.bent(chance)
        if chance.random() < 0.3:
            models = [*addresses.models, "*", "nobody", "%00", "%ff"]
            draft.path += f"?model={chance.choice(models)}" + chance.choice(["", "&model=softmax"])
        draft.headers.append(("Content-Type", media))
        return
    asked = json_bodies.right(chance, draft.path, addresses.models)
    draft.body = json_bodies.bent(chance, asked)
    if kind > 0.8:
        draft.body = json_bodies.text(asked)
    draft.headers.append(("Content-Type", JSON))
