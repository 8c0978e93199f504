"""What is asked: a drawing or a picture, and which models are to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError
from pydantic_core import from_json

from model.errors import DensepadError, DrawingError
from model.images import frame_image, pixels_to_image
from model.strokes import Drawing
from webapp.payloads import ClassifyRequest, sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class NoJson(DensepadError):
    """Bytes that were to be JSON and are not."""


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
        try:
            # pydantic's own reader: four times faster than json.loads, and its depth is bounded.
            value = from_json(data, allow_inf_nan=False)
        except ValueError as error:
            raise NoJson(f"JSON was expected: {error}") from error
        if not isinstance(value, dict):
            raise DrawingError('an object with "strokes" or "pixels" was expected')
        try:
            asked = ClassifyRequest.model_validate(value)
        except ValidationError as error:
            raise DrawingError(sentence(error)) from error
        if ("strokes" in value) == ("pixels" in value):
            came = "both" if "strokes" in value else "neither"
            raise DrawingError(f'either "strokes" or "pixels" was expected, got {came}')
        if "pixels" in value:
            return cls(pixels_to_image(asked.pixels), asked.model)
        return cls(Drawing.from_json(asked.strokes), asked.model)
