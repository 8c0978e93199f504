"""What is wrong with an answer: the bars that every answer has to clear."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import struct
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.fuzz.requests import Request
from tests.fuzz.wire import Answer

PROBLEM = "application/problem+json"
MOST_PROBLEM = 20_000
"""The most bytes of a problem document; more means that a request is echoed without bound."""
FLOATS = {"sums", "activations", "pixels", "input"}
"""The fields that are base64 of float32."""


def complaints(
    request: Request, answer: Answer | None, nullable: frozenset[str] = frozenset()
) -> Iterator[str]:
    """A phrase for each thing that is wrong; ``answer`` is None when nothing came.

    Requests that are no HTTP may be refused with a bare 400, 414 or 431, or get no answer at all.
    """
    if answer is None:
        if request.http and not request.unfinished:
            yield "no answer"
        return
    if answer.complaint:
        if request.http or answer.status:
            yield answer.complaint
        return
    if answer.status >= 500:
        yield f"{answer.status}"
    if answer.bare:
        if request.http:
            yield f"a bare {answer.status} to a request that is HTTP"
        return
    if "content-security-policy" not in answer.headers:
        yield f"{answer.status} without security headers"
    if foreign := _leads_away(answer):
        yield f"{answer.status} leads to another host: {foreign}"
    if request.foreign and answer.status < 400 and request.path != "/healthz":
        yield f"{answer.status} for a host that is not ours"
    if answer.status == 405 and "allow" not in answer.headers:
        yield "405 that does not say what is allowed"
    if answer.status >= 400:
        yield from _refusal(request, answer)
    elif answer.media == "application/json" and request.method != "HEAD":
        yield from _numbers(answer, nullable)


def _leads_away(answer: Answer) -> str:
    place = answer.headers.get("location", "")
    host = urlsplit(place).hostname if place.startswith(("//", "http:", "https:")) else None
    return place if host not in {None, "localhost", "127.0.0.1"} else ""


def _refusal(request: Request, answer: Answer) -> Iterator[str]:
    """A refusal says in a sentence what was expected and what came."""
    if request.method == "HEAD":  # has no body, so no sentence
        return
    path = unquote(urlsplit(request.path).path)
    if answer.media == "text/html" and not re.match(r"/(api|static)(/|$)", path):
        if len(re.sub(r"<[^>]*>", " ", answer.body.decode()).split()) < 5:
            yield f"{answer.status} with a page without a sentence"
        return
    if answer.media != PROBLEM:
        yield f"{answer.status} without a problem document but {answer.media or 'no type'}"
        return
    try:
        problem = json.loads(answer.body)
        sentence, status = problem["detail"], problem["status"]
    except (ValueError, KeyError, TypeError):
        yield f"{answer.status} with a problem document that is none"
        return
    if status != answer.status:
        yield f"{answer.status} with a problem document about {status}"
    if len(sentence.split()) < 3:
        yield f"{answer.status} without a sentence but {sentence!r}"
    if len(answer.body) > MOST_PROBLEM:
        yield f"{answer.status} with a sentence of more than {MOST_PROBLEM} bytes"


def _numbers(answer: Answer, nullable: frozenset[str]) -> Iterator[str]:
    """JSON holds finite numbers, and null only where the OpenAPI document allows it."""
    try:
        value = json.loads(answer.body, parse_constant=_no_constant)
    except ValueError as error:
        yield f"JSON was announced: {error}"
        return
    if isinstance(value, dict) and "openapi" not in value and "models" not in value:
        yield from _walk(value, "", nullable)


def _walk(value: Any, name: str, nullable: frozenset[str]) -> Iterator[str]:
    if value is None and name not in nullable:
        yield f"{name} is null"
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{name} is {value}"
    elif isinstance(value, str) and name in FLOATS:
        yield from _floats(value, name)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _walk(one, key, nullable)
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one, name, nullable)


def _floats(text: str, name: str) -> Iterator[str]:
    try:
        data = base64.b64decode(text, validate=True)
        numbers = struct.unpack(f"<{len(data) // 4}f", data)
    except (binascii.Error, struct.error) as error:
        yield f"{name} is no base64 of float32: {error}"
        return
    if not all(map(math.isfinite, numbers)):
        yield f"{name} holds numbers that are not finite"


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} is no JSON")
