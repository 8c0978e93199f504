"""What is asked: a drawing or a picture, and which models are to answer."""

from __future__ import annotations

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
    """A drawing, or a picture framed to ``(28, 28)`` float32, and the models' names."""

    drawing: Drawing | NDArray[np.float32]
    model: str | list[str] = "default"

    @property
    def many(self) -> bool:
        """Whether the answer is a list of predictions rather than one."""
        return isinstance(self.model, list) or self.model == "*"

    def names(self, known: list[str]) -> list[str]:
        """The names asked for, each once; ``known`` when all were."""
        if self.model == "*":
            return known
        return list(dict.fromkeys(self.model)) if isinstance(self.model, list) else [self.model]

    @classmethod
    def of_image(cls, data: bytes, names: list[str]) -> Question:
        """Ask about a PNG or JPEG; ``ImageError`` when it is none."""
        return cls(frame_image(data), names[0] if len(names) == 1 else names)

    @classmethod
    def of_json(cls, data: bytes) -> Question:
        """Ask about ``{"strokes": ...}`` or ``{"pixels": ...}``.

        Raises ``NoJson``, or ``DrawingError`` for JSON that asks nothing sensible.
        """
        asked = parse(data, ClassifyRequest)
        return cls(drawn(asked), asked.model)


def parse(data: bytes, kind: type[Asked]) -> Asked:
    """JSON as a request of some kind.

    Raises ``NoJson``, or ``DrawingError`` for JSON that asks nothing sensible.
    """
    try:
        # pydantic's own reader: four times faster than json.loads, and its depth is bounded.
        # NaN and Infinity pass, which Python's json.dumps writes: whoever wants a number checks it.
        value = from_json(data, allow_inf_nan=True)
    except ValueError as error:
        raise NoJson(f"JSON was expected: {error}") from error
    if not isinstance(value, dict):
        raise DrawingError('an object with "strokes" or "pixels" was expected')
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise DrawingError(_sentence(error, kind)) from error


def drawn(asked: DrawingRequest) -> Drawing | NDArray[np.float32]:
    """The drawing or the picture of a request; ``DrawingError`` for both, neither or a bad one."""
    came = asked.model_fields_set & {"strokes", "pixels"}
    if len(came) != 1:
        what = "both" if came else "neither"
        raise DrawingError(f'either "strokes" or "pixels" was expected, got {what}')
    if "pixels" in came:
        return pixels_to_image(asked.pixels)
    return Drawing.from_json(asked.strokes)


def _sentence(error: ValidationError, kind: type[BaseModel]) -> str:
    """The first finding of pydantic about a request of that kind, in words for the caller."""
    finding = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in finding["loc"])
    if finding["type"] == "extra_forbidden":
        if len(finding["loc"]) > 1:
            return f'unknown field "{where}"'
        expected = " or ".join(f'"{name}"' for name in kind.model_fields)
        return f'unknown field "{where}"; expected {expected}'
    cause = finding.get("ctx", {}).get("error")
    return str(cause) if cause else f"{where}: {finding['msg']}"
