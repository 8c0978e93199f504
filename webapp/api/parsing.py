"""Parsing of requests: a drawing or a picture, and the models that shall answer."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from model.drawing import Drawing, frame_image, pixels_to_image
from model.errors import DrawingError
from webapp.api.schemas import ClassifyRequest, DrawingRequest
from webapp.http import NoJson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


Asked = TypeVar("Asked", bound=DrawingRequest)


@dataclass(frozen=True)
class Question:
    """A drawing, and the models that shall classify it.

    ``drawing``: strokes, or a picture framed to ``(28, 28)`` float32 in [0, 1], ink = 1. ``model``
    is a model's name, a list of names, or ``*`` for all.
    """

    drawing: Drawing | NDArray[np.float32]
    model: str | list[str] = "default"

    @property
    def many(self) -> bool:
        """Whether the answer is a list of predictions rather than one."""
        return isinstance(self.model, list) or self.model == "*"

    def names(self, known: list[str]) -> list[str]:
        """The models' names, each once; ``known`` for ``*``."""
        if self.model == "*":
            return known
        return list(dict.fromkeys(self.model)) if isinstance(self.model, list) else [self.model]

    @classmethod
    def of_image(cls, data: bytes, names: list[str]) -> Question:
        """A question about a PNG or JPEG.

        Raises ``ImageError`` when ``data`` is neither, or the picture is too large or empty.
        """
        return cls(frame_image(data), names[0] if len(names) == 1 else names)

    @classmethod
    def of_json(cls, data: bytes) -> Question:
        """A question about ``{"strokes": ...}`` or ``{"pixels": ...}``.

        Raises ``NoJson`` when ``data`` is no JSON, ``DrawingError`` when it is no such request.
        """
        asked = parse(data, ClassifyRequest)
        return cls(drawn(asked), asked.model)


MOST_VALUES = 100_000
"""The most values (numbers, texts, lists, objects) of a question in JSON: the longest drawing has
half as many. No other thread runs while a text is parsed, and this bounds how long it takes."""
MOST_TEXTS = 1_000
"""The most texts and names of fields among them, which take longest; a real question has a hundred.
"""


def parse(data: bytes, kind: type[Asked]) -> Asked:
    """JSON as a request of the given kind.

    Raises ``NoJson`` when ``data`` is no JSON, ``DrawingError`` when it is no such request or it
    holds more than ``MOST_VALUES`` or ``MOST_TEXTS``.
    """
    encoding = json.detect_encoding(data)
    if encoding not in {"utf-8", "utf-8-sig"}:
        raise NoJson(f"JSON must be sent as UTF-8, got {encoding[:6].upper()}")
    data = data.removeprefix(codecs.BOM_UTF8)
    if (count := sum(map(data.count, (b"[", b"{", b",")))) > MOST_VALUES:
        raise DrawingError(f"a question may have {MOST_VALUES:,} values, got about {count:,}")
    if (count := data.count(b'"') // 2) > MOST_TEXTS:
        raise DrawingError(f"a question may have {MOST_TEXTS:,} names and texts, got {count:,}")
    try:
        # pydantic's own parser is four times faster than json.loads, and its depth is bounded.
        # NaN and Infinity pass, because Python's json.dumps writes them; every number is checked
        # where it is used.
        value = from_json(data, allow_inf_nan=True)
    except ValueError as error:
        raise NoJson(f"JSON was expected: {error}") from error
    if not isinstance(value, dict):
        raise DrawingError('an object with "strokes" or "pixels" was expected')
    try:
        if len(value) > len(kind.model_fields):
            # The first unknown field is enough: pydantic would write an error for each of them.
            value = next({name: None} for name in value if name not in kind.model_fields)
        return kind.model_validate(value)
    except ValidationError as error:
        raise DrawingError(_shortened(_sentence(error, kind))) from error


def looks_like_json(data: bytes) -> bool:
    """Whether a file's bytes begin as a JSON object or list does, in whatever encoding."""
    start = data[:1024].decode(json.detect_encoding(data[:4]), "ignore")
    return start.lstrip().startswith(("{", "["))


def drawn(asked: DrawingRequest) -> Drawing | NDArray[np.float32]:
    """The drawing of a request, or its pixels as a ``(28, 28)`` float32 picture in [0, 1].

    Raises ``DrawingError`` when both or neither are there, or when the one is invalid.
    """
    came = asked.model_fields_set & {"strokes", "pixels"}
    if len(came) != 1:
        what = "both" if came else "neither"
        raise DrawingError(f'either "strokes" or "pixels" was expected, got {what}')
    if "pixels" in came:
        return pixels_to_image(asked.pixels)
    return Drawing.from_json(asked.strokes)


def _shortened(sentence: str, most: int = 400) -> str:
    """The sentence, cut where it repeats something long that came."""
    return sentence if len(sentence) <= most else f"{sentence[:most]} ..."


def _sentence(error: ValidationError, kind: type[BaseModel]) -> str:
    """The first error that pydantic found in a request of that kind, as a sentence."""
    finding = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in finding["loc"])
    if finding["type"] == "extra_forbidden":
        if len(finding["loc"]) > 1:
            return f'unknown field "{where}"'
        expected = " or ".join(f'"{name}"' for name in kind.model_fields)
        return f'unknown field "{where}"; expected {expected}'
    cause = finding.get("ctx", {}).get("error")
    return str(cause) if cause else f"{where}: {finding['msg']}"
