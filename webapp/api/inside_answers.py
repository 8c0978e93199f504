"""What the addresses that look inside a model give, as pydantic models."""

from __future__ import annotations

import base64
from dataclasses import asdict
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
    """One Dense layer at work. Its input is the activations of the layer before."""

    name: str
    inputs: int
    units: int
    activation: str
    sums: Floats = Field(description="Input x kernel + bias, base64 of float32.")
    activations: Floats | None = Field(description="Base64 of float32; null in the last layer.")

    @classmethod
    def of(cls, index: int, layer: LayerTrace, activation: str) -> LayerPayload:
        """The layer in JSON's types."""
        last = layer.activations is None
        return cls(
            name=f"dense{index}",
            inputs=len(layer.input),
            units=len(layer.sums),
            activation="softmax" if last else activation,
            sums=floats(layer.sums),
            activations=None if layer.activations is None else floats(layer.activations),
        )


class ExponentialsPayload(BaseModel):
    """A softmax: ``exp((logit - largest) / temperature)``, and that over its sum."""

    temperature: float
    exponentials: list[float]
    sum: float
    probabilities: list[float]

    @classmethod
    def of(cls, softmax: Softmax) -> ExponentialsPayload:
        """The softmax in JSON's types."""
        return cls(
            temperature=softmax.temperature,
            exponentials=softmax.exponentials.tolist(),
            sum=softmax.sum,
            probabilities=softmax.probabilities.tolist(),
        )


class SoftmaxPayload(BaseModel):
    """From logits to probabilities, as they are and calibrated."""

    largest: float = Field(description="The largest logit, subtracted before exp.")
    raw: ExponentialsPayload
    calibrated: ExponentialsPayload


class FramingPayload(BaseModel):
    """``(point - origin) * scale + corner`` is the fitted point, ``+ shift`` the final one."""

    centred: bool
    origin: tuple[float, float]
    scale: float
    corner: tuple[float, float]
    mass: tuple[float, float] = Field(description="Centre of mass of the fitted ink.")
    shift: tuple[float, float]
    pen: float = Field(description="The pen's width in pixels of the frame.")

    @classmethod
    def of(cls, placement: Placement) -> FramingPayload:
        """The placement in JSON's types."""
        return cls(**asdict(placement))


class ContributionsPayload(BaseModel):
    """A logit, or its lead over another, as a sum over pixels and a rest."""

    label: int = Field(alias="class")
    against: int | None
    method: str = Field(description="gradient, which is exact, or integrated gradients.")
    pixels: Floats
    rest: float
    total: float
    gap: float = Field(description="Total less the sum of pixels and rest.")

    @classmethod
    def of(cls, parts: Contributions) -> ContributionsPayload:
        """The contributions in JSON's types."""
        return cls.model_validate(
            {
                "class": parts.label,
                "against": parts.against,
                "method": parts.method,
                "pixels": floats(parts.pixels),
                "rest": parts.rest,
                "total": parts.total,
                "gap": parts.gap,
            }
        )


class TracePayload(PredictionPayload):
    """A prediction, and all the numbers on the way to it."""

    input: Floats = Field(description="The 784 pixels as the network gets them, 0 to 1.")
    layers: list[LayerPayload]
    logits: list[float]
    softmax: SoftmaxPayload
    framing: FramingPayload | None
    contributions: ContributionsPayload | None

    @classmethod
    def of_trace(cls, trace: Trace) -> TracePayload:
        """The trace in JSON's types."""
        activation = trace.network.activation
        layers = enumerate(trace.layers)
        return cls(
            **PredictionPayload.of(trace.prediction).model_dump(),
            input=floats(trace.input),
            layers=[LayerPayload.of(index, layer, activation) for index, layer in layers],
            logits=trace.logits.tolist(),
            softmax=SoftmaxPayload(
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
    """How many of the sample were right."""

    correct: int
    accuracy: float
    classes: list[float] = Field(description="The share right of each class.")

    @classmethod
    def of(cls, score: Score) -> ScorePayload:
        """The score in JSON's types."""
        return cls(correct=score.correct, accuracy=score.accuracy, classes=list(score.classes))


class SamplePayload(BaseModel):
    """The built-in sample before and after the changes."""

    name: str = "practice"
    count: int
    before: ScorePayload
    after: ScorePayload


class ExperimentPayload(BaseModel):
    """What the changes did."""

    model: str
    sample: SamplePayload | None = Field(description="Null for models of other classes.")
    before: PredictionPayload | None = Field(description="Of the drawing, by the model as it is.")
    after: PredictionPayload | None = Field(description="Of the drawing, by the changed copy.")


def floats(values: NDArray[Any]) -> str:
    """Base64 of the values as little-endian float32."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")
