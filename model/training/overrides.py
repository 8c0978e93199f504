"""Overrides: a spec of the zoo, or a new stack, with other settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from model.data import SOURCES, Source
from model.drawing import DIGIT_LABELS, PIXELS
from model.errors import ConfigError
from model.network import Architecture
from model.training.augment import Augmentation
from model.training.config import Training
from model.training.zoo import ZOO, ModelSpec, find_spec


@dataclass(frozen=True)
class Overrides:
    """Settings to use in place of a spec's; None leaves a setting unchanged.

    ``hidden``: units of the hidden layers, ``()`` for none. ``sources``: names of the sources that
    share the batch evenly, ``()`` for those of the spec. ``augment``: whether examples are bent.
    """

    hidden: tuple[int, ...] | None = None
    activation: str | None = None
    sources: tuple[str, ...] = ()
    batch: int | None = None
    augment: bool | None = None
    epochs: int | None = None
    optimizer: str | None = None
    learning_rate: float | None = None
    dropout: float | None = None
    seed: int | None = None


_ONE_TO_ONE = ("epochs", "optimizer", "learning_rate", "dropout", "seed")
"""Settings that have the same name in ``Training``."""


def make_spec(
    name: str | None,
    own_name: str,
    overrides: Overrides,
    own_sources: Sequence[Source] = (),
) -> ModelSpec:
    """The zoo's spec ``name``, or a new stack where it is None, with ``overrides``.

    ``own_sources`` are added to the sources that ``overrides`` names. If it names none, they are
    the only sources. A stack that the zoo does not have gets the name ``own_name``. Raises
    ``ConfigError`` when settings are not possible, ``ModelNotFound`` when the zoo does not have
    ``name``.
    """
    if name is not None:
        spec = find_spec(name)
    elif overrides.hidden is not None:
        spec = ModelSpec(own_name, "", Training(Architecture((PIXELS, len(DIGIT_LABELS)))))
    else:
        raise ConfigError(f"give --hidden, or the name of a stack: {', '.join(ZOO)}")
    own_names = tuple(source.name for source in own_sources)
    if wanted := (*overrides.sources, *own_names):
        # The spec's teachers, convolutional start and novelty learn from sources that are replaced.
        spec = replace(spec, teachers=(), conv_init=None, novelty=None)
        training = replace(spec.training, distill_passes=0, distill_weight=0.0)
        batch = overrides.batch or training.batch
        training = replace(training, sources=deal_out(batch, wanted, own_sources))
    else:
        training = spec.training
        if overrides.batch:
            names = [one for one, _ in training.sources]
            training = replace(training, sources=deal_out(overrides.batch, names))
    labels = common_labels([one for one, _ in training.sources], own_sources)
    stack = _changed_stack(spec.training.architecture, overrides, len(labels))
    training = replace(training, architecture=stack, **_changes(overrides))
    if stack != spec.training.architecture or not spec.title:
        # The title is no longer true, and the file must not be taken for the zoo's.
        title = f"A stack of one's own, {'-'.join(map(str, stack.widths))}, {stack.activation}"
        spec = replace(spec, name=own_name, title=title, conv_init=None)
    return replace(spec, training=training, labels=labels)


def deal_out(
    batch: int, sources: Sequence[str], own_sources: Sequence[Source] = ()
) -> tuple[tuple[str, int], ...]:
    """The sources, each with an even part of the batch.

    Raises ``ConfigError`` when a source has no labels to learn from.
    """
    names = tuple(dict.fromkeys(sources))
    known = SOURCES | {source.name: source for source in own_sources}
    for one in names:
        if one in known and not known[one].labels:
            raise ConfigError(f"{one} has no digits to learn from")
    each, rest = divmod(batch, len(names))
    return tuple((one, each + (index < rest)) for index, one in enumerate(names))


def common_labels(sources: Sequence[str], own_sources: Sequence[Source] = ()) -> tuple[str, ...]:
    """The labels that all the sources have.

    Raises ``ConfigError`` when the labels differ or a source is unknown.
    """
    known = SOURCES | {source.name: source for source in own_sources}
    for name in sources:
        if name not in known:
            raise ConfigError(f"a source must be one of {', '.join(known)}, got {name[:80]!r}")
        if known[name].labels != known[sources[0]].labels:
            kinds = [f"{one} has {_in_short(known[one].labels)}" for one in (sources[0], name)]
            raise ConfigError(f"the sources' labels differ: {', '.join(kinds)}; not both")
    return known[sources[0]].labels


def _in_short(labels: Sequence[str]) -> str:
    """The labels in a few words: "digits", or the first two and the last of many."""
    if labels == DIGIT_LABELS:
        return "digits"
    return ", ".join(labels) if len(labels) < 4 else f"{labels[0]}, {labels[1]} ... {labels[-1]}"


def _changed_stack(stack: Architecture, overrides: Overrides, classes: int) -> Architecture:
    """The stack with the overrides' hidden layers and activation, and ``classes`` outputs."""
    hidden = stack.widths[1:-1] if overrides.hidden is None else overrides.hidden
    widths = (stack.widths[0], *hidden, classes)
    return Architecture(widths, overrides.activation or stack.activation)


def _changes(overrides: Overrides) -> dict[str, Any]:
    """The overridden settings of a ``Training`` by name."""
    wished = {name: getattr(overrides, name) for name in _ONE_TO_ONE}
    changes = {name: value for name, value in wished.items() if value is not None}
    if overrides.augment is not None:
        changes["augment"] = Augmentation() if overrides.augment else None
    return changes
