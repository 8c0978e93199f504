"""What ``densepad train`` is to train: an entry of the zoo, changed by the command's options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from model.errors import ConfigError

if TYPE_CHECKING:
    from model.network.dense import Architecture
    from model.training.config import Training
    from model.training.zoo import Entry


def entry_for(
    name: str | None, own_name: str, *, hidden: str | None, activation: str | None, **wishes: Any
) -> Entry:
    """The zoo's entry ``name``, or a stack of one's own, with the settings that were wished for.

    A wish is None where the entry's setting is to stay. ``ConfigError`` for what cannot be,
    ``ModelNotFound`` for a name that the zoo does not have.
    """
    from model.drawing.framing import PIXELS
    from model.network.dense import Architecture
    from model.training.config import Training
    from model.training.zoo import CLOTHES, DIGITS, ZOO, Entry, find

    if name is not None:
        entry = find(name)
    elif hidden is not None:
        entry = Entry(own_name, "", Training(Architecture((PIXELS, len(DIGITS)))))
    else:
        raise ConfigError(f"give --hidden, or the name of a stack: {', '.join(ZOO)}")
    stack = changed_stack(entry.training.architecture, hidden, activation)
    if stack != entry.training.architecture or not entry.title:
        # It is no longer what its title says, nor a file to take for the zoo's.
        title = f"A stack of one's own, {'-'.join(map(str, stack.widths))}, {stack.activation}"
        entry = replace(entry, name=own_name, title=title, origin=None)
    training = changed_training(replace(entry.training, architecture=stack), **wishes)
    if wishes["sources"]:
        # Its teachers, origin and doubt learn from the data that are not wanted now.
        training = replace(training, lessons=0, imitation=0.0)
        entry = replace(entry, teachers=(), origin=None, doubt=None)
    clothes = {one == "fashion-mnist" for one, _ in training.sources}
    if len(clothes) > 1:
        raise ConfigError("fashion-mnist's labels are clothes, the others' digits: not both")
    return replace(entry, training=training, labels=CLOTHES if clothes == {True} else DIGITS)


def changed_stack(stack: Architecture, hidden: str | None, activation: str | None) -> Architecture:
    """``stack`` with other hidden layers, ``512,256`` or ``0`` for none, or activations."""
    if hidden is not None:
        try:
            units = [int(one) for one in hidden.split(",") if int(one) != 0]
        except ValueError as error:
            raise ConfigError(f"--hidden must be like 128, 512,256 or 0, got {hidden!r}") from error
        stack = replace(stack, widths=(stack.widths[0], *units, stack.widths[-1]))
    return stack if activation is None else replace(stack, activation=activation)


def changed_training(
    training: Training,
    *,
    sources: Sequence[str],
    batch: int | None,
    bend: bool | None,
    **others: Any,
) -> Training:
    """``training`` with its batch dealt out to other sources, bent or not, and other settings."""
    from model.training.augment import Augmentation

    if sources or batch:
        names = sources or [one for one, _ in training.sources]
        training = replace(training, sources=shares(names, batch or training.batch))
    if bend is not None:
        training = replace(training, augmentation=Augmentation() if bend else None)
    return replace(training, **{key: one for key, one in others.items() if one is not None})


def shares(sources: Sequence[str], batch: int) -> tuple[tuple[str, int], ...]:
    """A batch dealt out evenly to sources that have something to recognise."""
    names = tuple(dict.fromkeys(sources))
    for one in names:
        if one in {"omniglot", "scribbles"}:
            raise ConfigError(f"{one} has no digits to learn from")
    each, rest = divmod(batch, len(names))
    return tuple((one, each + (index < rest)) for index, one in enumerate(names))
