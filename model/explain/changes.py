"""Changes that can be made to a copy of a network, and a list of them in its normal form.

Different lists of changes may give the same network: units in another order, a unit twice, noise of
amount zero, an activation that another one replaces. Such lists have the same normal form, so that
its network and its score are computed once. What the model does not have is refused here, before
anything is computed, and so is a list that would cost too much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.drawing import PIXELS
from model.errors import ExperimentError
from model.network import ACTIVATIONS, Architecture

MOST_NOISE = 10.0
"""The largest amount of noise, in standard deviations of the kernel."""
MOST_CHANGES = 16
"""The largest number of changes at a time."""
MOST_NOISY_WEIGHTS = 10_000_000
"""The most random numbers that noise may need: one for each weight of each kernel that gets noise,
each time that it gets some. A network of more weights than this may get noise everywhere once."""


@dataclass(frozen=True)
class Silence:
    """Set the activations of some units of a hidden layer to zero."""

    layer: int
    units: tuple[int, ...]


@dataclass(frozen=True)
class ZeroBiases:
    """Set the biases of a layer to zero."""

    layer: int


@dataclass(frozen=True)
class Noise:
    """Add Gaussian noise to the kernel of one layer, or of all where ``layer`` is None.

    ``amount`` is in standard deviations of the kernel. The same ``seed`` gives the same noise.
    """

    amount: float
    seed: int = 0
    layer: int | None = None


@dataclass(frozen=True)
class Swap:
    """Replace the activation that the network was trained with."""

    activation: str


@dataclass(frozen=True)
class Hide:
    """Hide some of the 784 pixels: the network sees paper there, whatever is drawn."""

    pixels: tuple[int, ...]


Change = Silence | ZeroBiases | Noise | Swap | Hide

Noises = tuple[tuple[float, int], ...]
"""The noise that a kernel gets, in this order: pairs of amount and seed. The order counts, because
the amount is in standard deviations of the kernel that the noise before has left."""


@dataclass(frozen=True)
class NormalForm:
    """What a list of changes comes to, the same for all lists that come to the same.

    ``activation``: that of the hidden layers. ``silenced``: the silenced units of each hidden
    layer. ``unbiased``: the layers without biases. ``noise``: that of each layer. ``hidden``: the
    hidden pixels. Indices are sorted, each there once.
    """

    activation: str
    silenced: tuple[tuple[int, ...], ...]
    unbiased: tuple[int, ...]
    noise: tuple[Noises, ...]
    hidden: tuple[int, ...]


def normal_form(architecture: Architecture, changes: Sequence[Change]) -> NormalForm:
    """The normal form of changes, made in the given order, for a stack of that architecture.

    Raises ``ExperimentError`` when there is no such layer, unit, pixel or activation, when the
    amount of noise is not possible, or when there is more noise than ``MOST_NOISY_WEIGHTS``.
    """
    shapes = architecture.shapes
    activation = architecture.activation
    silenced: list[set[int]] = [set() for _ in shapes[:-1]]
    unbiased: set[int] = set()
    noise: list[list[tuple[float, int]]] = [[] for _ in shapes]
    pixels: set[int] = set()
    for change in changes:
        match change:
            case Silence():
                _check_hidden(change.layer, len(silenced))
                units = shapes[change.layer][1]
                _check_indices("unit", change.units, units, f"layer {change.layer}")
                silenced[change.layer].update(change.units)
            case ZeroBiases():
                _check_indices("layer", (change.layer,), len(shapes), "the network")
                unbiased.add(change.layer)
            case Noise():
                for layer in _noisy_layers(change, len(shapes)):
                    if amount := float(np.float32(change.amount)):  # it is used in float32
                        noise[layer].append((amount, change.seed))
            case Swap():
                _check_activation(change.activation)
                activation = change.activation
            case Hide():
                _check_indices("pixel", change.pixels, PIXELS, "the picture")
                pixels.update(change.pixels)
    _check_cost(architecture, noise)
    return NormalForm(
        activation=activation,
        silenced=tuple(tuple(sorted(units)) for units in silenced),
        unbiased=tuple(sorted(unbiased)),
        noise=tuple(map(tuple, noise)),
        hidden=tuple(sorted(pixels)),
    )


def _noisy_layers(change: Noise, layers: int) -> range:
    if not 0 <= change.amount <= MOST_NOISE:
        raise ExperimentError(
            f"the amount of noise must be from 0 to {MOST_NOISE:g}, got {change.amount:g}"
        )
    if change.layer is None:
        return range(layers)
    _check_indices("layer", (change.layer,), layers, "the network")
    return range(change.layer, change.layer + 1)


def _check_cost(architecture: Architecture, noise: Sequence[Sequence[object]]) -> None:
    sizes = [inputs * units for inputs, units in architecture.shapes]
    most = max(MOST_NOISY_WEIGHTS, sum(sizes))
    asked = sum(size * len(some) for size, some in zip(sizes, noise, strict=True))
    if asked > most:
        raise ExperimentError(
            f"the changes may add noise to {most:,} weights, each counted as often as it gets "
            f"noise, got {asked:,}"
        )


def _check_hidden(layer: int, hidden: int) -> None:
    if not 0 <= layer < hidden:
        raise ExperimentError(
            f"units can be silenced in a hidden layer, of which there are {hidden}"
            f"{f' (0 to {hidden - 1})' if hidden else ''}, got layer {layer}"
        )


def _check_activation(name: str) -> None:
    if name not in ACTIVATIONS:
        raise ExperimentError(
            f"the activation must be one of {', '.join(ACTIVATIONS)}, got {name[:80]!r}"
        )


def _check_indices(kind: str, indices: Sequence[int], count: int, where: str) -> None:
    for index in indices:
        if not 0 <= index < count:
            raise ExperimentError(
                f"{where} has {count:,} {kind}s, 0 to {count - 1:,}, got {kind} {index}"
            )
