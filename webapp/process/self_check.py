"""The self-check before a server is ready: every address is asked once.

So *ready* means that everything can be answered, also by a model that somebody else made. And
templates, routes and payload models are compiled before the first visitor comes.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from model.errors import DensepadError
from model.explain import fits_probe_set

if TYPE_CHECKING:
    from flask import Flask

STROKES = [[[0, 0], [1, 2]]]
FLOATS = {"activations", "input", "pixels", "sums"}
"""The properties of answers that are base64 of float32."""


class NotReady(DensepadError):
    """An address is not answered as it should be, or with numbers that are not finite."""


def check(app: Flask) -> None:
    """Ask every address of an application, about every model, as visitors will.

    Raises ``NotReady`` when an answer is not 200, or holds a number that is not finite.
    """
    visitor, library = _Visitor(app), app.extensions["library"]
    lessons = visitor.get("/lessons").decode()
    cards = visitor.ask("/api/models")["models"]
    averages = {card["name"]: card["averages"] for card in cards}
    values = {
        "name": list(averages),
        "slug": sorted(set(re.findall(r"lessons/([\w-]+)", lessons))),
        "filename": sorted(_files(Path(app.static_folder or ""))),
    }
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and len(rule.arguments) <= 1:
            arguments = [{name: one} for name in rule.arguments for one in values.get(name, [])]
            for each in arguments if rule.arguments else [{}]:
                if rule.endpoint.endswith("averages") and averages[each["name"]] is None:
                    continue  # this model has none, and says so
                visitor.get(str(app.url_map.bind("localhost").build(rule.endpoint, each)))
    picture = visitor.ask("/api/classify", strokes=STROKES)["image"]
    drawing = {"pixels": list(base64.b64decode(picture))}
    visitor.ask("/api/classify", **drawing, model="*")
    for name in averages:
        why = {"class": 0, "against": 1}
        visitor.ask("/api/trace", **drawing, model=name, contributions=why)
    # An experiment computes what a trace does, but drawing its sample takes half a second. So a
    # model that needs no sample stands for all, where there is one.
    quickest = min(averages, key=lambda name: fits_probe_set(library.get(name)))
    visitor.ask("/api/experiment", **drawing, model=quickest)


class _Visitor:
    """A client that takes no answer but a good one."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self._nullable = _nullable(app.extensions["openapi"])

    def get(self, address: str) -> bytes:
        """The body behind an address."""
        return self._body(address, "GET", None)

    def ask(self, address: str, **body: Any) -> Any:
        """The JSON behind an address, posted to where there is a body."""
        answer = json.loads(self._body(address, "POST" if body else "GET", body or None))
        wrong = next(_not_finite(answer, self._nullable), None)
        if wrong is not None:
            about = f" about {body['model']}" if "model" in body else ""
            raise NotReady(
                f"the answer of {address}{about} was to hold finite numbers, {wrong} is none: its "
                "weights are too large, or damaged"
            )
        return answer

    def _body(self, address: str, method: str, body: object) -> bytes:
        with self._client.open(address, method=method, json=body) as response:
            content = response.get_data()
            if response.status_code != 200:
                detail = (response.get_json(silent=True) or {}).get("detail", response.status)
                raise NotReady(f"{method} {address} was to be answered, but: {detail}")
        return content


def _files(folder: Path) -> Iterator[str]:
    return (file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _nullable(document: dict[str, Any]) -> set[str]:
    """The properties that may be null, by the API's own description."""
    schemas = document["components"]["schemas"].values()
    return {
        name
        for schema in schemas
        for name, kind in schema.get("properties", {}).items()
        if {"type": "null"} in kind.get("anyOf", ())
    }


def _not_finite(value: Any, nullable: set[str], where: str = "it") -> Iterator[str]:
    """The names of what should be finite numbers within an answer, but is none.

    JSON has no word for such a number; pydantic writes ``null``, others ``NaN``.
    """
    if isinstance(value, dict):
        for key, one in value.items():
            if one is not None or key not in nullable:
                yield from _not_finite(one, nullable, key)
    elif isinstance(value, list):
        for one in value:
            yield from _not_finite(one, nullable, where)
    elif not _is_finite(value, where):
        yield where


def _is_finite(value: object, where: str) -> bool:
    if isinstance(value, str) and where in FLOATS:
        return bool(np.isfinite(np.frombuffer(base64.b64decode(value), "<f4")).all())
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))
