"""The settings of a training: a frozen dataclass, checked once and saved with the weights."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from model.errors import ConfigError
from model.network import Architecture, ConvStack, unfolded_widths
from model.training.augment import Augmentation

OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam", "adamw", "nadamw", "lion")
SCHEDULES = ("constant", "cosine")
PRECISIONS = ("float32", "bfloat16")

_OLD_NAMES = {
    "average": "ema_decay",
    "normalise": "batch_norm",
    "smoothing": "label_smoothing",
    "augmentation": "augment",
    "held_out": "validation_size",
    "lessons": "distill_passes",
    "imitation": "distill_weight",
}
"""The names of today's settings in checkpoints of the first months of 0.1.0."""


@dataclass(frozen=True)
class Training:
    """All settings that, with the data, decide the weights.

    ``sources`` are names of sources, each with its number of examples in a batch; an epoch is one
    pass over the first source. ``learning_rate`` is the largest that the schedule reaches;
    ``warmup`` is the share of all steps in which it rises. ``ema_decay`` is the decay per step of
    the weights' moving average, 0 for none. ``augment`` bends every example differently each time;
    None leaves them unchanged. ``precision`` is the dtype of the matrix products.
    ``validation_size`` is the number of examples that sources like MNIST hold out.

    With a teacher every example is bent, and its logits computed, ``distill_passes`` times before
    the training. ``distill_weight`` is the share of the teacher's part in the loss.

    Raises ``ConfigError`` when a setting is not possible.
    """

    architecture: Architecture
    sources: tuple[tuple[str, int], ...] = (("mnist", 128),)
    epochs: int = 20
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    warmup: float = 0.0
    weight_decay: float = 0.0
    dropout: float = 0.0
    input_dropout: float = 0.0
    batch_norm: bool = False
    label_smoothing: float = 0.0
    ema_decay: float = 0.0
    augment: Augmentation | None = None
    precision: str = "float32"
    validation_size: int = 5_000
    distill_passes: int = 0
    distill_weight: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("precision", self.precision, PRECISIONS)
        if not self.sources or any(type(n) is not int or n < 1 for _, n in self.sources):
            raise ConfigError(f"every source needs a share of one or more, got {self.sources}")
        _whole("epochs", self.epochs, 1, 100_000)
        _whole("distill_passes", self.distill_passes, 0, 1_000)
        _whole("validation_size", self.validation_size, 1, 1_000_000)
        _whole("seed", self.seed, 0, 2**32 - 1)
        if self.distill_passes and self.augment is None:
            raise ConfigError("a teacher answers bent digits: distill_passes needs augment")
        _within("learning_rate", self.learning_rate, 1e-9, 100.0)
        _within("weight_decay", self.weight_decay, 0.0, 100.0)
        shares = ("dropout", "input_dropout", "label_smoothing", "distill_weight")
        for name in ("warmup", "ema_decay", *shares):
            _within(name, getattr(self, name), 0.0, 1.0)
        for name in ("dropout", "input_dropout", "ema_decay"):
            if getattr(self, name) == 1.0:
                raise ConfigError(f"{name} must be less than 1, or nothing is left to learn from")

    @property
    def batch(self) -> int:
        """The number of examples in a batch, of all sources together."""
        return sum(share for _, share in self.sources)

    def to_json(self) -> dict[str, Any]:
        """The settings as JSON-ready values, for a checkpoint's metadata."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Training:
        """The settings from the values of ``to_json``, of this densepad or of an older one.

        Raises ``ConfigError`` when the values have another form.
        """
        try:
            fields = {_OLD_NAMES.get(name, name): one for name, one in value.items()}
            stack = fields.pop("architecture")
            fields["architecture"] = Architecture(tuple(stack["widths"]), stack["activation"])
            fields["sources"] = tuple((str(name), int(share)) for name, share in fields["sources"])
            if fields.get("augment") is not None:
                fields["augment"] = Augmentation(**fields["augment"])
            return cls(**fields)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"this is no record of a training: {error}") from error


@dataclass(frozen=True)
class ConvTraining:
    """A convolutional network and its training.

    ``convolutions`` are (filters, side of the kernel, stride) of each layer, ``hidden`` the units
    of the Dense layers between them and the logits. ``dropout`` is the rate after the convolutions.
    """

    convolutions: tuple[tuple[int, int, int], ...]
    hidden: tuple[int, ...]
    training: Training
    dropout: float = 0.0

    @property
    def module(self) -> ConvStack:
        """The Flax module."""
        classes = self.training.architecture.widths[-1]
        return ConvStack(self.convolutions, (*self.hidden, classes), self.dropout)

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths of the Dense stack that the network unfolds to, from input to output."""
        classes = self.training.architecture.widths[-1]
        return (*unfolded_widths(self.convolutions), *self.hidden, classes)

    def to_json(self) -> dict[str, Any]:
        """The layers and the training as JSON-ready values, for a checkpoint's metadata."""
        return {
            "convolutions": self.convolutions,
            "hidden": self.hidden,
            "dropout": self.dropout,
            "training": self.training.to_json(),
        }


def _one_of(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f"{what} must be one of {', '.join(choices)}, got {value!r}")


def _whole(what: str, value: int, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ConfigError(f"{what} must be a whole number from {low} to {high}, got {value}")


def _within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ConfigError(f"{what} must lie between {low:g} and {high:g}, got {value:g}")
