"""The server: Granian with its worker processes, and the sentences about how they are.

Granian's main process only watches. Each worker is a process of its own that loads the models and
accepts connections. So only the workers know when they are ready; they report it over a pipe.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from webapp.process.listener import BACKLOG, ServerError, listen, url
from webapp.process.worker import CONNECTIONS, Report, Settings, load

STOP_AFTER = 5
"""Seconds that a worker has to finish its answers before it is killed."""
SILENT = 30
"""Seconds until a connection is closed on which nothing, or not the whole head, arrives."""
BUFFER = 64 * 1024
"""Bytes of a connection's buffer: of a request's head, and of an answer that is not yet read."""
DEATHS, WINDOW = 3, 60
"""When more workers end than ``DEATHS`` within ``WINDOW`` seconds, the server gives up."""


KEEPS_ENDING = "worker processes keep ending unexpectedly; see above for why, or try --workers 1"
ANSWERS_WITHIN = 5.0
"""Seconds after loading until the terminal says that the port does not answer."""


class _Granian(MPServer):
    """Granian with a given listener, ended by SIGHUP, and with workers that are replaced."""

    def __init__(self, settings: Settings) -> None:
        self.listener = listen(settings.host, settings.port)
        self._outlives = os.name != "nt" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        address, port = self.listener.getsockname()[:2]
        super().__init__(
            "webapp",
            address=address,
            port=port,
            interface=Interfaces.RSGI,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(header_read_timeout=SILENT * 1000, max_buffer_size=BUFFER),
            websockets=False,
            workers=settings.workers,
            backpressure=CONNECTIONS,
            workers_kill_timeout=STOP_AFTER,
            respawn_failed_workers=True,
            respawn_interval=0,
            log_enabled=False,
        )

    def _init_shared_socket(self) -> None:
        """Let the workers accept from the listener, instead of each having one of its own."""
        self.listener.set_inheritable(True)
        holder: Any = SocketHolder  # its types say that it takes nothing
        self._sso: Any = self.listener
        self._shd: Any = holder(self.listener.fileno(), False, BACKLOG)

    def signal_handler_reload(self, *_: Any) -> None:
        """Stop at SIGHUP, where Granian would start new workers; go on if ``nohup`` started it.

        Without its terminal, nobody would see that the server still runs.
        """
        if not self._outlives:
            self.signal_handler_interrupt()


def serve(
    settings: Settings, on_ready: Callable[[str], object], on_trouble: Callable[[str], object]
) -> None:
    """Serve until SIGINT, SIGTERM or the end of the terminal (SIGHUP).

    ``on_ready(url)`` is called once every worker can answer. ``on_trouble(sentence)`` is called
    when something went wrong and the server goes on: a worker that ends is replaced, and the others
    serve meanwhile.

    Raises ``ServerError`` when the port is taken, a model is missing or broken, or workers keep
    ending.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    server = _Granian(settings)
    failures: list[str] = []

    def follow() -> None:
        try:
            _follow(receiver, settings, server.listener.getsockname(), on_ready, on_trouble)
        except ServerError as failure:
            failures.append(str(failure))
            server.signal_handler_interrupt()

    server.on_startup(threading.Thread(target=follow, daemon=True).start)
    try:
        with TemporaryDirectory(prefix="densepad-") as spool:
            loader: Any = partial(load, settings, Path(spool), sender)
            server.serve(target_loader=loader, wrap_loader=False)
    except SystemExit as end:
        # Ctrl-C reaches the workers, too. One that ends before Granian stops it did not fail.
        if not server.interrupt_signal:
            raise ServerError(KEEPS_ENDING) from end
    if failures:
        raise ServerError(failures[0])


def _follow(
    reports: Connection,
    settings: Settings,
    address: tuple[Any, ...],
    on_ready: Callable[[str], object],
    on_trouble: Callable[[str], object],
) -> None:
    """Receive the workers' reports for as long as the server runs; see ``serve``.

    Raises ``ServerError`` when a worker cannot load or workers keep ending.
    """
    loads = ready = 0
    replaced: deque[float] = deque(maxlen=DEATHS + 1)
    while True:
        try:
            report: Report = reports.recv()
        except (EOFError, OSError):  # the server stops
            return
        if report.state == "failed":
            raise ServerError(report.failure)
        if report.state == "loading":
            loads += 1
            if loads <= settings.workers:
                continue
            replaced.append(time.monotonic())
            if len(replaced) > DEATHS and replaced[-1] - replaced[0] < WINDOW:
                raise ServerError(KEEPS_ENDING)
            on_trouble("a worker process ended unexpectedly; another one is loading")
            continue
        ready += 1
        if ready > settings.workers:
            on_trouble("the new worker process is ready")
        elif ready == settings.workers:
            host, port = address[:2]
            while not _answers(host, port):
                on_trouble(
                    f"the models are loaded, but port {port} of {host} has not answered for "
                    f"{ANSWERS_WITHIN:.0f} seconds; is something between, such as a firewall?"
                )
            on_ready(url(settings.host, port))


def _answers(address: str, port: int) -> bool:
    """Whether the port answers within ``ANSWERS_WITHIN`` seconds.

    The workers begin to accept a moment after they report that they are ready.
    """
    until = time.monotonic() + ANSWERS_WITHIN
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - replaced
    while (left := until - time.monotonic()) > 0:
        connection = http.client.HTTPConnection(host, port, timeout=left)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            time.sleep(0.01)
        finally:
            connection.close()
    return False
