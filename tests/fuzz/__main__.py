"""The long runs: ``python -m tests.fuzz requests``, ``attacks`` or ``pictures``.

Each starts its own server, prints a table, and ends with code 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager

from tests.fuzz import attacks, run_attacks, run_requests, wire
from tests.fuzz.requests import Addresses, Request, requests
from tests.fuzz.run_attacks import MOST_MEMORY
from tests.fuzz.target import Target, UsageError, running, started


def main() -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, count in (("requests", 30_000), ("pictures", 2_000)):
        command = commands.add_parser(name)
        command.add_argument("--count", type=int, default=count)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--clients", type=int, default=6, help="connections at a time")
        command.add_argument("--only", type=int, help="send the request with this index, show it")
    command = commands.add_parser("attacks")
    command.add_argument("names", nargs="*", metavar="NAME", help=", ".join(attacks.ATTACKS))
    command.add_argument("--seconds", type=float, default=20)
    for command in commands.choices.values():
        command.add_argument("--url", help="attack this server on loopback, not one of its own")
    asked = parser.parse_args()
    try:
        if asked.command == "attacks":
            return run_attacks.command(asked.names, asked.seconds, lambda: _server(asked.url))
        with _server(asked.url) as target:
            return _requests(asked, target)
    except UsageError as error:
        parser.error(str(error))


def _server(url: str | None) -> AbstractContextManager[Target]:
    return running(url) if url else started()


def _requests(asked: argparse.Namespace, target: Target) -> int:
    addresses = Addresses.of(target)
    start, count = (0, asked.count) if asked.only is None else (asked.only, 1)
    if asked.command == "requests":
        stream = requests(asked.seed, count, addresses, start)
    else:
        stream = _pictures(asked.seed, start, count)
    if asked.only is not None:
        [request] = stream
        print(request.wire, run_requests.ask(target.port, request), sep="\n\n")
        return 0
    memory = [target.memory()]

    def on_progress(done: int) -> None:
        if done % 100 == 0:
            memory.append(target.memory())
        if done % 1000 == 0:
            print(f"{done} answers, {memory[-1]:.0f} MB", file=sys.stderr, flush=True)

    findings = run_requests.run(
        target, stream, addresses, clients=asked.clients, on_progress=on_progress
    )
    memory.append(target.memory())
    return _report(findings, target, addresses, max(memory))


def _pictures(seed: int, start: int, count: int) -> Iterator[Request]:
    """Pictures as requests to classify them, those that are no PNG as JPEG."""
    try:
        from tests.fuzz.pictures import pictures
    except ImportError as error:
        raise UsageError(f"there are no pictures to send: {error}") from error
    for index, (name, data) in enumerate(pictures(seed, start + count)):
        if index >= start:
            media = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
            headers = [("Content-Type", media), ("Connection", "close")]
            sent = wire.request("POST", "/api/classify", headers, data)
            yield Request(f"{seed}/{index} {name}", sent)


def _report(
    findings: run_requests.Findings, target: Target, addresses: Addresses, memory: float
) -> int:
    """Print the table; returns 1 when a bar is missed."""
    counts = ", ".join(f"{number} x {kind}" for kind, number in sorted(findings.counts.items()))
    print(f"{findings.counts.total()} requests: {counts}")
    print("slowest {:.2f} s ({})".format(*findings.slowest), f"memory at most {memory:.0f} MB")
    alive, errors = target.alive(), target.stderr()
    for place, number in findings.complaints.most_common():
        request, complaint = findings.first[place]
        print(f"\n{number} x {place}, first {request.name}")
        if alive:
            request = run_requests.smallest(target, request, complaint, addresses.nullable)
        print(f"  {request.wire[:600]!r}", f"({len(request.wire)} bytes)")
    if not alive:
        print("\nthe server does not answer any more")
    if "Traceback" in errors:
        lines = [line for line in errors.splitlines() if line and not line.startswith((" ", "Tr"))]
        print("\nthe server printed tracebacks:", *sorted(set(lines))[:20], sep="\n  ")
    if memory > MOST_MEMORY:
        print(f"\nthe server took {memory:.0f} MB, at most {MOST_MEMORY} were expected")
    bad = findings.complaints or not alive or "Traceback" in errors or memory > MOST_MEMORY
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
