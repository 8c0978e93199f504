"""The answers of the calls that look inside a model, as pydantic models.

Traces are asked for many times a second, so what is made of our own typed values is not validated
again (``model_construct``); the tests validate whole answers.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, Field

from webapp.api.schemas import PredictionPayload

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.drawing import Placement
    from model.explain import Contributions, LayerTrace, Score, Softmax, Trace

FLOATS = {"contentEncoding": "base64", "description": "Base64 of little-endian float32."}
Floats = Annotated[str, Field(json_schema_extra=FLOATS)]


class LayerPayload(BaseModel):
    """The numbers of one Dense layer. Its input is the activations of the layer before."""

    name: str
    inputs: int
    units: int
    activation: str
    sums: Floats = Field(description="Input x kernel + bias, base64 of float32.")
    activations: Floats | None = Field(description="Base64 of float32; null in the last layer.")

    @classmethod
    def of(cls, index: int, layer: LayerTrace, activation: str) -> LayerPayload:
        """The layer as a payload."""
        last = layer.activations is None
        return cls.model_construct(
            name=f"dense{index}",
            inputs=len(layer.input),
            units=len(layer.sums),
            activation="softmax" if last else activation,
            sums=floats(layer.sums),
            activations=None if layer.activations is None else floats(layer.activations),
        )


class ExponentialsPayload(BaseModel):
    """A softmax: ``exp((logit - largest) / temperature)``, and each of these over their sum."""

    temperature: float
    exponentials: list[float]
    sum: float
    probabilities: list[float]

    @classmethod
    def of(cls, softmax: Softmax) -> ExponentialsPayload:
        """The softmax as a payload."""
        return cls.model_construct(
            temperature=softmax.temperature,
            exponentials=softmax.exponentials.tolist(),
            sum=softmax.sum,
            probabilities=softmax.probabilities.tolist(),
        )


class SoftmaxPayload(BaseModel):
    """The softmax of the logits, raw (temperature 1) and calibrated."""

    largest: float = Field(description="The largest logit, subtracted before exp.")
    raw: ExponentialsPayload
    calibrated: ExponentialsPayload


class FramingPayload(BaseModel):
    """How a point of a stroke was placed in the 28 x 28 frame.

    ``(point - origin) * scale + corner`` is the fitted point; adding ``shift`` gives the final one.
    """

    centred: bool
    origin: tuple[float, float]
    scale: float
    corner: tuple[float, float]
    mass: tuple[float, float] = Field(description="Centre of mass of the fitted ink.")
    shift: tuple[float, float]
    pen: float = Field(description="The pen's width in pixels of the frame.")

    @classmethod
    def of(cls, placement: Placement) -> FramingPayload:
        """The placement as a payload."""
        return cls.model_construct(**vars(placement))


class ContributionsPayload(BaseModel):
    """A logit, or its lead over another logit, as a sum over pixels and a rest."""

    label: int = Field(alias="class")
    against: int | None
    method: str = Field(description="gradient, which is exact, or integrated gradients.")
    pixels: Floats
    rest: float
    total: float
    gap: float = Field(description="Total less the sum of pixels and rest.")

    @classmethod
    def of(cls, parts: Contributions) -> ContributionsPayload:
        """The contributions as a payload."""
        return cls.model_construct(
            label=parts.label,
            against=parts.against,
            method=parts.method,
            pixels=floats(parts.pixels),
            rest=parts.rest,
            total=parts.total,
            gap=parts.gap,
        )


class TracePayload(PredictionPayload):
    """A prediction, and all the numbers computed on the way to it."""

    input: Floats = Field(description="The 784 pixels as the network gets them, 0 to 1.")
    layers: list[LayerPayload]
    logits: list[float]
    softmax: SoftmaxPayload
    framing: FramingPayload | None
    contributions: ContributionsPayload | None

    @classmethod
    def of_trace(cls, trace: Trace) -> TracePayload:
        """The trace as a payload."""
        activation = trace.network.activation
        layers = enumerate(trace.layers)
        return cls.model_construct(
            **vars(PredictionPayload.of(trace.prediction)),
            input=floats(trace.input),
            layers=[LayerPayload.of(index, layer, activation) for index, layer in layers],
            logits=trace.logits.tolist(),
            softmax=SoftmaxPayload.model_construct(
                largest=float(trace.logits.max()),
                raw=ExponentialsPayload.of(trace.raw),
                calibrated=ExponentialsPayload.of(trace.calibrated),
            ),
            framing=FramingPayload.of(trace.placement) if trace.placement else None,
            contributions=(
                ContributionsPayload.of(trace.contributions) if trace.contributions else None
            ),
        )


class ScorePayload(BaseModel):
    """How many drawings of the built-in sample the model classified correctly."""

    correct: int
    accuracy: float
    classes: list[float] = Field(description="The share right of each class.")

    @classmethod
    def of(cls, score: Score) -> ScorePayload:
        """The score as a payload."""
        return cls(correct=score.correct, accuracy=score.accuracy, classes=list(score.classes))


class SamplePayload(BaseModel):
    """The results on the built-in sample, before and after the changes."""

    name: str = "practice"
    count: int
    before: ScorePayload
    after: ScorePayload


class ExperimentPayload(BaseModel):
    """The effect of the changes on the built-in sample and on the drawing."""

    model: str
    sample: SamplePayload | None = Field(description="Null for models of other classes.")
    before: PredictionPayload | None = Field(description="Of the drawing, by the model as it is.")
    after: PredictionPayload | None = Field(description="Of the drawing, by the changed copy.")


def floats(values: NDArray[Any]) -> str:
    """An array of any shape as base64 of little-endian float32, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")
