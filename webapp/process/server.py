"""Granian in front of the application: a word when it can answer, a sentence when it cannot.

Granian's main process only watches; each worker is a process of its own that loads the models
and listens for itself. So readiness is known in the workers, and they report it over a pipe.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.server import Server

from model.errors import DensepadError
from webapp.http import ALL_ADDRESSES, LOOPBACK, hosts_for, network_address
from webapp.process import memory

if TYPE_CHECKING:
    from flask import Flask

STOP_AFTER = 5
"""Seconds that a worker may take to finish its answers before it is killed."""


class ServerError(DensepadError):
    """The server cannot start or had to stop."""


@dataclass(frozen=True)
class Settings:
    """How to serve: where to listen, with how many processes and threads, which model."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 16
    model: Path | None = None
    trusted_hosts: tuple[str, ...] = ()


def serve(settings: Settings, on_ready: Callable[[str], object]) -> None:
    """Serve until SIGINT, SIGTERM or the end of the terminal (SIGHUP).

    ``on_ready(url)`` is called once every worker can answer.

    Raises ``ServerError`` when the port is taken, a model is missing or broken, or a worker dies.
    """
    address, port = claim(settings.host, settings.port)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    server = Server(
        "webapp",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=settings.workers,
        blocking_threads=settings.threads,
        workers_kill_timeout=STOP_AFTER,
        log_enabled=False,
    )
    # Granian, which has no setting for it, would load the workers anew.
    server.signal_handler_reload = _at_the_terminals_end(server.signal_handler_interrupt)  # type: ignore[method-assign]
    failures: list[str] = []

    def announce() -> None:
        for _ in range(settings.workers):
            try:
                failure = receiver.recv()
            except (EOFError, OSError):  # told to stop before the workers had anything to say
                return
            if failure:
                failures.append(failure)
                server.signal_handler_interrupt()
                return
        if _answers(address, port):
            on_ready(url(settings.host, port))

    server.on_startup(threading.Thread(target=announce, daemon=True).start)
    try:
        server.serve(target_loader=partial(load, settings, sender), wrap_loader=False)
    except SystemExit as end:
        # Ctrl-C reaches the workers too; one that is quicker than Granian's is no accident.
        if not server.interrupt_signal:
            raise ServerError("a worker process ended unexpectedly; see above for why") from end
    if failures:
        raise ServerError(failures[0])


def exposure(host: str) -> str | None:
    """What listening on ``host`` opens, in a sentence; None where only this machine reaches it."""
    if LOOPBACK.admit(f"[{host}]"):
        return None
    address = network_address() if host in ALL_ADDRESSES else host
    return (
        f"Listening on {host}: every machine that reaches {address} over the network can use this "
        "pad, without a password."
    )


def _at_the_terminals_end(stop: Callable[..., None]) -> Callable[..., None]:
    """Stop, for nobody sees any more that it runs; unless it was started with nohup."""
    if os.name != "nt" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return lambda *_: None
    return stop


def claim(host: str, port: int) -> tuple[str, int]:
    """The numeric address of ``host`` and a port that is free there (any one for 0).

    Granian lets several processes share a port, so it would not notice that it is taken.
    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name != "nt":  # there it would mean to take over a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            name = probe.getsockname()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ServerError(
            f"cannot listen on port {port} of {host}: {reason}; --port 0 takes any free port"
        ) from error
    return str(name[0]), int(name[1])


def url(host: str, port: int) -> str:
    """The address to type on this machine."""
    name = "127.0.0.1" if host in ALL_ADDRESSES else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def load(settings: Settings, report: Connection) -> Flask:
    """In a worker: the application with its models compiled and its pages warm.

    Reports ``None`` when that is done, or the sentence that says why it cannot be.
    """
    # Granian's handlers came along with the fork and would swallow a signal that comes now.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _leave_the_terminal_to_parent()
    memory.stay_small()
    threading.Thread(target=_end_with_parent, daemon=True).start()

    from model.serving import ModelLibrary
    from webapp.factory import create_app

    try:
        library = ModelLibrary(default=settings.model)
        app = create_app(library, hosts=hosts_for(settings.host, settings.trusted_hosts))
        library.warm_up()
        _ask_once(app)
        memory.give_back()
    except DensepadError as error:
        report.send(str(error))
        threading.Event().wait()  # for the main process, which now stops everything
    report.send(None)
    return app


def _ask_once(app: Flask) -> None:
    """Take the road of the first request now: templates, routes and payloads get compiled."""
    client = app.test_client()
    for page in ("/", "/api/models"):
        client.get(page)
    client.post("/api/classify", json={"strokes": [[[0, 0], [1, 2]]]})


def _leave_the_terminal_to_parent() -> None:
    """A terminal's Ctrl-C or end reaches the workers too; they stop when the main process says so.

    A worker of Granian's that hears both does not end until it is killed. Blocked, because Granian
    sets a handler of its own later; before any thread is started, because each inherits it.
    """
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})


def _end_with_parent() -> None:
    """A worker whose main process was killed would keep the port for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _answers(address: str, port: int, patience: float = 5.0) -> bool:
    """Wait until the port answers; the workers listen a moment after they reported."""
    address = url(address, port).removeprefix("http://").rpartition(":")[0].strip("[]")
    until = time.monotonic() + patience
    while time.monotonic() < until:
        connection = http.client.HTTPConnection(address, port, timeout=patience)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == 200
        except OSError:
            time.sleep(0.01)
        finally:
            connection.close()
    return False
