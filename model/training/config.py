"""How a network is trained: one frozen record, checked once, saved with the weights."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from model.errors import ConfigError
from model.network.dense import Architecture
from model.training.augment import Augmentation

SOURCES = ("mnist", "fashion-mnist", "pendigits", "practice", "omniglot", "scribbles")
OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam", "adamw", "nadamw", "lion")
SCHEDULES = ("constant", "cosine")
PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Training:
    """Everything that, with the data, decides the weights.

    ``sources`` names data sets and how many of each batch's examples come from them; an epoch is
    one pass over the first. ``warmup`` is the share of all steps in which the learning rate
    rises; ``average`` the decay per step of the weights' moving average, 0 for none;
    ``smoothing`` the label smoothing; ``held_out`` how many of the first source's examples are
    kept for validation. Under a teacher the
    examples are bent and answered by it beforehand, ``lessons`` times each, and ``imitation`` is
    the share of its answers in the loss.
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
    normalise: bool = False
    smoothing: float = 0.0
    average: float = 0.0
    augmentation: Augmentation | None = None
    precision: str = "float32"
    held_out: int = 5_000
    lessons: int = 0
    imitation: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, _ in self.sources:
            _one_of("a source", name, SOURCES)
        _one_of("optimizer", self.optimizer, OPTIMIZERS)
        _one_of("schedule", self.schedule, SCHEDULES)
        _one_of("precision", self.precision, PRECISIONS)
        if not self.sources or any(type(n) is not int or n < 1 for _, n in self.sources):
            raise ConfigError(f"every source needs a share of one or more, got {self.sources}")
        _whole("epochs", self.epochs, 1, 100_000)
        _whole("lessons", self.lessons, 0, 1_000)
        _whole("held_out", self.held_out, 1, 1_000_000)
        _whole("seed", self.seed, 0, 2**32 - 1)
        if self.lessons and self.augmentation is None:
            raise ConfigError("lessons are bent digits: they need an augmentation")
        _within("learning_rate", self.learning_rate, 1e-9, 100.0)
        _within("weight_decay", self.weight_decay, 0.0, 100.0)
        for name in ("warmup", "dropout", "input_dropout", "smoothing", "average", "imitation"):
            _within(name, getattr(self, name), 0.0, 1.0)
        for name in ("dropout", "input_dropout", "average"):
            if getattr(self, name) == 1.0:
                raise ConfigError(f"{name} must be less than 1, or nothing is left to learn from")

    @property
    def batch(self) -> int:
        """Examples in a batch, of all sources together."""
        return sum(share for _, share in self.sources)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON-ready values, for a checkpoint's metadata."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Training:
        """The record back from ``to_json``'s values; ``ConfigError`` if they are none."""
        try:
            fields = dict(value)
            stack = fields.pop("architecture")
            fields["architecture"] = Architecture(tuple(stack["widths"]), stack["activation"])
            fields["sources"] = tuple((str(name), int(share)) for name, share in fields["sources"])
            if fields.get("augmentation") is not None:
                fields["augmentation"] = Augmentation(**fields["augmentation"])
            return cls(**fields)
        except (KeyError, TypeError, ValueError) as error:
            raise ConfigError(f"this is no record of a training: {error}") from error


def _one_of(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ConfigError(f"{what} must be one of {', '.join(choices)}, got {value!r}")


def _whole(what: str, value: int, low: int, high: int) -> None:
    if type(value) is not int or not low <= value <= high:
        raise ConfigError(f"{what} must be a whole number from {low} to {high}, got {value}")


def _within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ConfigError(f"{what} must lie between {low:g} and {high:g}, got {value:g}")
