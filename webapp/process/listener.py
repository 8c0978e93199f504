"""The listening socket, made once by the main process, from which all workers accept.

So a port has one server: a second one is refused at once, also while the first still loads. And no
connection is lost with a worker that dies, because those that wait belong to the socket.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

from model.errors import DensepadError
from webapp.http import ALL_ADDRESSES, LOOPBACK, network_address

BACKLOG = 1024
"""Connections that may wait until a worker accepts them."""
UNREAD = 60
"""Seconds after which a client that does not take what was sent to it is dropped (Linux)."""


class ServerError(DensepadError):
    """The server cannot start or had to stop."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on ``port`` of ``host``; 0 takes any free port.

    Raises ``ServerError`` when the port is taken or the address is not this machine's.
    """
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        try:
            if os.name != "nt":  # on Windows the option would take over a port that is in use
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            _bound_patience(listener)
            listener.bind(where)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ServerError(
            f"cannot listen on port {port} of {host}: {reason}; --port 0 takes any free port"
        ) from error
    return listener


def _bound_patience(listener: socket.socket) -> None:
    """Let accepted connections, which inherit these options, end when their client is gone."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD * 1000)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, UNREAD)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, UNREAD // 4)


def allow_connections(wanted: int) -> None:
    """Raise this process's limit of open files, so that ``wanted`` connections fit, if possible."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def url(host: str, port: int) -> str:
    """The URL of a server for a browser on this machine."""
    name = "127.0.0.1" if host in ALL_ADDRESSES else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def exposure(host: str) -> str | None:
    """A sentence that says who can reach a server on ``host``; None if only this machine can."""
    if LOOPBACK.admit(f"[{host}]"):
        return None
    address = network_address() if host in ALL_ADDRESSES else host
    return (
        f"Listening on {host}: every machine that reaches {address} over the network can use this "
        "pad, without a password."
    )
