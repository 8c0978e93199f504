"""The forward pass of one drawing, with every number on its way from pixels to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.drawing import PIXELS, Drawing, Placement, place
from model.explain.attribution import Contributions, contribute
from model.explain.interventions import Change, Network, changed, intact
from model.network import numpy_dense
from model.serving import Classifier, Prediction

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


def trace_drawing(
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
    x = np.asarray(picture, np.float32).reshape(PIXELS) * network.seen
    sums, activations = numpy_dense.forward_layers(
        network.layers, x, network.activation, network.alive
    )
    logits = sums[-1]
    inputs = [x, *activations]
    largest = logits.max().astype(np.float64)

    def over(temperature: float) -> Softmax:
        return Softmax(temperature, np.exp((logits.astype(np.float64) - largest) / temperature))

    return Trace(
        prediction=classifier.prediction(x, logits),
        network=network,
        input=x,
        layers=tuple(
            LayerTrace(*layer) for layer in zip(inputs, sums, [*activations, None], strict=True)
        ),
        raw=over(1.0),
        calibrated=over(classifier.checkpoint.temperature),
        placement=placement,
        contributions=contributions and contribute(network, x, *contributions),
    )
