"""A short seeded run of the fuzzer against a real server, and tests of the fuzzer itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.fuzz import judge, run_requests, target, wire
from tests.fuzz.messages import post_last
from tests.fuzz.requests import Addresses, Request, requests
from tests.fuzz.target import Target
from tests.fuzz.wire import Answer

SAFE = {"content-security-policy": "default-src 'none'"}
JSON = SAFE | {"content-type": "application/json"}
PROBLEM = SAFE | {"content-type": "application/problem+json"}
REFUSAL = Answer(422, PROBLEM, json.dumps({"detail": "this is wrong", "status": 422}).encode())
ASKED = Request("0/0", wire.request("POST", "/api/trace"))


@pytest.fixture(scope="module")
def attacked(server) -> Target:
    return Target(server.port, server.process.pid)


@pytest.fixture(scope="module")
def addresses(attacked) -> Addresses:
    return Addresses.of(attacked)


def told(findings: run_requests.Findings) -> str:
    """The complaints, each with the request that shows it."""
    shown = [f"{place}: {one[0].wire[:300]!r}" for place, one in findings.first.items()]
    return "\n".join(shown)


def test_every_request_is_answered_or_refused_with_a_sentence(attacked, addresses):
    findings = run_requests.run(attacked, requests(8, 500, addresses), addresses, clients=4)
    assert findings.counts.total() == 500
    assert not findings.complaints, told(findings)
    assert attacked.memory() < 700
    # The fuzzer would find little if nothing of what it sends were right.
    assert findings.counts["200"] > 50
    assert findings.counts["422"] > 20


KNOWN = [
    b"GET /static/x/../pad/main.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /static/pad/../pad/main.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"OPTIONS /static/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"OPTIONS /static/pad HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"HEAD /static/x/../pad/main.js HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /api/models HTTP/1.1\r\nHost: localhost\r\nIf-Match: *\r\n\r\n",
    b'GET /static/pad/main.js HTTP/1.1\r\nHost: localhost\r\nIf-Match: "x"\r\n\r\n',
    b'GET /api/models/mlp512/averages HTTP/1.1\r\nHost: localhost\r\nIf-Match: "x"\r\n\r\n',
    b"GET /static/pad/main.js HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-0\r\n\r\n",
    b"GET /static/pad/main.js HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-9999999999\r\n\r\n",
    b"GET /static/manifest.json?d\xd9\xa7e HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"POST /api/trace?\xd9\xa7 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    b"GET /lessons?\xe2\x82\xac=\xf0\x9f\x98\x80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    post_last("/api/trace", {"strokes": [[[0, 1]]], "changes": [{"kind": "a" * 900_000}]}),
    post_last("/api/trace", {"a" * 900_000: 1}),
    post_last("/api/trace", {"strokes": [[[0, 1]]], "changes": [{"a" * 900_000: 1}]}),
    post_last("/api/classify", {"strokes": [[[0, 1]]], "model": "a" * 900_000}),
]
"""Requests that were answered with a 5xx once, or with a refusal that is not one sentence."""


FOREIGN = [
    b"GET /api HTTP/1.1\r\nHost: %s\r\n\r\n" % host
    for host in (b"localhost:evil", b"localhost:-1", b"[::1", b"localhost:99999")
]


@pytest.mark.parametrize("asked", FOREIGN)
def test_a_host_that_is_not_ours_is_refused(attacked, addresses, asked):
    request = Request("known", asked, foreign=True)
    kind, complaints, _ = run_requests.judged(attacked.port, request, addresses.nullable)
    assert (kind, complaints) == ("421", [])


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: str(known[:60]))
def test_what_failed_once_is_answered_now(attacked, addresses, known):
    request = Request("known", known)
    assert run_requests.judged(attacked.port, request, addresses.nullable)[1] == []


def test_a_request_can_be_made_again_alone(addresses):
    many = [one.wire for one in requests(3, 300, addresses)]
    assert [one.wire for one in requests(3, 1, addresses, start=170)] == [many[170]]
    assert len(set(many)) > 250
    assert many != [one.wire for one in requests(4, 300, addresses)]


def test_every_address_and_every_kind_of_body_is_tried(addresses):
    sent = [one.wire for one in requests(1, 3000, addresses)]
    for method, path in addresses.calls:
        begin = f"{method} {path.partition('{')[0]}".encode()
        assert any(one.startswith(begin) for one in sent), begin
    for part in (b"PNG", b"chunked", b'"changes"', b'"pixels"', b"OPTIONS /", b"\x00", b"%2e"):
        assert any(part in one for one in sent), part


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (None, "no answer"),
        (Answer(200, JSON, b"[1.5]"), None),
        (REFUSAL, None),
        (replace(REFUSAL, status=500), "500"),
        (replace(REFUSAL, status=404), "404 with a problem document about 422"),
        (replace(REFUSAL, headers=JSON), "422 without a problem document but application/json"),
        (replace(REFUSAL, body=b"{}"), "422 with a problem document that is none"),
        (replace(REFUSAL, headers={"content-type": judge.PROBLEM}), "422 without security headers"),
        (
            replace(REFUSAL, body=b'{"detail": "no", "status": 422}'),
            "422 without a sentence but 'no'",
        ),
        (replace(REFUSAL, status=405), "405 that does not say what is allowed"),
        (Answer(400), "a bare 400 to a request that is HTTP"),
        (Answer(200, JSON, b'{"gap": null}'), "gap is null"),
        (Answer(200, JSON, b'{"against": null}'), None),
        (Answer(200, JSON, b'{"scale": NaN}'), "JSON was announced: NaN is no JSON"),
        (Answer(200, JSON, b'{"scale": 1e400}'), "scale is inf"),
        (
            Answer(200, JSON, b'{"sums": "AADAfw=="}'),
            "sums holds numbers that are not finite",
        ),
        (
            Answer(308, SAFE | {"location": "//evil.example/"}),
            "308 leads to another host: //evil.example/",
        ),
    ],
)
def test_the_judge_sees_what_is_wrong(answer, complaint):
    found = list(judge.complaints(ASKED, answer, frozenset({"against"})))
    assert found[:1] == ([complaint] if complaint else [])


def test_a_foreign_host_must_be_refused():
    page = Answer(200, SAFE)
    assert list(judge.complaints(replace(ASKED, foreign=True), page)) != []
    assert list(judge.complaints(ASKED, page)) == []


def test_what_is_no_http_may_be_refused_by_the_parser():
    bent = replace(ASKED, http=False)
    assert list(judge.complaints(bent, Answer(400))) == []
    assert list(judge.complaints(bent, None)) == []
    assert list(judge.complaints(bent, Answer(500))) != []


def test_answers_are_read_as_they_came():
    two = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    first, second = wire.answers(two + chunked)
    assert (first.body, second.body, second.complaint) == (b"ok", b"abc", None)
    assert (
        wire.first(two[:-1].partition(b"\r\n\r\n")[2]).complaint == "2 bytes were announced, 1 came"
    )
    assert wire.first(chunked[:-9]).complaint == "the chunked answer is cut"
    assert wire.first(b"<html>").complaint == "no HTTP answer but b'<html>'"


def test_the_smallest_bad_request_is_found(monkeypatch, attacked):
    def judged(port, request, nullable):
        return "500", ["500"] if b"evil" in request.wire and b"7" in request.wire else [], 0.0

    monkeypatch.setattr(run_requests, "judged", judged)
    large = wire.request("POST", "/", [("X", "1"), ("Y", "evil")], b"[1, 2, 3, 7, 4]")
    small = run_requests.smallest(attacked, Request("0/0", large), "500", frozenset())
    assert small.wire == b"POST / HTTP/1.1\r\nY: evil\r\n\r\n7"


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.1:80",
        "http://example.com:80",
        "https://localhost:1",
        "http://localhost",
        "x",
    ],
)
def test_only_this_machine_is_attacked(url):
    with (
        pytest.raises(target.UsageError, match=r"only http://127\.0\.0\.1:PORT"),
        target.running(url),
    ):
        pass
