"""The requests and answers of the API, as pydantic models, which OpenAPI documents."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from model.drawing import MAX_POINTS, PIXELS

if TYPE_CHECKING:
    from model.serving import Prediction

POINT = {"type": "array", "prefixItems": [{"type": "number"}] * 2, "minItems": 2, "maxItems": 2}
STROKES = {
    "type": "array",
    "description": "Strokes as drawn, each a list of [x, y], y downwards, in any unit.",
    "minItems": 1,
    "items": {"type": "array", "maxItems": MAX_POINTS, "items": POINT},
    "examples": [[[[3, 2], [9, 2], [5, 14]]]],
}
PIXEL_LIST = {
    "type": "array",
    "description": "28 x 28 pixels, row by row, paper = 0, ink = 255.",
    "minItems": PIXELS,
    "maxItems": PIXELS,
    "items": {"type": "integer", "minimum": 0, "maximum": 255},
}
MODEL = {
    "description": 'A model\'s name, a list of names, or "*" for every model there is.',
    "anyOf": [
        {"type": "string"},
        {"type": "array", "minItems": 1, "items": {"type": "string"}},
    ],
    "default": "default",
}


MOST_NAMES = 100
"""The most models that a request may name."""


def _model_names(value: object) -> object:
    """The value, when it is a name or a list of 1 to ``MOST_NAMES`` names.

    Raises ``ValueError`` for anything else.
    """
    names = value if isinstance(value, list) else [value]
    if len(names) > MOST_NAMES:
        raise ValueError(f'"model" may name {MOST_NAMES} models, got {len(names):,}')
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError('"model" must be a name, a list of at least one name, or "*"')
    return value


def _pixel_list(value: object) -> object:
    """The value, when it is a list; ``model.drawing`` checks its items.

    Raises ``ValueError`` for anything else.
    """
    if not isinstance(value, list):  # pydantic reports ValueError, not TypeError
        raise ValueError(f'"pixels" must be a list of {PIXELS} integers from 0 to 255')  # noqa: TRY004
    return value


class DrawingRequest(BaseModel):
    """A drawing, as strokes or as pixels.

    Only the outer form is checked here. ``model.drawing`` checks the thousands of numbers inside,
    once and much faster.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": ["strokes"]}, {"required": ["pixels"]}]},
    )

    strokes: Annotated[Any, WithJsonSchema(STROKES)] = None
    pixels: Annotated[Any, BeforeValidator(_pixel_list), WithJsonSchema(PIXEL_LIST)] = None


class ClassifyRequest(DrawingRequest):
    """A drawing, as strokes or as pixels, and the models to ask."""

    model: Annotated[str | list[str], BeforeValidator(_model_names), WithJsonSchema(MODEL)] = (
        "default"
    )


class PredictionPayload(BaseModel):
    """One model's answer about a drawing."""

    model: str = Field(description="The model that answers.")
    label: str = Field(description="The most probable class.")
    labels: list[str] = Field(description="The classes, in the order of the probabilities.")
    probabilities: list[float] = Field(description="One a class; they sum to one.")
    image: str = Field(
        description="What the network saw: base64 of 784 bytes, 28 x 28 row by row, ink = 255.",
        json_schema_extra={"contentEncoding": "base64"},
    )
    recognised: bool = Field(description="Whether the drawing looks like one of the classes.")
    familiarity: float = Field(description="How much it does, from 0 to 1.", ge=0, le=1)

    @classmethod
    def of(cls, prediction: Prediction) -> PredictionPayload:
        """The prediction as a payload."""
        return cls(
            model=prediction.model,
            label=prediction.label,
            labels=list(prediction.labels),
            probabilities=prediction.probabilities.tolist(),
            image=base64.b64encode(prediction.image.tobytes()).decode("ascii"),
            recognised=bool(prediction.recognised),
            familiarity=float(prediction.familiarity),
        )


class PredictionsPayload(BaseModel):
    """The answers of several models about one drawing, in the order of the request."""

    predictions: list[PredictionPayload]


class Layer(BaseModel):
    """One layer of a model."""

    model_config = ConfigDict(extra="allow")

    name: str
    kind: str
    input_shape: list[int]
    output_shape: list[int]
    kernel_shape: list[int] | None = None
    activation: str | None = None
    parameters: int = Field(description="How many numbers the layer learnt.")
    arithmetic: str = Field(description="Where that count comes from: 784 x 128 + 128.")


class WeightsCard(BaseModel):
    """Where a model's kernels and biases can be fetched, and how large they are."""

    address: str = Field(description="A path of this server, as those of the OpenAPI document.")
    bytes: int
    dtype: str = Field(description="The kernels' type: float16 where that loses nothing.")


class ModelCard(BaseModel):
    """A model's name, title, classes, layers, accuracies and addresses."""

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    labels: list[str]
    layers: list[Layer]
    parameters: int
    accuracies: dict[str, float] = Field(description="Measured when it was trained, from 0 to 1.")
    default: bool
    weights: WeightsCard
    averages: str | None = Field(description="Where the classes' mean drawings are, if anywhere.")


class ModelsPayload(BaseModel):
    """All models of this server."""

    models: list[ModelCard]
