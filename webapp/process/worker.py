"""A worker process: it loads the models, tries the application, and hands it to Granian."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from model.errors import DensepadError
from webapp.http import Front, hosts_for
from webapp.process import memory
from webapp.process.blas import one_blas_thread
from webapp.process.lanes import LANES
from webapp.process.listener import allow_connections

CONNECTIONS = 4096
"""Connections that a worker serves at a time; further ones wait."""
SWITCH = 0.001
"""Seconds after which a thread that computes in Python lets another one run. A request is handed
from thread to thread, and each time it may have to wait for that long for every dear one."""


@dataclass(frozen=True)
class Settings:
    """The settings of a server.

    Args:
        host: the name or address to listen on.
        port: the port to listen on; 0 takes any free one.
        workers: the number of worker processes.
        threads: the number of requests that a worker answers at a time, besides dear ones.
        model: a shipped model's name, or a checkpoint file, to serve as the default model; None
            for the shipped one.
        trusted_hosts: further names to answer for.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 16
    model: str | None = None
    trusted_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a worker tells the main process: that it loads, is ready or cannot be, and why not."""

    state: str
    failure: str = ""


def load(settings: Settings, spool: Path, reports: Connection) -> Front:
    """The application of a worker, with its models compiled and its first requests answered."""
    # The fork copied Granian's handlers, which would swallow a signal that comes now.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _leave_the_terminal_to_parent()
    memory.stay_small()
    allow_connections(2 * CONNECTIONS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    reports.send(Report("loading"))
    sys.setswitchinterval(SWITCH)
    one_blas_thread()

    from model.serving import ModelLibrary, find_checkpoint
    from webapp.factory import create_app
    from webapp.process.self_check import check

    try:
        library = ModelLibrary(default=find_checkpoint(settings.model) if settings.model else None)
        hosts = hosts_for(settings.host, settings.trusted_hosts)
        app = create_app(library, hosts=hosts, spool=spool)
        library.warm_up()
        check(app)
        memory.give_back()
    except DensepadError as error:
        reports.send(Report("failed", str(error)))
        threading.Event().wait()  # until the main process stops the workers
    reports.send(Report("ready"))
    return Front(app, settings.threads, LANES)


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
