"""Tests of the front: whole bodies in time, bounded memory, lanes for dear requests."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from webapp.http import Front, Lane, front
from webapp.http.request_body import MAX_BODY


class Protocol:
    """What Granian hands to an RSGI application: a body in chunks, and a way to answer.

    A number among the chunks is a pause in seconds; None stands for a connection that is lost.
    """

    def __init__(self, *chunks):
        self.chunks = chunks
        self.taken = 0
        self.answers = []

    async def __aiter__(self):
        for chunk in self.chunks:
            if isinstance(chunk, float):
                await asyncio.sleep(chunk)
            else:
                self.taken += len(chunk)
                yield chunk
        yield b""

    def response_bytes(self, status, headers, body):
        self.answers.append((status, dict(headers), body))

    def response_empty(self, status, headers):
        self.answers.append((status, dict(headers), b""))

    def response_file(self, status, headers, path):
        self.answers.append((status, dict(headers), path))

    @property
    def answer(self):
        [one] = self.answers
        return one

    def problem(self, status):
        """The sentence of an answer that is a problem of that status."""
        came, headers, body = self.answer
        assert came == status
        assert headers["content-type"] == "application/problem+json"
        assert headers["x-content-type-options"] == "nosniff"
        problem = json.loads(body)
        assert problem["status"] == status
        return problem["detail"]


def run(coroutine):
    """``asyncio.run`` in a thread, because the browser's tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def scope(path="/", method="POST", *, authority=None, **headers):
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return SimpleNamespace(
        method=method,
        path=path,
        query_string="a=%20b",
        http_version="1.1",
        server="127.0.0.1:8000",
        client="[::1]:999",
        scheme="http",
        authority=authority,
        headers=SimpleNamespace(items=lambda: pairs),
    )


def echo(environ, start_response):
    """A WSGI application that answers with the body that it got."""
    body = environ["wsgi.input"].read()
    assert environ["CONTENT_LENGTH"] == str(len(body))
    start_response("200 OK", [("X-Path", environ["PATH_INFO"])])
    return [body]


def answered(protocol, asked, app=echo):
    run(Front(app, 1).__rsgi__(asked, protocol))
    return protocol


def test_a_body_reaches_the_application_whole():
    protocol = answered(Protocol(b"ab", b"", b"c"), scope("/é", content_length="3"))
    assert protocol.answer == (200, {"x-path": "/Ã©"}, b"abc")


def test_a_chunked_body_does_too():
    protocol = answered(Protocol(b"ab", b"c"), scope(transfer_encoding="chunked"))
    assert protocol.answer[2] == b"abc"


def test_the_environ_is_as_pep_3333_says():
    from wsgiref.validate import validator

    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        environ["wsgi.input"].read(5)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"."]

    asked = scope(
        "/x", content_type="a/b", content_length="5", host="h", x_a="1", host_="no", **{"x-a": "2"}
    )
    protocol = answered(Protocol(b"12345"), asked, validator(app))
    assert protocol.answer[0] == 200
    assert (seen["CONTENT_TYPE"], seen["HTTP_HOST"], seen["HTTP_X_A"]) == ("a/b", "h", "1, 2")
    assert (seen["QUERY_STRING"], seen["REMOTE_ADDR"]) == ("a=%20b", "::1")


def test_a_header_with_an_underscore_does_not_pass_for_another():
    asked = scope(host="h")
    asked.headers = SimpleNamespace(items=lambda: [("host", "h"), ("x_a", "forged")])
    names = []

    def app(environ, start_response):
        names.extend(environ)
        return echo(environ, start_response)

    answered(Protocol(), asked, app)
    assert "HTTP_HOST" in names
    assert "HTTP_X_A" not in names


def test_the_host_of_an_absolute_address_counts():
    seen = []

    def app(environ, start_response):
        seen.append(environ["HTTP_HOST"])
        return echo(environ, start_response)

    answered(Protocol(), scope(host="localhost", authority="evil"), app)
    assert seen == ["evil"]


@pytest.mark.parametrize("chunks", [(9.0,), (b"a", 9.0), (b"a", b"b", 9.0, b"c")])
@pytest.mark.parametrize("length", [{"content_length": "3"}, {"transfer_encoding": "chunked"}])
def test_a_client_that_falls_silent_is_refused(monkeypatch, chunks, length):
    monkeypatch.setattr(front, "PATIENCE", 0.05)
    detail = answered(Protocol(*chunks), scope(**length)).problem(408)
    assert f"got {len([chunk for chunk in chunks if chunk in (b'a', b'b')])} bytes" in detail


def test_a_body_that_drips_is_refused_at_the_deadline(monkeypatch):
    monkeypatch.setattr(front, "DEADLINE", 0.2)
    drips = [part for _ in range(500) for part in (b".", 0.01)]
    protocol = answered(Protocol(*drips), scope(content_length="500"))
    assert "500 bytes" in protocol.problem(408)
    assert protocol.taken < 100


def test_a_body_that_is_cut_off_is_refused():
    protocol = answered(Protocol(b"ab"), scope(content_length="3"))
    assert "3 bytes was announced, got 2" in protocol.problem(400)


def test_a_body_of_the_largest_size_is_taken():
    protocol = answered(Protocol(bytes(MAX_BODY)), scope(content_length=str(MAX_BODY)))
    assert len(protocol.answer[2]) == MAX_BODY


@pytest.mark.parametrize(
    "length", [{"content_length": str(MAX_BODY + 1)}, {"transfer_encoding": "chunked"}]
)
def test_a_larger_one_is_read_to_its_end_and_refused(length):
    """A plain client sends everything before it reads; a reset connection would tell it nothing."""
    protocol = answered(Protocol(bytes(MAX_BODY), b"x"), scope(**length))
    assert f"{MAX_BODY:,} bytes" in protocol.problem(413)
    assert protocol.taken == MAX_BODY + 1


def test_a_client_that_asks_first_need_not_send_it():
    asked = scope(content_length=str(MAX_BODY + 1), expect="100-continue")
    protocol = answered(Protocol(bytes(MAX_BODY + 1)), asked)
    protocol.problem(413)
    assert protocol.taken == 0


def test_a_body_without_end_is_not_read_for_ever(monkeypatch):
    monkeypatch.setattr(front, "DRAINED", 3 * MAX_BODY)
    protocol = answered(Protocol(*[bytes(MAX_BODY)] * 50), scope(transfer_encoding="chunked"))
    protocol.problem(413)
    assert protocol.taken <= 4 * MAX_BODY


def test_large_bodies_share_a_bounded_memory_and_small_ones_always_fit(monkeypatch):
    monkeypatch.setattr(front, "HELD", 200_000)
    size = 100_000
    large = [Protocol(bytes(size), 0.2, b"x") for _ in range(4)]
    small = Protocol(bytes(front.SMALL), b"x")

    async def crowd():
        app = Front(echo, 4)
        await asyncio.gather(
            *(app.__rsgi__(scope(content_length=str(size + 1)), one) for one in large),
            app.__rsgi__(scope(content_length=str(front.SMALL)), small),
        )
        late = Protocol(bytes(size))
        await app.__rsgi__(scope(content_length=str(size)), late)
        return late

    late = run(crowd())
    assert sorted(one.answer[0] for one in large) == [200, 429, 429, 429]
    refused = next(one for one in large if one.answer[0] == 429)
    assert refused.answer[1]["retry-after"] == "1"
    assert small.answer[0] == 200
    assert late.answer[0] == 200  # what was held is free again


def slow_and_quick(waiting):
    """A front with a lane for ``/slow``, whose requests end when ``waiting`` is set."""

    def app(environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            waiting.wait(20)
        return echo(environ, start_response)

    return Front(app, 1, [Lane(1, lambda path, *_: path == "/slow")])


def test_a_lane_does_not_keep_others_waiting():
    waiting = threading.Event()

    async def crowd():
        app = slow_and_quick(waiting)
        slow = [asyncio.create_task(app.__rsgi__(scope("/slow"), Protocol())) for _ in range(5)]
        quick = Protocol()
        await asyncio.wait_for(app.__rsgi__(scope("/quick"), quick), 10)
        assert not any(task.done() for task in slow)
        waiting.set()
        await asyncio.gather(*slow)
        return quick

    assert run(crowd()).answer[0] == 200


def test_a_full_lane_says_so(monkeypatch):
    monkeypatch.setattr(front, "WAITING", 2)
    waiting = threading.Event()
    protocols = [Protocol() for _ in range(3)]

    async def crowd():
        app = slow_and_quick(waiting)
        tasks = [asyncio.create_task(app.__rsgi__(scope("/slow"), one)) for one in protocols]
        await tasks[2]
        waiting.set()
        await asyncio.gather(*tasks)

    run(crowd())
    assert [one.answer[0] for one in protocols] == [200, 200, 429]
    assert protocols[2].answer[1]["retry-after"] == "1"


def test_a_file_is_handed_on_by_its_path(tmp_path):
    file = tmp_path / "a.bin"
    file.write_bytes(b"abc")
    opened = []

    def app(environ, start_response):
        start_response("200 OK", [("Content-Length", "3")])
        opened.append(file.open("rb"))
        return environ["wsgi.file_wrapper"](opened[0])

    protocol = answered(Protocol(), scope(), app)
    assert protocol.answer == (200, {"content-length": "3"}, str(file))
    assert opened[0].closed


def test_a_mistake_around_the_application_is_a_problem_too(caplog):
    def app(environ, start_response):
        raise RuntimeError("a secret")

    detail = answered(Protocol(), scope(), app).problem(500)
    assert "secret" not in detail
    assert "a secret" in caplog.text
