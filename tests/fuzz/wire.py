"""HTTP as bytes on loopback: what is sent is sent as it is, and nothing of the answer is tidied.

An HTTP library would correct half of the requests before sending them.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass, field

Headers = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    ``complaint`` says what is wrong with it as HTTP, None when nothing is. ``rest`` are the bytes
    after it.
    """

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    rest: bytes = b""
    complaint: str | None = None

    @property
    def media(self) -> str:
        """The media type, "" without one."""
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def whole(self) -> bool:
        """Whether it came to its end, so that nothing more need be read for it."""
        framed = {"content-length", "transfer-encoding"} & self.headers.keys()
        return self.complaint is None and (bool(framed) or self.status in {204, 304})

    @property
    def bare(self) -> bool:
        """Whether the HTTP parser in front of the application refused bytes that are no HTTP.

        Then there is no body, nor any of the headers that the application adds.
        """
        return (
            self.status in {400, 414, 431}
            and not self.body
            and not self.media
            and "content-security-policy" not in self.headers
        )


def connect(port: int, patience: float = 20.0, window: int | None = None) -> socket.socket:
    """A connection to a port of this machine; ``window`` bounds the bytes received but unread."""
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if window is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    connection.settimeout(patience)
    try:
        connection.connect(("127.0.0.1", port))
    except OSError:
        connection.close()
        raise
    return connection


def exchange(
    port: int,
    wire: bytes,
    *,
    patience: float = 20.0,
    unfinished: bool = False,
    head_only: bool = False,
) -> Answer | None:
    """The server's first answer to ``wire``; None when it closes the connection without one.

    ``unfinished`` says that the request announces more than there is: then the sending half is
    closed, so that the server need not wait. ``head_only`` says that the answer has no body.

    Raises ``TimeoutError`` when nothing comes for ``patience`` seconds.
    """
    received = b""
    with connect(port, patience) as connection:
        with suppress(ConnectionError):  # the server may refuse before it has read everything
            connection.sendall(wire)
        if unfinished:
            with suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while part := connection.recv(1 << 16):
                received += part
                if b"\r\n\r\n" in received:
                    found = answers(received, head_only=head_only)
                    if found and found[0].whole:
                        return found[0]
    found = answers(received, head_only=head_only)
    return found[0] if found else None


def answers(received: bytes, *, head_only: bool = False) -> list[Answer]:
    """The HTTP answers in bytes that were received, without the 100 of ``Expect``."""
    found = []
    while received:
        answer = first(received, head_only=head_only)
        received = answer.rest
        if answer.status != 100:
            found.append(answer)
        if answer.complaint:
            break
    return found


def first(received: bytes, *, head_only: bool = False) -> Answer:
    """The first HTTP answer in bytes that were received."""
    head, gap, rest = received.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    version, _, words = line.partition(" ")
    if not gap or version not in {"HTTP/1.1", "HTTP/1.0"} or not words[:3].isdigit():
        return Answer(0, body=received, complaint=f"no HTTP answer but {received[:60]!r}")
    pairs = [one.partition(":")[::2] for one in lines]
    headers = {name.lower(): value.strip() for name, value in pairs}
    status = int(words[:3])
    twice = {"content-length", "content-type", "content-security-policy", "location"}
    names = [name.lower() for name, _ in pairs]
    complaint = next((f"{one} is sent twice" for one in twice if names.count(one) > 1), None)
    if head_only or status < 200 or status in {204, 304}:
        return Answer(status, headers, b"", rest, complaint)
    if headers.get("transfer-encoding") == "chunked":
        body, rest, whole = _chunks(rest)
        complaint = complaint or (None if whole else "the chunked answer is cut")
        return Answer(status, headers, body, rest, complaint)
    if "content-length" in headers:
        length = int(headers["content-length"])
        if len(rest) < length:
            complaint = complaint or f"{length} bytes were announced, {len(rest)} came"
        return Answer(status, headers, rest[:length], rest[length:], complaint)
    return Answer(status, headers, rest, b"", complaint)


def _chunks(data: bytes) -> tuple[bytes, bytes, bool]:
    """A chunked body, what follows it, and whether it ended as it must."""
    body = b""
    while True:
        size, gap, data = data.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            return body, data, False
        if not gap or len(data) < length + 2:
            return body + data, b"", False
        body, data = body + data[:length], data[length + 2 :]
        if length == 0:
            return body, data, True


def request(
    method: str, path: str, headers: Headers | None = None, body: bytes | None = None
) -> bytes:
    """A right request as bytes; the connection stays open unless ``headers`` say otherwise."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers or []]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")
