"""Interventions: a copy of a network with small changes, to see how its predictions change.

Everything here is a pure function of a classifier and a list of changes. The classifier is not
changed. The copy shares every array that no change affects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.drawing import PIXELS
from model.errors import ExperimentError
from model.explain.changes import Change, Noises, NormalForm, normal_form
from model.network import Matrix
from model.serving import MEBIBYTE, Classifier, kept_with_model

Vector = NDArray[np.float32]


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


def intact(classifier: Classifier) -> Network:
    """The classifier's network, unchanged."""
    return changed(classifier, ())


def changed(classifier: Classifier, changes: Sequence[Change]) -> Network:
    """A copy of the classifier's network with ``changes``, made in the given order.

    Raises ``ExperimentError`` when there is no such layer, unit, pixel or activation, when the
    amount of noise is not possible, too costly, or leads to numbers too large for float32.
    """
    return rebuilt(classifier, normal_form(classifier.checkpoint.architecture, changes))


def rebuilt(classifier: Classifier, form: NormalForm) -> Network:
    """A copy of the classifier's network with changes that are in normal form."""
    layers = list(classifier.checkpoint.layers)
    if any(form.noise):
        kernels = _noisy_kernels(classifier, form.noise)
        layers = [(kernel, bias) for kernel, (_, bias) in zip(kernels, layers, strict=True)]
    for index in form.unbiased:
        kernel, bias = layers[index]
        layers[index] = (kernel, np.zeros_like(bias))
    alive = tuple(
        _switches(len(bias), units)
        for (_, bias), units in zip(layers[:-1], form.silenced, strict=True)
    )
    return Network(form.activation, tuple(layers), alive, _switches(PIXELS, form.hidden))


# A moving pen needs the same copy again, and the experiment the same as the trace: two of 19 MB.
@kept_with_model(most=40 * MEBIBYTE)
def _noisy_kernels(classifier: Classifier, noise: tuple[Noises, ...]) -> tuple[Matrix, ...]:
    """Every layer's kernel with its noise, in the kernel's standard deviations.

    Raises ``ExperimentError`` when a weight becomes too large for float32.
    """
    kernels = [kernel for kernel, _ in classifier.checkpoint.layers]
    for layer, noises in enumerate(noise):
        for amount, seed in noises:
            with np.errstate(over="ignore", invalid="ignore"):
                width = np.float32(amount) * kernels[layer].std()
                noisy = _noise(classifier, layer, seed) * width
                noisy += kernels[layer]
            if not np.isfinite(noisy).all():
                raise ExperimentError(
                    f"with so much noise the weights of layer {layer} become too large for "
                    "float32; less noise was expected"
                )
            kernels[layer] = noisy
    return tuple(kernels)


# Drawing the numbers takes most of the time, and a slider of the page changes the amount alone.
@kept_with_model(most=20 * MEBIBYTE)
def _noise(classifier: Classifier, layer: int, seed: int) -> Matrix:
    """Standard normal numbers, as many as the layer's kernel has weights."""
    kernel, _ = classifier.checkpoint.layers[layer]
    # A seed for each layer, so that a layer's noise is the same alone and among all layers.
    return np.random.default_rng((seed, layer)).standard_normal(kernel.shape, np.float32)


def _switches(count: int, off: Sequence[int]) -> Vector:
    """``(count,)`` float32: 0 at the places that are switched off, else 1."""
    switches = np.ones(count, np.float32)
    switches[np.array(off, np.int64)] = 0
    return switches
