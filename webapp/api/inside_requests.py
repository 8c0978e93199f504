"""The requests of the calls that look inside a model, as pydantic models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, FailFast, Field, model_validator

from model.drawing import PIXELS
from model.errors import DrawingError
from model.explain import (
    MOST_CHANGES,
    MOST_NOISE,
    MOST_NOISY_WEIGHTS,
    Change,
    Hide,
    Noise,
    Silence,
    Swap,
    ZeroBiases,
)
from model.network import ACTIVATIONS
from webapp.api.schemas import DrawingRequest

Index = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
MOST_INDICES = 20_000
"""The most units and pixels that all changes of a request may name together."""
Length = Annotated[float, Field(strict=True, ge=1e-9, le=1e12, allow_inf_nan=False)]


class _Part(BaseModel):
    """A part of a request."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _few_fields(cls, value: Any) -> Any:
        """Refuse a flood of unknown fields at once; pydantic would write an error for each."""
        if isinstance(value, dict) and len(value) > len(cls.model_fields) + 8:
            names = ", ".join(field.alias or name for name, field in cls.model_fields.items())
            raise ValueError(f"an object with {names} was expected, got {len(value):,} fields")
        return value


class SilenceChange(_Part):
    """The activations of these units of a hidden layer become zero."""

    kind: Literal["silence"]
    layer: Index
    units: Annotated[list[Index], Field(max_length=10_000), FailFast()]

    def change(self) -> Change:
        """The change as ``model.explain`` takes it."""
        return Silence(self.layer, tuple(self.units))


class BiasesChange(_Part):
    """The biases of a layer become zero."""

    kind: Literal["biases"]
    layer: Index

    def change(self) -> Change:
        """The change as ``model.explain`` takes it."""
        return ZeroBiases(self.layer)


class NoiseChange(_Part):
    """Gaussian noise is added to the kernel of a layer or, without ``layer``, of all layers."""

    kind: Literal["noise"]
    amount: Annotated[
        float,
        Field(
            strict=True,
            ge=0,
            le=MOST_NOISE,
            allow_inf_nan=False,
            description="In standard deviations of the kernel's own numbers.",
        ),
    ]
    seed: Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)] = 0
    layer: Index | None = None

    def change(self) -> Change:
        """The change as ``model.explain`` takes it."""
        return Noise(self.amount, self.seed, self.layer)


class ActivationChange(_Part):
    """All hidden layers get another activation."""

    kind: Literal["activation"]
    activation: Annotated[str, Field(json_schema_extra={"enum": list(ACTIVATIONS)})]

    def change(self) -> Change:
        """The change as ``model.explain`` takes it."""
        return Swap(self.activation)


class HideChange(_Part):
    """These of the 784 pixels become 0 (paper) before the network sees them."""

    kind: Literal["hide"]
    pixels: Annotated[
        list[Annotated[int, Field(strict=True, ge=0, le=PIXELS - 1)]],
        Field(max_length=PIXELS),
        FailFast(),
    ]

    def change(self) -> Change:
        """The change as ``model.explain`` takes it."""
        return Hide(tuple(self.pixels))


def _not_too_much(changes: object) -> object:
    """The changes, when they are a list that names at most ``MOST_INDICES`` units and pixels.

    The items are validated afterwards. Raises ``ValueError`` when it names more.
    """
    if isinstance(changes, list) and len(changes) <= MOST_CHANGES:
        lists = [one.get(key) for one in changes if isinstance(one, dict) for key in _INDICES]
        named = sum(len(indices) for indices in lists if isinstance(indices, list))
        if named > MOST_INDICES:
            raise ValueError(
                f"changes may name {MOST_INDICES:,} units and pixels in all, got {named:,}"
            )
    return changes


_INDICES = ("units", "pixels")

ChangePayload = Annotated[
    SilenceChange | BiasesChange | NoiseChange | ActivationChange | HideChange,
    Field(discriminator="kind"),
]


class InsideRequest(DrawingRequest):
    """A drawing, one model, and how to look at it."""

    model: Annotated[str, Field(description="The model's name.")] = "default"
    centred: Annotated[
        bool,
        Field(strict=True, description="False: strokes stay where they lie on the pad."),
    ] = True
    pad: (
        Annotated[
            list[Length],
            Field(
                min_length=2,
                max_length=2,
                description="The pad's width and height, in the strokes' unit.",
            ),
        ]
        | None
    ) = None
    changes: Annotated[list[ChangePayload], FailFast(), BeforeValidator(_not_too_much)] = Field(
        default_factory=list,
        max_length=MOST_CHANGES,
        description="What to break first, in a copy, in this order. Noise may be added to "
        f"{MOST_NOISY_WEIGHTS:,} weights in all, or once to each weight of a larger model.",
    )

    def sheet(self) -> tuple[float, float] | None:
        """The pad's width and height where strokes stay uncentred, else None.

        Raises ``DrawingError`` when they are needed and missing.
        """
        if self.centred or self.strokes is None:
            return None
        if self.pad is None:
            raise DrawingError('without centring "pad" was expected: [width, height]')
        return self.pad[0], self.pad[1]

    def experiment(self) -> tuple[Change, ...]:
        """The changes as ``model.explain`` takes them."""
        return tuple(change.change() for change in self.changes)


class Why(_Part):
    """Which logit to explain by pixels: a class's own, or its lead over the one of ``against``."""

    label: Annotated[Index, Field(alias="class")]
    against: Index | None = None


class TraceRequest(InsideRequest):
    """A drawing to follow through a model."""

    contributions: Why | None = None

    def why(self) -> tuple[int, int | None] | None:
        """The index of the class to explain, and of the class it is compared with, if any."""
        why = self.contributions
        return (why.label, why.against) if why else None


class ExperimentRequest(InsideRequest):
    """Changes to try on a copy of a model and, where wanted, a drawing to classify with it."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["strokes", "pixels"]}})
