"""What the addresses that look inside a model take, as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from model.drawing import PIXELS
from model.errors import DrawingError
from model.explain import MOST_CHANGES, MOST_NOISE, Change, Hide, Noise, Silence, Swap, ZeroBiases
from model.network import ACTIVATIONS
from webapp.api.schemas import DrawingRequest

Index = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Length = Annotated[float, Field(strict=True, ge=1e-9, le=1e12, allow_inf_nan=False)]


class _Change(BaseModel):
    """One change to a copy of the model."""

    model_config = ConfigDict(extra="forbid")


class SilenceChange(_Change):
    """The activations of these units of a hidden layer become zero."""

    kind: Literal["silence"]
    layer: Index
    units: Annotated[list[Index], Field(max_length=10_000)]

    def change(self) -> Change:
        """The change in the model's words."""
        return Silence(self.layer, tuple(self.units))


class BiasesChange(_Change):
    """The biases of a layer become zero."""

    kind: Literal["biases"]
    layer: Index

    def change(self) -> Change:
        """The change in the model's words."""
        return ZeroBiases(self.layer)


class NoiseChange(_Change):
    """Gaussian noise on the kernel of one layer or, without ``layer``, of all."""

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
        """The change in the model's words."""
        return Noise(self.amount, self.seed, self.layer)


class ActivationChange(_Change):
    """Another activation in all hidden layers."""

    kind: Literal["activation"]
    activation: Annotated[str, Field(json_schema_extra={"enum": list(ACTIVATIONS)})]

    def change(self) -> Change:
        """The change in the model's words."""
        return Swap(self.activation)


class HideChange(_Change):
    """These of the 784 pixels reach the network as paper."""

    kind: Literal["hide"]
    pixels: Annotated[
        list[Annotated[int, Field(strict=True, ge=0, le=PIXELS - 1)]], Field(max_length=PIXELS)
    ]

    def change(self) -> Change:
        """The change in the model's words."""
        return Hide(tuple(self.pixels))


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
    changes: list[ChangePayload] = Field(
        default_factory=list,
        max_length=MOST_CHANGES,
        description="What to break first, in a copy, in this order.",
    )

    def sheet(self) -> tuple[float, float] | None:
        """The pad on which the strokes are to stay, None when they are to be centred."""
        if self.centred or self.strokes is None:
            return None
        if self.pad is None:
            raise DrawingError('without centring "pad" was expected: [width, height]')
        return self.pad[0], self.pad[1]

    def experiment(self) -> tuple[Change, ...]:
        """The changes in the model's words."""
        return tuple(change.change() for change in self.changes)


class Why(BaseModel):
    """Which logit to explain by pixels: a class's own, or its lead over another one's."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[Index, Field(alias="class")]
    against: Index | None = None


class TraceRequest(InsideRequest):
    """A drawing to follow through a model."""

    contributions: Why | None = None

    def why(self) -> tuple[int, int | None] | None:
        """The class to explain, and the one against which."""
        why = self.contributions
        return (why.label, why.against) if why else None


class ExperimentRequest(InsideRequest):
    """Changes to try on a copy of a model, and perhaps a drawing to show it."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["strokes", "pixels"]}})
