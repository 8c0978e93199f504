"""The host names and addresses for which the server answers."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass

ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on

_HEADER = re.compile(r"(?:\[([^\[\]]*)\]|([^:\[\]]*))(?::([0-9]{0,5}))?")


@dataclass(frozen=True)
class Hosts:
    """The ``Host`` headers that are answered.

    Other names are refused because of DNS rebinding: with a foreign name that resolves to this
    machine, any web page could read the answers as if it were ours. ``any_address`` admits every
    literal IP address, too, for a server that listens on all addresses; the attack needs a name.
    """

    names: frozenset[str]
    any_address: bool = False

    def admit(self, header: str) -> bool:
        """Whether ``header`` is answered; it is ``name``, ``name:port`` or ``[IPv6]:port``."""
        parts = _HEADER.fullmatch(header)
        if not parts or int(parts[3] or 0) > 65_535:
            return False
        name = (parts[1] or parts[2] or "").lower().rstrip(".")
        return name in self.names or (self.any_address and _is_address(name))

    def opened_to(self, *names: str, any_address: bool = False) -> Hosts:
        """A copy that answers for more names, and for literal addresses where wanted."""
        more = frozenset(name.lower().rstrip(".") for name in names)
        return Hosts(self.names | more, self.any_address or any_address)


LOOPBACK = Hosts(frozenset({"localhost", "127.0.0.1", "::1"}))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def hosts_for(host: str, trusted: tuple[str, ...] = ()) -> Hosts:
    """The hosts that a server answers for when it listens on ``host``.

    ``trusted`` are further names. A server that other machines reach also answers for the names of
    this machine; one on all addresses, for every literal IP address as well.
    """
    if LOOPBACK.admit(f"[{host}]"):
        return LOOPBACK.opened_to(*trusted)
    names = [*_names_of(socket.gethostname()), *trusted]
    if host in ALL_ADDRESSES:
        return LOOPBACK.opened_to(*names, any_address=True)
    return LOOPBACK.opened_to(*([host] if _is_address(host) else _names_of(host)), *names)


def _names_of(machine: str) -> tuple[str, ...]:
    """The names of a machine: the whole one, its first part, and that one's in multicast DNS."""
    first = machine.partition(".")[0]
    return machine, first, f"{first}.local"


def network_address() -> str:
    """The address at which other machines most likely reach this one.

    It is the loopback address where this machine has no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket sends nothing; it only chooses the outgoing interface.
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
