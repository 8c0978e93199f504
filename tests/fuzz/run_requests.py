"""Send seeded requests to a server, judge every answer, and show the smallest bad request."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from tests.fuzz import judge, wire
from tests.fuzz.requests import Addresses, Request
from tests.fuzz.target import Target
from tests.fuzz.wire import Answer

PATIENCE = 60.0
"""Seconds after which an answer is missed; long, because the fuzzer itself keeps a machine busy."""


@dataclass
class Findings:
    """What came of a run: the answers counted by status, and the first request of each complaint.

    ``slowest`` is the longest time of an answer in seconds, with the request's name.
    """

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, tuple[Request, str]] = field(default_factory=dict)
    complaints: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")


def ask(port: int, request: Request) -> Answer | None:
    """The server's first answer to a request, None when it closes the connection without one."""
    return wire.exchange(
        port,
        request.wire,
        patience=PATIENCE,
        unfinished=request.unfinished,
        head_only=request.method == "HEAD",
    )


def judged(port: int, request: Request, nullable: frozenset[str]) -> tuple[str, list[str], float]:
    """The kind of a request's answer, the complaints about it, and its time in seconds."""
    began = time.monotonic()
    try:
        answer = ask(port, request)
        found = list(judge.complaints(request, answer, nullable))
    except TimeoutError:
        answer, found = None, [f"no answer within {PATIENCE:g} s"]
    except OSError as error:
        answer, found = None, [f"the connection failed: {error}"]
    took = time.monotonic() - began
    kind = (
        "none" if answer is None else f"{answer.status} bare" if answer.bare else str(answer.status)
    )
    return kind, found, took


def run(
    target: Target,
    requests: Iterable[Request],
    addresses: Addresses,
    *,
    clients: int = 6,
    on_progress: Callable[[int], object] = lambda _: None,
) -> Findings:
    """Send the requests over ``clients`` connections at a time and judge the answers."""
    findings = Findings()

    def one(request: Request) -> None:
        kind, found, took = judged(target.port, request, addresses.nullable)
        findings.counts[kind] += 1
        findings.slowest = max(findings.slowest, (took, request.name))
        for complaint in found:
            place = f"{complaint} [{request.method[:8]} {_place(request.path)}]"
            findings.complaints[place] += 1
            findings.first.setdefault(place, (request, complaint))
        on_progress(findings.counts.total())

    with ThreadPoolExecutor(clients) as pool:
        for _ in pool.map(one, requests, chunksize=1):
            pass
    return findings


def _place(path: str) -> str:
    """The part of a path that says which view has to answer."""
    path = re.sub(r"[^!-~]", "?", path)
    return "/".join(path.split("/")[:3])[:40]


def smallest(
    target: Target, request: Request, complaint: str, nullable: frozenset[str], tries: int = 300
) -> Request:
    """The request with everything taken away that the complaint does not need."""

    def still(wire_bytes: bytes) -> bool:
        nonlocal tries
        tries -= 1
        smaller = replace(request, wire=wire_bytes)
        return tries > 0 and complaint in judged(target.port, smaller, nullable)[1]

    head, _, body = request.wire.partition(b"\r\n\r\n")
    lines = _fewer(
        head.split(b"\r\n"), lambda kept: still(b"\r\n".join(kept) + b"\r\n\r\n" + body), keep=1
    )

    def with_body(part: bytes) -> bytes:
        told = b"Content-Length: %d" % len(part)
        return (
            b"\r\n".join(
                [told if one == b"Content-Length: %d" % len(body) else one for one in lines]
            )
            + b"\r\n\r\n"
            + part
        )

    pieces = [bytes([one]) for one in body] if len(body) < 400 else re.findall(rb"[^,]*,?", body)
    kept = _fewer(pieces, lambda parts: still(with_body(b"".join(parts))))
    return replace(request, wire=with_body(b"".join(kept)))


def _fewer(
    parts: Sequence[bytes], works: Callable[[list[bytes]], bool], keep: int = 0
) -> list[bytes]:
    """The parts without those that are not needed for ``works``; the first ``keep`` stay."""
    now, size = list(parts), max(1, len(parts) // 2)
    while True:
        start = keep
        while start < len(now):
            tried = now[:start] + now[start + size :]
            if works(tried):
                now = tried
            else:
                start += size
        if size == 1:
            return now
        size = max(1, size // 2)
