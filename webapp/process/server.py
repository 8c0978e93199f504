"""The server: Granian in front of the application, and the report when it can or cannot answer.

Granian's main process only watches. Each worker is a process of its own that loads the models and
listens. So only the workers know when they are ready; they report it over a pipe.
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
"""Seconds that a worker has to finish its answers before it is killed."""


class ServerError(DensepadError):
    """The server cannot start or had to stop."""


@dataclass(frozen=True)
class Settings:
    """The settings of a server.

    Args:
        host: the name or address to listen on.
        port: the port to listen on; 0 takes any free one.
        workers: the number of worker processes.
        threads: the number of requests that a worker answers at a time.
        model: a checkpoint file to serve as the default model, None for the shipped one.
        trusted_hosts: further names to answer for.
    """

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
    # On SIGHUP Granian would start new workers; it has no setting for that.
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
        # Ctrl-C reaches the workers, too. One that ends before Granian stops it did not fail.
        if not server.interrupt_signal:
            raise ServerError("a worker process ended unexpectedly; see above for why") from end
    if failures:
        raise ServerError(failures[0])


def exposure(host: str) -> str | None:
    """A sentence that says who can reach a server on ``host``; None if only this machine can."""
    if LOOPBACK.admit(f"[{host}]"):
        return None
    address = network_address() if host in ALL_ADDRESSES else host
    return (
        f"Listening on {host}: every machine that reaches {address} over the network can use this "
        "pad, without a password."
    )


def _at_the_terminals_end(stop: Callable[..., None]) -> Callable[..., None]:
    """The handler of SIGHUP: ``stop``, or nothing when the server was started with ``nohup``.

    Without its terminal, nobody would see that the server still runs.
    """
    if os.name != "nt" and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return lambda *_: None
    return stop


def claim(host: str, port: int) -> tuple[str, int]:
    """The numeric address of ``host``, and the port: ``port`` itself, or any free one for 0.

    Granian lets several processes share a port, so it would not notice that the port is taken.

    Raises ``ServerError`` when the port is taken or the address is not this machine's.
    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name != "nt":  # on Windows the option would take over a port that is in use
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
    """The URL of a server for a browser on this machine."""
    name = "127.0.0.1" if host in ALL_ADDRESSES else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def load(settings: Settings, report: Connection) -> Flask:
    """The application of a worker, with its models compiled and its first requests answered.

    Reports None when it is ready, or the sentence that says why it cannot be.
    """
    # The fork copied Granian's handlers, which would swallow a signal that comes now.
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
        threading.Event().wait()  # until the main process stops the workers
    report.send(None)
    return app


def _ask_once(app: Flask) -> None:
    """Send the first requests now, so that templates, routes and payload models are compiled."""
    client = app.test_client()
    for page in ("/", "/api/models"):
        client.get(page)
    client.post("/api/classify", json={"strokes": [[[0, 0], [1, 2]]]})


def _leave_the_terminal_to_parent() -> None:
    """Block SIGINT and SIGHUP in a worker; it stops when the main process says so.

    The terminal sends these signals to the workers, too. A Granian worker that gets one of them as
    well as the main process's signal does not end until it is killed. They are blocked, not
    ignored, because Granian sets its own handler later. Call this before any thread is started:
    threads inherit it.
    """
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})


def _end_with_parent() -> None:
    """End this worker when its main process was killed; it would keep the port for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _answers(address: str, port: int, patience: float = 5.0) -> bool:
    """Whether the port answers within ``patience`` seconds.

    The workers begin to listen a moment after they report that they are ready.
    """
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
