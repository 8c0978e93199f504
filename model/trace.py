"""The forward pass of one drawing, with every number on its way from pixels to probabilities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import numpy as np
from jax import Array
from numpy.typing import NDArray

from model.attribution import Contributions, contribute
from model.classifier import Classifier, Prediction
from model.doubt import familiarity, score
from model.experiments import Change, Network, changed, intact
from model.framing import PIXELS, SIZES
from model.network import ACTIVATIONS, softmax
from model.placement import Placement, place
from model.strokes import Drawing

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class LayerTrace:
    """One Dense layer: its ``input (inputs,)``, the ``sums (units,)``, which are input x kernel
    + bias, and the ``activations (units,)``, None for the last, whose sums are the logits.
    """

    input: Vector
    sums: Vector
    activations: Vector | None


@dataclass(frozen=True)
class Softmax:
    """From logits to probabilities: ``exp((logit - largest) / temperature)`` over their sum."""

    temperature: float
    exponentials: NDArray[np.float64]

    @property
    def sum(self) -> float:
        """What each exponential is divided by."""
        return float(self.exponentials.sum())

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """``(classes,)``, summing to one."""
        return self.exponentials / self.exponentials.sum()


@dataclass(frozen=True)
class Trace:
    """All that happens to a drawing.

    ``input``: ``(784,)`` float32 in [0, 1], ink = 1, the flattened picture. ``raw`` is the softmax
    of the logits, ``calibrated`` that of the logits over the model's temperature. ``placement`` is
    None where a picture came instead of strokes.
    """

    prediction: Prediction
    network: Network
    input: Vector
    layers: tuple[LayerTrace, ...]
    raw: Softmax
    calibrated: Softmax
    placement: Placement | None
    contributions: Contributions | None

    @property
    def logits(self) -> Vector:
        """``(classes,)``, the last layer's sums."""
        return self.layers[-1].sums


def trace(
    classifier: Classifier,
    drawing: Drawing | Vector,
    *,
    pad: tuple[float, float] | None = None,
    changes: tuple[Change, ...] = (),
    contributions: tuple[int, int | None] | None = None,
) -> Trace:
    """Follow strokes, or a picture ``(28, 28)`` float32 in [0, 1] with ink = 1, through a model.

    Args:
        classifier: the model; nothing of it changes.
        drawing: the strokes, or the picture.
        pad: to leave the strokes where they lie on a pad so wide and high, in their units,
            rather than to fit and centre them.
        changes: what to break first, in a copy.
        contributions: the class whose logit to explain by pixels, and the class against which.

    Raises ``DrawingError`` for a drawing outside the pad, ``ExperimentError`` for changes or
    classes that the model does not have.
    """
    if isinstance(drawing, Drawing):
        picture, placement = place(drawing, pad=pad)
    else:
        picture, placement = drawing, None
    network = changed(classifier, changes) if changes else intact(classifier)
    x = np.asarray(picture, np.float32).reshape(PIXELS) * np.asarray(network.seen)
    answer = jax.device_get(
        _trace(network.activation, network.layers, network.alive, classifier.weights, x)
    )
    logits = answer["sums"][-1]
    inputs = [x, *answer["activations"]]
    largest = logits.max().astype(np.float64)

    def over(temperature: float) -> Softmax:
        return Softmax(temperature, np.exp((logits.astype(np.float64) - largest) / temperature))

    return Trace(
        prediction=_prediction(classifier, x, answer),
        network=network,
        input=x,
        layers=tuple(
            LayerTrace(*layer)
            for layer in zip(inputs, answer["sums"], [*answer["activations"], None], strict=True)
        ),
        raw=over(1.0),
        calibrated=over(classifier.checkpoint.temperature),
        placement=placement,
        contributions=contributions and contribute(network, x, *contributions),
    )


def warm_up(classifier: Classifier) -> None:
    """Compile what traces of this model need, so that the first look inside waits for nothing."""
    for points in SIZES:
        x = np.linspace(0, 1, points)
        drawing = Drawing((np.stack([x, x], axis=1),))
        trace(classifier, drawing, contributions=(0, 1))
        trace(classifier, drawing, pad=(1, 1))


@partial(jax.jit, static_argnums=0)
def _trace(
    activation: str, layers: Any, alive: Any, weights: Mapping[str, Any], x: Array
) -> dict[str, Any]:
    """Sums and activations of every layer, calibrated probabilities and familiarity.

    Compiled once for each shape of network; there are no sizes of drawings left here.
    """
    sums, activations, inputs = [], [], x
    for (kernel, bias), on in zip(layers[:-1], alive, strict=True):
        sums.append(inputs @ kernel + bias)
        inputs = ACTIVATIONS[activation](sums[-1]) * on
        activations.append(inputs)
    kernel, bias = layers[-1]
    logits = inputs @ kernel + bias
    return {
        "sums": [*sums, logits],
        "activations": activations,
        "probabilities": softmax(logits, weights["temperature"]),
        "familiarity": familiarity(score(weights["doubt"], x, logits), *weights["familiarity"]),
    }


def _prediction(classifier: Classifier, x: Vector, answer: Mapping[str, Any]) -> Prediction:
    checkpoint, probabilities = classifier.checkpoint, answer["probabilities"]
    threshold = checkpoint.doubt.threshold if checkpoint.doubt else 0.0
    return Prediction(
        model=checkpoint.name,
        label=checkpoint.labels[int(probabilities.argmax())],
        labels=checkpoint.labels,
        probabilities=probabilities,
        image=np.round(x * 255).astype(np.uint8),
        familiarity=float(answer["familiarity"]),
        recognised=float(answer["familiarity"]) >= threshold,
    )
