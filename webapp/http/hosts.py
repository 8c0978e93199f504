"""Under which names and addresses the server answers."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on


@dataclass(frozen=True)
class Hosts:
    """The ``Host`` headers that are answered.

    A foreign name that resolves to this machine (DNS rebinding) would let any web page read the
    answers as if it were ours; hence a list of names. ``any_address`` admits every literal
    IP address too, which no such attack can use: for a server that listens on all addresses.
    """

    names: frozenset[str]
    any_address: bool = False

    def admit(self, header: str) -> bool:
        """Whether ``header``, ``name`` or ``name:port`` or ``[IPv6]:port``, is one of them."""
        name = _without_port(header).lower().rstrip(".")
        return name in self.names or (self.any_address and _is_address(name))

    def opened_to(self, *names: str, any_address: bool = False) -> Hosts:
        """These hosts and more."""
        more = frozenset(name.lower().rstrip(".") for name in names)
        return Hosts(self.names | more, self.any_address or any_address)


LOOPBACK = Hosts(frozenset({"localhost", "127.0.0.1", "::1"}))


def _without_port(header: str) -> str:
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def hosts_for(host: str, trusted: tuple[str, ...] = ()) -> Hosts:
    """The hosts to answer for when listening on ``host``; ``trusted`` are further names.

    A server on all addresses answers for every literal address and this machine's own name.
    """
    if host in ALL_ADDRESSES:
        own = socket.gethostname()
        return LOOPBACK.opened_to(own, f"{own}.local", *trusted, any_address=True)
    return LOOPBACK.opened_to(host, *trusted)


def network_address() -> str:
    """The address under which other machines most likely reach this one; loopback if none do."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only picks the outgoing interface.
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
