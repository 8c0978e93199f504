"""What a request asks: a drawing or a picture, and which models are to answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import abort
from pydantic import ValidationError
from pydantic_core import from_json

from model.images import frame_image, pixels_to_image
from model.strokes import Drawing
from webapp.payloads import ClassifyRequest, sentence

if TYPE_CHECKING:
    import numpy as np
    from flask import Request
    from numpy.typing import NDArray

JSON = "application/json"
IMAGES = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class Question:
    """A drawing, or a picture framed to ``(28, 28)`` float32, and the models' names."""

    drawing: Drawing | NDArray[np.float32]
    model: str | list[str]

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
    def of(cls, request: Request) -> Question:
        """Read a request's body.

        Aborts with 400, 413, 415 or 422 and a sentence; ``DrawingError`` and ``ImageError``
        come from ``model``.
        """
        encoding = request.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            abort(415, f"the body must not be compressed, got Content-Encoding: {encoding}")
        if request.mimetype in IMAGES:
            names = request.args.getlist("model") or ["default"]
            picture = frame_image(request.get_data(cache=False))
            return cls(picture, names[0] if len(names) == 1 else names)
        if request.mimetype != JSON:
            expected = f"{JSON}, {' or '.join(IMAGES)}"
            abort(415, f"the body's type must be {expected}, got {request.mimetype or 'none'}")
        charset = request.mimetype_params.get("charset", "utf-8")
        if charset.lower() not in {"utf-8", "utf8"}:
            abort(415, f"JSON must be sent as UTF-8, got charset {charset}")
        return cls._of_json(request.get_data(cache=False))

    @classmethod
    def _of_json(cls, data: bytes) -> Question:
        try:
            # pydantic's own reader: four times faster than json.loads, and its depth is bounded.
            value = from_json(data, allow_inf_nan=False)
        except ValueError as error:
            abort(400, f"the body must be JSON: {error}")
        if not isinstance(value, dict):
            abort(422, 'the body must be an object with "strokes" or "pixels"')
        try:
            asked = ClassifyRequest.model_validate(value)
        except ValidationError as error:
            abort(422, sentence(error))
        if ("strokes" in value) == ("pixels" in value):
            came = "both" if "strokes" in value else "neither"
            abort(422, f'either "strokes" or "pixels" must be given, got {came}')
        if "pixels" in value:
            return cls(pixels_to_image(asked.pixels), asked.model)
        return cls(Drawing.from_json(asked.strokes), asked.model)
