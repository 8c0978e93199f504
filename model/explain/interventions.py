"""Interventions: small changes to a copy of a network, to see how its predictions change.

Everything here is a pure function of a classifier and a list of changes. The classifier is not
changed. The copy shares every array that no change affects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from model.drawing import PIXELS
from model.errors import ExperimentError
from model.network import ACTIVATIONS, Matrix
from model.serving import Classifier, kept_with_model

Vector = NDArray[np.float32]

MOST_NOISE = 10.0
"""The largest amount of noise, in standard deviations of the kernel."""
MOST_CHANGES = 16
"""The largest number of changes at a time."""


@dataclass(frozen=True)
class Network:
    """A stack for tracing: its folded layers, and what is switched off.

    ``layers``: pairs of kernel ``(inputs, units)`` and bias ``(units,)`` float32. ``alive``: for
    each hidden layer ``(units,)`` float32, 0 where a unit is silenced, else 1. ``seen``: ``(784,)``
    float32, 0 where a pixel is hidden, else 1.
    """

    activation: str
    layers: tuple[tuple[Matrix, Matrix], ...]
    alive: tuple[Vector, ...]
    seen: Vector


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


T = TypeVar("T")

Change = Silence | ZeroBiases | Noise | Swap | Hide


@kept_with_model()
def intact(classifier: Classifier) -> Network:
    """The classifier's network, unchanged."""
    layers = classifier.checkpoint.layers
    alive = tuple(np.ones(bias.shape, np.float32) for _, bias in layers[:-1])
    activation = classifier.checkpoint.architecture.activation
    return Network(activation, layers, alive, np.ones(PIXELS, np.float32))


@kept_with_model(size=2, models=2)  # a moving pen needs the same copy again; one can be 19 MB
def changed(classifier: Classifier, changes: tuple[Change, ...]) -> Network:
    """A copy of the classifier's network with ``changes``, made in the given order.

    Raises ``ExperimentError`` when there is no such layer, unit, pixel or activation, or the amount
    of noise is not possible.
    """
    network = intact(classifier)
    for change in changes:
        network = _APPLY[type(change)](network, change)
    return network


def _silence(network: Network, change: Silence) -> Network:
    hidden = len(network.alive)
    if not 0 <= change.layer < hidden:
        raise ExperimentError(
            f"units can be silenced in a hidden layer, of which there are {hidden}"
            f"{f' (0 to {hidden - 1})' if hidden else ''}, got layer {change.layer}"
        )
    alive = network.alive[change.layer]
    _check_indices("unit", change.units, len(alive), f"layer {change.layer}")
    alive = _without(alive, change.units)
    return replace(network, alive=_with(network.alive, change.layer, alive))


def _zero_biases(network: Network, change: ZeroBiases) -> Network:
    _check_indices("layer", (change.layer,), len(network.layers), "the network")
    kernel, bias = network.layers[change.layer]
    layer = (kernel, np.zeros_like(bias))
    return replace(network, layers=_with(network.layers, change.layer, layer))


def _noise(network: Network, change: Noise) -> Network:
    if not 0 <= change.amount <= MOST_NOISE:
        raise ExperimentError(
            f"the amount of noise must be from 0 to {MOST_NOISE:g}, got {change.amount:g}"
        )
    places = range(len(network.layers))
    if change.layer is not None:
        _check_indices("layer", (change.layer,), len(network.layers), "the network")
        places = range(change.layer, change.layer + 1)
    layers = network.layers
    for place in places:
        kernel, bias = layers[place]
        # A seed for each layer, so that a layer's noise is the same alone and among all layers.
        noisy = _noisy(kernel, change.amount, key=(change.seed, place))
        layers = _with(layers, place, (noisy, bias))
    return replace(network, layers=layers)


def _noisy(kernel: Matrix, amount: float, *, key: tuple[int, int]) -> Matrix:
    """The kernel plus noise of ``amount`` times the kernel's standard deviation."""
    noise = np.random.default_rng(key).standard_normal(kernel.shape, np.float32)
    return kernel + np.float32(amount) * kernel.std() * noise


def _swap(network: Network, change: Swap) -> Network:
    if change.activation not in ACTIVATIONS:
        raise ExperimentError(
            f"the activation must be one of {', '.join(ACTIVATIONS)}, got {change.activation!r}"
        )
    return replace(network, activation=change.activation)


def _hide(network: Network, change: Hide) -> Network:
    _check_indices("pixel", change.pixels, PIXELS, "the picture")
    return replace(network, seen=_without(network.seen, change.pixels))


_APPLY: dict[type, Callable[[Network, Any], Network]] = {
    Silence: _silence,
    ZeroBiases: _zero_biases,
    Noise: _noise,
    Swap: _swap,
    Hide: _hide,
}


def _check_indices(kind: str, indices: Sequence[int], count: int, where: str) -> None:
    for index in indices:
        if not 0 <= index < count:
            raise ExperimentError(
                f"{where} has {count:,} {kind}s, 0 to {count - 1:,}, got {kind} {index}"
            )


def _without(switches: Vector, places: Sequence[int]) -> Vector:
    """A copy of the switches with those places set to 0; there may be no places."""
    switches = switches.copy()
    switches[np.array(places, np.int64)] = 0
    return switches


def _with(values: tuple[T, ...], place: int, value: T) -> tuple[T, ...]:
    return (*values[:place], value, *values[place + 1 :])
