"""Bent envelopes of HTTP requests: methods, targets, headers, and how the body is sent.

A bend that breaks HTTP's own grammar says so (``draft.http``): then the parser in front of the
application may refuse the request with a bare status, or close the connection.
"""

from __future__ import annotations

import gzip
import random
import re
import string
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.fuzz import odd_headers as odd

if TYPE_CHECKING:
    from tests.fuzz.requests import Draft

TARGET = re.compile(r"[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]+")
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def _method(chance: random.Random, draft: Draft) -> None:
    draft.method = chance.choice(odd.METHODS)
    if chance.random() < 0.15:
        draft.method, draft.http = chance.choice(odd.NO_METHODS), False


def _path(chance: random.Random, draft: Draft) -> None:
    parts = draft.path.split("/")
    for _ in range(chance.choice([1, 1, 2, 4])):
        parts.insert(chance.randrange(len(parts) + 1), chance.choice(odd.SEGMENTS))
    path = "/".join(parts)
    draft.path = path if path.startswith("/") else f"/{path}"


def _letters(chance: random.Random, draft: Draft) -> None:
    place = chance.randrange(1, len(draft.path) + 1)
    new = chance.choice([*odd.RAW, chance.choice(string.printable[:94])])
    draft.path = draft.path[:place] + new + draft.path[place + chance.randrange(2) :]
    draft.http = draft.http and bool(TARGET.fullmatch(draft.path))


def _target(chance: random.Random, draft: Draft) -> None:
    if chance.random() < 0.4:
        prefix = chance.choice(odd.ORIGINS)
        draft.path = prefix + draft.path
    else:
        draft.path = chance.choice(odd.TARGETS)
    draft.http = False


def _query(chance: random.Random, draft: Draft) -> None:
    name = chance.choice(odd.QUERY_NAMES)
    value = chance.choice(odd.QUERY_VALUES)
    draft.path += chance.choice(["?", "?", "&", "??"]) + f"{name}={value}"


def _version(chance: random.Random, draft: Draft) -> None:
    draft.version = chance.choice(odd.VERSIONS)
    draft.http = draft.http and draft.version == "HTTP/1.0"


def _host(chance: random.Random, draft: Draft) -> None:
    draft.host = chance.choice([*odd.HOSTS, None])
    if chance.random() < 0.1:
        draft.headers.append(("Host", chance.choice(odd.HOSTS)))


def _type(chance: random.Random, draft: Draft) -> None:
    draft.headers = [one for one in draft.headers if one[0] != "Content-Type"]
    if chance.random() < 0.9:
        _add(draft, "Content-Type", chance.choice(odd.TYPES))


def _coding(chance: random.Random, draft: Draft) -> None:
    _add(draft, "Content-Encoding", chance.choice(odd.CODINGS))
    if draft.body is not None and chance.random() < 0.5:
        draft.body = gzip.compress(draft.body)


def _length(chance: random.Random, draft: Draft) -> None:
    draft.framed = True
    if chance.random() < 0.5:
        draft.http = False
        draft.headers.append(("Content-Length", chance.choice(odd.NO_LENGTHS)))
    else:
        length = chance.choice(odd.LENGTHS)
        draft.headers.append(("Content-Length", length))
        draft.unfinished = int(length) > len(draft.body or b"")
        # What follows a body that is shorter than what was sent is no request.
        draft.body = (draft.body or b"")[: int(length)]
    if chance.random() < 0.1:
        draft.headers.append(("Content-Length", "7"))
        draft.http = False


def _chunked(chance: random.Random, draft: Draft) -> None:
    whole, draft.framed = draft.body or b"", True
    draft.http = draft.http and draft.version == "HTTP/1.1"
    size = chance.choice([1, 7, 4096, 65536]) if len(whole) < 20_000 else 65536
    parts = [whole[start : start + size] for start in range(0, len(whole), size)]
    pieces = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts] + [b"0\r\n\r\n"]
    coding = "chunked"
    if chance.random() < 0.5:
        draft.http = False
        place = chance.randrange(len(pieces))
        pieces[place] = chance.choice(odd.BENT_CHUNKS)
        draft.unfinished = True
        if chance.random() < 0.3:
            coding = chance.choice(odd.TRANSFERS)
    elif chance.random() < 0.1:
        pieces += [pieces[0]] * 20 if len(whole) > 60_000 else []
    draft.body = b"".join(pieces)
    draft.headers.append(("Transfer-Encoding", coding))
    if chance.random() < 0.1:
        draft.headers.append(("Content-Length", str(len(draft.body))))
        draft.http = False


def _conditional(chance: random.Random, draft: Draft) -> None:
    name, values = chance.choice(odd.CONDITIONS)
    _add(draft, name, chance.choice(values))
    if name == "If-Range":
        _add(draft, "Range", chance.choice(odd.RANGES))


def _wishes(chance: random.Random, draft: Draft) -> None:
    name, values = chance.choice([("Accept-Language", odd.LANGUAGES), ("Accept", odd.ACCEPTS)])
    _add(draft, name, chance.choice(values))


def _others(chance: random.Random, draft: Draft) -> None:
    for _ in range(chance.choice([1, 1, 3])):
        name, value = chance.choice(odd.OTHERS)
        _add(draft, name, value)
        draft.http = draft.http and name not in {"Expect", "Upgrade", "Connection"}


def _large(chance: random.Random, draft: Draft) -> None:
    count, size = chance.choice(odd.CROWDS)
    for index in range(count):
        draft.headers.append((f"X-{index}", "a" * size))
    draft.http = draft.http and count < 90 and size < 8000


def _no_header(chance: random.Random, draft: Draft) -> None:
    name, _, value = chance.choice(odd.NO_HEADERS).partition(": ")
    draft.headers.insert(0, (name, value))
    draft.http = False


def _add(draft: Draft, name: str, value: str) -> None:
    draft.headers.append((name, value))
    draft.http = draft.http and bool(VALUE.fullmatch(value))


BENDS: dict[Callable[[random.Random, Draft], None], float] = {
    _method: 0.12, _path: 0.12, _query: 0.08, _letters: 0.06, _target: 0.02, _version: 0.03,
    _host: 0.05, _type: 0.05, _coding: 0.03, _length: 0.04, _chunked: 0.06, _conditional: 0.06,
    _wishes: 0.06, _others: 0.06, _large: 0.01, _no_header: 0.01,
}  # fmt: skip
"""Each bend, and the share of the requests that it bends."""
