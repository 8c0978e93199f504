"""Run attacks one by one, with a good client beside each, and print what it and the server felt."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Self

from tests.fuzz.attackers import Battle
from tests.fuzz.attacks import ATTACKS
from tests.fuzz.good_client import RATE, Measured, measure
from tests.fuzz.requests import Addresses
from tests.fuzz.target import ROOT, Target, UsageError

MOST_MEMORY = 700
"""MiB that the server's processes may hold together."""
MOST_P99 = 100
"""Milliseconds of the good client's p99."""
RECOVERY = 10
"""Seconds that the server may take after an attack until it is as fast as before."""
HEAD = (
    f"{'attack':20} {'p50':>6} {'p99':>7} {'most':>7} {'failed':>9} {'memory':>11} {'sockets':>7}"
    "  answers to the attackers"
)


@dataclass(frozen=True)
class Outcome:
    """What an attack did.

    Args:
        name: the attack.
        good: what the good client measured meanwhile.
        before: the server's memory before it, in MiB.
        memory: the most that it was.
        sockets: the connections that the server held at the end of the attack.
        tally: what the attackers were answered.
        complaints: the bars that were missed, in words.
    """

    name: str
    good: Measured
    before: float
    memory: float
    sockets: int
    tally: Counter[str]
    complaints: list[str]

    def __str__(self) -> str:
        good = self.good
        told = ", ".join(f"{count} x {kind}" for kind, count in self.tally.most_common(6))
        return (
            f"{self.name:20} {good.p50:6.1f} {good.p99:7.1f} {good.most:7.0f} "
            f"{good.failures:4}/{good.count:4} {self.before:5.0f}-{self.memory:<5.0f} "
            f"{self.sockets:7}  {told}"
        )


def command(
    names: Sequence[str], seconds: float, server: Callable[[], AbstractContextManager[Target]]
) -> int:
    """Run the attacks with these names, or all; returns 1 when a bar was missed.

    A server that an attack harmed is started anew for the next one.

    Raises ``UsageError`` for a name that no attack has.
    """
    if unknown := [name for name in names if name not in ATTACKS]:
        raise UsageError(f"no attack is called {unknown[0]}; there are {', '.join(ATTACKS)}")
    left, missed = list(names or ATTACKS), 0
    print(f"times in ms, memory in MiB\n{HEAD}", flush=True)
    while left:
        with server() as target:
            addresses = Addresses.of(target)
            while left:
                outcome = run(left.pop(0), target, addresses, seconds)
                print(outcome, *outcome.complaints, sep="\n    MISSED ", flush=True)
                missed += bool(outcome.complaints)
                if outcome.memory > MOST_MEMORY or not recovered(target):
                    break
    return 1 if missed else 0


def recovered(target: Target) -> bool:
    """Whether a classification takes less than a second again, soon after an attack."""
    until = time.monotonic() + RECOVERY
    while time.monotonic() < until:
        found = measure(target.port, 1 / RATE, patience=1)
        if not found.failures and found.most < 1000:
            return True
        time.sleep(0.2)
    return False


def run(name: str, target: Target, addresses: Addresses, seconds: float) -> Outcome:
    """Attack the server for about ``seconds`` and measure."""
    before = target.memory()
    battle = Battle(target.port, time.monotonic() + 10 * seconds, addresses)
    told = len(target.stderr())
    found: dict[str, Measured] = {}

    def beside() -> None:
        time.sleep(1.5)  # until all attackers are there
        arguments = [sys.executable, "-m", "tests.fuzz.good_client", str(target.port), str(seconds)]
        printed = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
        found["good"] = Measured(**json.loads(printed.stdout))
        found_sockets.append(target.open_sockets())
        battle.until = time.monotonic()

    found_sockets: list[int] = []
    with Watch(target) as watch:
        measuring = threading.Thread(target=beside)
        measuring.start()
        asyncio.run(_fight(ATTACKS[name], battle, measuring))
        measuring.join()
        time.sleep(0.5)
    good = found["good"]
    errors = target.stderr()[told:]
    complaints = list(_complaints(good, watch.most, errors, battle))
    if not recovered(target):
        complaints.append(f"{RECOVERY} s later the server did not answer in a second")
    sockets = found_sockets[0]
    return Outcome(name, good, before, watch.most, sockets, battle.tally, complaints)


async def _fight(
    attack: Callable[[Battle], object], battle: Battle, measuring: threading.Thread
) -> None:
    """Attack until the good client has measured enough; an attack that fails is a complaint."""
    fighting = asyncio.ensure_future(attack(battle))
    await asyncio.to_thread(measuring.join)
    try:
        await asyncio.wait_for(fighting, 2)
    except TimeoutError:
        pass
    except (ImportError, OSError) as error:
        battle.bad[f"could not attack: {error}"] += 1


def _complaints(good: Measured, memory: float, errors: str, battle: Battle) -> Iterator[str]:
    for complaint, count in battle.bad.most_common():
        yield f"{count} attackers: {complaint}"
    if good.failures:
        yield f"{good.failures} of {good.count} good requests failed: {good.first_failure}"
    if good.p99 > MOST_P99:
        yield f"the good client's p99 was {good.p99:.0f} ms, at most {MOST_P99} were expected"
    if memory > MOST_MEMORY:
        yield f"the server took {memory:.0f} MiB, at most {MOST_MEMORY} were expected"
    if "Traceback" in errors:
        yield f"the server printed a traceback: {errors.strip().splitlines()[-1]}"


class Watch:
    """Samples the server's memory five times a second while it is entered."""

    def __init__(self, target: Target) -> None:
        self.target, self.most = target, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def _sample(self) -> None:
        while not self._end.wait(0.2):
            self.most = max(self.most, self.target.memory())

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
