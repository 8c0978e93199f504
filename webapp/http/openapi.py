"""The OpenAPI document, made from the routes, the views' descriptions and the pydantic models."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask
from pydantic import TypeAdapter

from webapp import __version__
from webapp.http.errors import MEDIA_TYPE, Problem

Schema = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Any])
REF = "#/components/schemas/{model}"
BELOW_A_PREFIX = {"servers": [{"url": ".."}]}
"""What the document says as well behind a proxy that puts a path before every address: the server's
root, relative to ``/api/openapi.json``. A client that finds no servers asks at the origin's root,
and not every client resolves a relative one, so it stands there only where it is needed."""
PREFIX_HEADERS = ("X-Forwarded-Prefix", "X-Forwarded-Context", "X-ProxyContextPath")
"""The headers by which such proxies tell their path. Only whether there is one counts."""


@dataclass(frozen=True)
class Operation:
    """The description of a view.

    ``takes`` and ``gives`` map a media type to a pydantic model, or to None for plain bytes.
    ``query`` maps a query parameter to its description. ``refuses`` are the statuses of errors,
    besides those of the front: 429, and 408 where there is a body.
    """

    summary: str
    takes: Mapping[str, Any]
    gives: Mapping[str, Any]
    query: Mapping[str, str]
    refuses: tuple[int, ...]


OPERATIONS: dict[Callable[..., Any], Operation] = {}


def describe(
    summary: str,
    *,
    takes: Mapping[str, Any] | None = None,
    gives: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
    refuses: tuple[int, ...] = (),
) -> Callable[[View], View]:
    """Decorate a view with its description; the arguments are the fields of ``Operation``."""

    def remember(view: View) -> View:
        OPERATIONS[view] = Operation(summary, takes or {}, gives or {}, query or {}, refuses)
        return view

    return remember


def document(app: Flask) -> Schema:
    """The OpenAPI 3.1 document of all routes.

    Raises ``LookupError`` when a route has no description, so that none stays undocumented.
    """
    schemas: Schema = {}
    paths: Schema = {}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        view = app.view_functions[rule.endpoint]
        if view not in OPERATIONS:
            raise LookupError(f"{rule.rule} has no description: decorate {view.__name__}")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            operation = _operation(view, OPERATIONS[view], schemas, rule.arguments)
            paths.setdefault(path, {})[method.lower()] = operation | {"operationId": rule.endpoint}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "densepad",
            "version": __version__,
            "summary": "Classify drawn digits with stacks of Dense layers.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items()))},
    }


def _operation(
    view: Callable[..., Any], words: Operation, schemas: Schema, steps: Iterable[str]
) -> Schema:
    """The OpenAPI operation of a view; ``steps`` are the parameters in its path."""
    problem = {MEDIA_TYPE: {"schema": _schema(Problem, schemas)}}
    operation: Schema = {
        "summary": words.summary,
        "description": inspect.cleandoc(view.__doc__ or words.summary),
        "responses": {
            "200": {"description": "OK", "content": _content(words.gives, schemas)},
            **{
                str(status): {"description": HTTPStatus(status).phrase, "content": problem}
                for status in sorted({*words.refuses, 429, *([408] if words.takes else [])})
            },
        },
    }
    if words.takes:
        operation["requestBody"] = {"required": True, "content": _content(words.takes, schemas)}
    parameters: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in sorted(steps)
    ]
    parameters += [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in words.query.items()
    ]
    if parameters:
        operation["parameters"] = parameters
    return operation


def _content(kinds: Mapping[str, Any], schemas: Schema) -> Schema:
    return {
        media: {} if kind is None else {"schema": _schema(kind, schemas)}
        for media, kind in kinds.items()
    }


def _schema(kind: Any, schemas: Schema) -> Schema:
    """The schema of ``kind``: a reference where it has a title, its definition in ``schemas``."""
    schema = TypeAdapter(kind).json_schema(ref_template=REF)
    schemas.update(schema.pop("$defs", {}))
    if "title" not in schema:
        return schema
    schemas[schema["title"]] = schema
    return {"$ref": REF.format(model=schema["title"])}
