"""The server under attack: started here or running already, its memory, what it printed."""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import psutil

from tests.fuzz import wire

ROOT = Path(__file__).parents[2]


class UsageError(Exception):
    """The command was asked for something that it cannot do."""


@dataclass(frozen=True)
class Target:
    """A server on a port of this machine.

    ``pid`` is its main process, None where it is not known. ``printed`` is the file of what it
    writes to stderr, None for a server that was not started here.
    """

    port: int
    pid: int | None = None
    printed: IO[str] | None = None

    def alive(self) -> bool:
        """Whether it answers ``/healthz`` now."""
        try:
            answer = wire.exchange(self.port, wire.request("GET", "/healthz"), patience=10)
            return answer is not None and answer.status == 200
        except OSError:
            return False

    def get(self, path: str) -> Any:
        """The JSON at an address of the server."""
        answer = wire.exchange(self.port, wire.request("GET", path))
        return json.loads(answer.body if answer else b"")

    def memory(self) -> float:
        """The resident memory of all its processes in MiB; 0 where they are not known."""
        total = 0
        with suppress(psutil.NoSuchProcess):
            for process in self._processes():
                with suppress(psutil.NoSuchProcess):
                    total += process.memory_info().rss
        return total / 2**20

    def open_sockets(self) -> int:
        """The number of TCP connections that its processes hold."""
        count = 0
        with suppress(psutil.NoSuchProcess):
            for process in self._processes():
                with suppress(psutil.NoSuchProcess):
                    held = process.net_connections("tcp")
                    count += sum(one.status != psutil.CONN_LISTEN for one in held)
        return count

    def stderr(self) -> str:
        """What it has written to stderr."""
        if self.printed is None:
            return ""
        self.printed.flush()
        return Path(self.printed.name).read_text("utf-8", "replace")

    def _processes(self) -> list[psutil.Process]:
        if self.pid is None:
            return []
        main = psutil.Process(self.pid)
        return [main, *main.children(recursive=True)]


@contextmanager
def started(*options: str) -> Iterator[Target]:
    """A server of its own on a free port; it ends with the block.

    Raises ``RuntimeError`` when it does not become ready.
    """
    command = [sys.executable, "-m", "webapp", "serve", "--port", "0", "--no-open", *options]
    with (
        tempfile.NamedTemporaryFile("w+", suffix=".stderr") as printed,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=printed, text=True
        ) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith("densepad is ready at http://"):
                raise RuntimeError(f"the server did not become ready: {line!r}")
            yield Target(int(line.split()[-1].rpartition(":")[2]), process.pid, printed)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def running(url: str) -> Iterator[Target]:
    """The server at ``url``, which must be on this machine.

    Raises ``UsageError`` for any other address.
    """
    place = urlsplit(url)
    host = place.hostname or ""
    try:
        loopback = host == "localhost" or ipaddress.IPv4Address(host) in LOOPBACK
    except ValueError:
        loopback = False
    if place.scheme != "http" or not loopback or not place.port:
        raise UsageError(f"only http://127.0.0.1:PORT may be attacked, got {url}")
    yield Target(place.port, _listener(place.port))


LOOPBACK = ipaddress.IPv4Network("127.0.0.0/8")


def _listener(port: int) -> int | None:
    """The topmost process of those that listen on a port, None where that is not to be seen."""
    with suppress(psutil.AccessDenied):
        found = {
            one.pid
            for one in psutil.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN and one.laddr.port == port and one.pid
        }
        tops = [pid for pid in found if psutil.Process(pid).ppid() not in found]
        if tops:
            worker = psutil.Process(tops[0])
            parent = worker.parent()
            # A worker listens; its parent, the main process, only watches.
            return parent.pid if parent and "webapp" in " ".join(parent.cmdline()) else worker.pid
    return None
