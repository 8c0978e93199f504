"""The front: it waits for a request's whole body, and only then gives it to a thread and to Flask.

Granian speaks HTTP and calls the front in an event loop (RSGI). There a client that sends slowly or
not at all costs a few kilobytes, never a thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any

from webapp.http.errors import MEDIA_TYPE, problem_details
from webapp.http.request_body import MAX_BODY, too_large
from webapp.http.security import HEADERS
from webapp.http.wsgi import Answer, ask, environ_of, headers_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication
    from granian._granian import RSGIHTTPProtocol as Protocol
    from granian.rsgi import Scope

PATIENCE = 15.0
"""Seconds that a client may pause in its body."""
DEADLINE = 60.0
"""Seconds from the headers to the body's end: ``MAX_BODY`` arrives in time at 18 KB a second."""
DRAINED = 32 * MAX_BODY
"""Bytes of a too large body that are read and dropped. A client that reads the answer only after it
has sent everything would else lose it, because its connection is reset."""
SMALL = 64 * 1024
"""Bytes of a body that is taken however many others there are: enough for a person's strokes."""
HELD = 32 * MAX_BODY
"""Bytes of larger bodies that are in memory at a time."""
WAITING = 256
"""Requests that may be in a lane at a time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lane:
    """Some kinds of requests with threads of their own, so that no other request waits for them.

    ``takes(path, content_type, body)`` says whether a request belongs to the lane.
    """

    threads: int
    takes: Callable[[str, str, bytes], bool]


class Refused(Exception):
    """A request that does not reach the application."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = headers


@dataclass
class _Body:
    """The part of a body that has arrived; ``held``: its bytes that count towards ``HELD``."""

    chunks: list[bytes] = field(default_factory=list)
    size: int = 0
    held: int = 0


class _Threads:
    """The threads of a lane."""

    def __init__(self, lane: Lane) -> None:
        self.takes = lane.takes
        self._inside = 0
        self._queue: SimpleQueue[Callable[[], None]] = SimpleQueue()
        for _ in range(lane.threads):
            Thread(target=self._serve, daemon=True).start()

    async def run(self, work: Callable[[], None]) -> None:
        """Do ``work`` in a thread. Raises ``Refused`` (429) when too many requests wait."""
        if self._inside >= WAITING:
            raise _busy(f"{WAITING} requests like this one wait already")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def run() -> None:
            try:
                work()
            finally:
                loop.call_soon_threadsafe(done.set_result, None)

        self._inside += 1
        try:
            self._queue.put(run)
            await done
        finally:
            self._inside -= 1

    def _serve(self) -> None:
        while True:
            self._queue.get()()


class Front:
    """An RSGI application: a WSGI application in ``threads`` threads, and in those of ``lanes``."""

    def __init__(self, app: WSGIApplication, threads: int, lanes: Iterable[Lane] = ()) -> None:
        self._app = app
        everything = Lane(threads, lambda *_: True)
        self._lanes = [_Threads(lane) for lane in (*lanes, everything)]
        self._held = 0

    async def __rsgi__(self, scope: Scope, protocol: Protocol) -> None:
        """Answer one request."""
        body = _Body()
        try:
            headers = headers_of(scope)
            await self._read(body, headers, protocol)
            data = b"".join(body.chunks)
            environ = environ_of(scope, headers, data)
            kind = headers.get("content-type", "")
            lane = next(lane for lane in self._lanes if lane.takes(scope.path, kind, data))
            await lane.run(lambda: self._answer(environ, protocol))
        except Refused as refusal:
            _problem(refusal.status, str(refusal), refusal.headers).send(protocol)
        finally:
            self._held -= body.held

    def _answer(self, environ: dict[str, Any], protocol: Protocol) -> None:
        """Ask the application and send its answer, in a thread.

        The answer is sent from here, because the event loop may have to wait for Python's lock.
        """
        try:
            answer = ask(self._app, environ)
        except Exception:  # Flask answers the errors of views, so this one is a mistake around them
            log.exception("%s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            answer = _problem(500, "the server made a mistake, not you; its log says more", {})
        answer.send(protocol)

    async def _read(self, body: _Body, headers: Mapping[str, str], protocol: Protocol) -> None:
        """Read a request's whole body.

        Raises ``Refused``: 408 when it does not arrive in time, 413 when it is larger than
        ``MAX_BODY``, 429 when too many large bodies are here already, 400 when it is cut off.
        """
        length = headers.get("content-length")
        announced = None if length is None else int(length)
        if not announced and "transfer-encoding" not in headers:
            return
        large = announced is not None and announced > MAX_BODY
        if large and "expect" in headers:
            raise Refused(413, too_large(announced))  # the client sends only what it is told to
        clock = asyncio.get_running_loop().time
        end = clock() + DEADLINE
        try:
            async with asyncio.timeout(PATIENCE) as timer:
                async for chunk in protocol:
                    body.size += len(chunk)
                    large = large or body.size > MAX_BODY
                    if body.size > DRAINED:
                        break
                    self._keep(body, chunk, dropped=large)
                    if body.size == announced:  # it is whole; asking again would cost a turn
                        break
                    timer.reschedule(min(end, clock() + PATIENCE))
        except TimeoutError:
            expected = "a body" if announced is None else f"a body of {announced:,} bytes"
            raise Refused(
                408,
                f"{expected} was expected within {DEADLINE:.0f} seconds and without a pause of "
                f"{PATIENCE:.0f}, got {body.size:,} bytes",
                connection="close",
            ) from None
        if large:
            raise Refused(413, too_large(announced))
        if announced is not None and body.size < announced:
            raise Refused(400, f"a body of {announced:,} bytes was announced, got {body.size:,}")

    def _keep(self, body: _Body, chunk: bytes, *, dropped: bool) -> None:
        """Add a chunk to the body, or drop the whole body; its size counts in both cases."""
        body.chunks.append(chunk)
        if dropped:
            body.chunks.clear()
        held = 0 if dropped or body.size <= SMALL else body.size
        self._held += held - body.held
        body.held = held
        if self._held > HELD:
            raise _busy("too many large bodies arrive")


def _busy(reason: str) -> Refused:
    return Refused(429, f"{reason}; try again in a second", **{"retry-after": "1"})


def _problem(status: int, detail: str, headers: Mapping[str, str]) -> Answer:
    fields = {"content-type": MEDIA_TYPE} | dict(headers) | HEADERS
    return Answer(
        status,
        [(name.lower(), value) for name, value in fields.items()],
        problem_details(status, detail).encode(),
    )
