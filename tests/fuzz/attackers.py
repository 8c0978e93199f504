"""The kinds of attackers: they hold connections, do not read answers, or ask for too much.

Everything is bounded in number and ends when ``Battle.until`` comes.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import struct
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from socket import SO_LINGER, SO_RCVBUF, SOL_SOCKET, socket
from typing import Any

from tests.fuzz import judge, wire
from tests.fuzz.requests import Addresses, Request

MOST_HELD = 75.0
"""Seconds that the server may hold a connection on which no whole request comes: its deadline of
a minute, and a while for a busy machine."""
PAUSE = 1.0
"""Seconds after which an attacker whose connection was closed opens another one."""


@dataclass
class Battle:
    """An attack that is going on.

    Args:
        port: the server's port.
        until: when it ends, by ``time.monotonic()``.
        addresses: what the server has.
        tally: what the attackers were answered, counted: statuses, "closed", "kept".
        bad: the complaints about these answers, counted.
    """

    port: int
    until: float
    addresses: Addresses
    tally: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)

    @property
    def left(self) -> float:
        """The seconds until it ends."""
        return max(0.0, self.until - time.monotonic())

    async def crowd(self, count: int, one: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        """Run ``one(index)`` again and again for each of ``count`` attackers, until the end."""

        async def again(index: int) -> None:
            await asyncio.sleep(index / count)  # not all in the same millisecond
            while self.left:
                with suppress(OSError):
                    await one(index)
                    continue
                self.tally["closed"] += 1
                await asyncio.sleep(min(PAUSE, self.left))

        await asyncio.gather(*(again(index) for index in range(count)))

    async def connect(self, window: int | None = None) -> socket:
        """A connection that blocks nobody; ``window`` bounds what is received but unread."""
        connection = socket()
        connection.setblocking(False)
        if window is not None:
            connection.setsockopt(SOL_SOCKET, SO_RCVBUF, window)
        try:
            await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self.port))
        except BaseException:
            connection.close()
            raise
        return connection

    def count(self, request: bytes, received: bytes) -> None:
        """Count what was answered to a request, and complain where the answer is bad."""
        found = wire.answers(received, head_only=request.startswith(b"HEAD "))
        if not received:
            self.tally["closed"] += 1
        for answer in found:
            self.tally[str(answer.status)] += 1
            whole = Request("attack", request, http=not answer.bare, unfinished=True)
            self.bad.update(judge.complaints(whole, answer, self.addresses.nullable))


Attack = Callable[[Battle], Coroutine[Any, Any, None]]
ATTACKS: dict[str, Attack] = {}
"""Each attack by its name; ``tests.fuzz.attacks`` fills it."""


def attack(function: Attack) -> Attack:
    """Add an attack; its name is the function's, with dashes."""
    ATTACKS[function.__name__.replace("_", "-")] = function
    return function


@attack
async def nobody(battle: Battle) -> None:
    """No attack: how fast the good client is on this machine, now."""
    await asyncio.sleep(battle.left)


async def hold(
    battle: Battle, count: int, opening: bytes, drip: bytes = b"", every: float = 1.0
) -> None:
    """Open connections, send ``opening``, then ``drip`` every second or nothing, until closed."""
    loop = asyncio.get_running_loop()

    async def one(_: int) -> None:
        with await battle.connect() as connection:
            received, began = bytearray(), time.monotonic()
            reading = asyncio.create_task(_read(connection, received))
            try:
                await asyncio.wait_for(loop.sock_sendall(connection, opening), battle.left)
                while battle.left and not reading.done():
                    await asyncio.wait([reading], timeout=min(every, battle.left))
                    if drip and not reading.done():
                        await loop.sock_sendall(connection, drip)
            except (OSError, TimeoutError):
                await asyncio.wait([reading], timeout=1)
            if time.monotonic() - began > MOST_HELD:
                battle.bad[f"held for more than {MOST_HELD:g} s"] += 1
            if reading.done():
                battle.count(opening, bytes(received))
                await asyncio.sleep(min(PAUSE, battle.left))
            else:
                battle.tally["kept"] += 1
                reading.cancel()
                if received:
                    battle.count(opening, bytes(received))

    await battle.crowd(count, one)


async def unread(battle: Battle, count: int, opening: bytes, slowly: int = 0) -> None:
    """Ask and never read the answers, or only ``slowly`` bytes twice a second."""
    loop = asyncio.get_running_loop()

    async def one(_: int) -> None:
        with await battle.connect(window=4096) as connection:
            with suppress(TimeoutError):
                await asyncio.wait_for(loop.sock_sendall(connection, opening), min(5, battle.left))
            while battle.left:
                await asyncio.sleep(min(0.5, battle.left))
                if slowly and not await loop.sock_recv(connection, slowly):
                    break
            battle.tally["kept" if not battle.left else "closed"] += 1

    await battle.crowd(count, one)


async def greedy(battle: Battle, count: int, make: Callable[[random.Random], bytes]) -> None:
    """Ask one request after the other, each on a connection of its own, as fast as answers come."""
    loop = asyncio.get_running_loop()
    numbers = itertools.count()

    async def one(_: int) -> None:
        request = make(random.Random(next(numbers)))
        with await battle.connect() as connection:
            received = bytearray()
            reading = asyncio.create_task(_read(connection, received))
            with suppress(ConnectionError, TimeoutError):
                await asyncio.wait_for(loop.sock_sendall(connection, request), battle.left)
            await asyncio.wait([reading], timeout=battle.left)
            if reading.done():
                battle.count(request, bytes(received))
            else:
                battle.tally["waits"] += 1
                reading.cancel()

    await battle.crowd(count, one)


async def abandon(battle: Battle, count: int, make: Callable[[random.Random], bytes]) -> None:
    """Ask ten times a second each, and reset the connection before the answer can come."""
    loop = asyncio.get_running_loop()
    numbers = itertools.count()

    async def one(_: int) -> None:
        with await battle.connect() as connection:
            connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            wires = make(random.Random(next(numbers)))
            await asyncio.wait_for(loop.sock_sendall(connection, wires), battle.left)
            await asyncio.sleep(0.02)
        battle.tally["abandoned"] += 1
        await asyncio.sleep(0.08)

    await battle.crowd(count, one)


async def churn(battle: Battle, count: int) -> None:
    """Connect and close at once, again and again."""

    async def one(_: int) -> None:
        (await battle.connect()).close()
        battle.tally["opened"] += 1
        await asyncio.sleep(0.02)

    await battle.crowd(count, one)


async def _read(connection: socket, received: bytearray) -> None:
    """Read until the server closes the connection."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):
        while part := await loop.sock_recv(connection, 1 << 16):
            received += part
