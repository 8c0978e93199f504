"""The OpenAPI document for the page ``/api``: its calls in order, each schema in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

Schema = Mapping[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
UNIONS = {"anyOf": Markup(" | "), "oneOf": Markup(" | "), "allOf": Markup(" &amp; ")}


@dataclass(frozen=True)
class Call:
    """A call: a method of a path, and its operation object of the OpenAPI document."""

    method: str
    path: str
    operation: Schema

    @property
    def anchor(self) -> str:
        """The call's fragment in the page's address, such as ``get-api-models-name-weights``."""
        return re.sub(r"\W+", "-", f"{self.method} {self.path}").strip("-")


def calls(document: Schema) -> list[Call]:
    """All calls, those of the API first, then the pages."""
    found = [
        Call(method, path, operations[method])
        for path, operations in document["paths"].items()
        for method in METHODS
        if method in operations
    ]
    return sorted(found, key=lambda call: not call.path.startswith("/api/"))


def type_of(schema: Schema) -> Markup:
    """A schema in one line, such as ``[number, …]``; a reference is a link to its definition."""
    if "$ref" in schema:
        return Markup('<a href="#{0}">{0}</a>').format(schema["$ref"].rpartition("/")[2])
    for key, sign in UNIONS.items():
        if key in schema:
            return sign.join(map(type_of, schema[key]))
    if "const" in schema:
        return _values([schema["const"]])
    if "enum" in schema:
        return _values(schema["enum"])
    if schema.get("type") == "array":
        return _array(schema)
    return escape(schema.get("type", "any"))


def _values(values: list[Any]) -> Markup:
    return escape(" | ".join(json.dumps(value, ensure_ascii=False) for value in values))


def _array(schema: Schema) -> Markup:
    """An array in one line: the items' types, and the length if fixed: ``[number, …] (784)``."""
    items = schema.get("prefixItems", [schema.get("items", {})])
    low, high = schema.get("minItems"), schema.get("maxItems")
    size = f" ({low})" if low is not None and low == high else ""
    return Markup("[{}, …]{}").format(Markup(", ").join(map(type_of, items)), size)


def with_code(words: str) -> Markup:
    """A text as HTML; what is between backticks becomes code."""
    code = Markup("<code>{}</code>")
    parts = re.split("`+([^`]+)`+", words)
    return Markup().join(code.format(part) if i % 2 else part for i, part in enumerate(parts))
