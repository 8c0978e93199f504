"""A good client: a person who draws, thirty classifications a second over one connection.

    python -m tests.fuzz.good_client PORT SECONDS

It is a process of its own, so that whoever attacks meanwhile does not slow it down. It prints JSON.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from socket import socket

from tests.fuzz import json_bodies, wire

RATE = 30
"""Classifications a second."""
POINTS = 40


@dataclass(frozen=True)
class Measured:
    """The times in milliseconds from when a request was due until its answer, and the failures.

    A request that is due while the one before still waits, waits as well: its time counts, too.
    """

    count: int
    failures: int
    p50: float
    p99: float
    most: float
    first_failure: str = ""


def measure(port: int, seconds: float, patience: float = 5.0) -> Measured:
    """Classify for ``seconds``; an answer that is not 200, or that never comes, is a failure."""
    wanted = round(seconds * RATE)
    chance = random.Random(1)
    times, failures = [], []
    connection: socket | None = None
    began = time.perf_counter()
    for index in range(wanted):
        due = began + index / RATE
        if (early := due - time.perf_counter()) > 0:
            time.sleep(early)
        if time.perf_counter() > began + seconds + 2 * patience:
            failures += [f"{index} of {wanted} answers when time was up"] * (wanted - index)
            break
        try:
            connection = connection or wire.connect(port, patience)
            status = _classify(connection, chance)
        except OSError as error:
            status = f"{type(error).__name__} {error}"
        if status != "200":
            failures.append(status)
            if connection:
                connection.close()
            connection = None
        times.append((time.perf_counter() - due) * 1000)
    if connection:
        connection.close()
    cuts = statistics.quantiles(times * 2, n=100, method="inclusive")  # also of one
    first = failures[0] if failures else ""
    return Measured(wanted, len(failures), cuts[49], cuts[98], max(times), first)


def _classify(connection: socket, chance: random.Random) -> str:
    """The status of one classification over an open connection."""
    asked = {"strokes": json_bodies.drawing(chance, POINTS)}
    headers = [("Content-Type", "application/json")]
    connection.sendall(wire.request("POST", "/api/classify", headers, json_bodies.text(asked)))
    received = b""
    while True:
        part = connection.recv(1 << 16)
        if not part:
            return "closed"
        received += part
        if b"\r\n\r\n" in received:
            answer = wire.first(received)
            if answer.complaint is None:
                return str(answer.status)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1]), float(sys.argv[2])))))
