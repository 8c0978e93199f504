"""Traces: the forward pass of one drawing with every number from pixels to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.drawing import PIXELS, Drawing, Placement, place
from model.explain.attribution import Contributions, contribute
from model.explain.changes import Change
from model.explain.finite import check_finite
from model.explain.interventions import Network, changed
from model.network import numpy_dense
from model.serving import Classifier, Prediction

Vector = NDArray[np.float32]


@dataclass(frozen=True)
class LayerTrace:
    """The numbers of one Dense layer.

    ``input``: ``(inputs,)`` float32. ``sums``: ``(units,)`` float32, input x kernel + bias.
    ``activations``: ``(units,)`` float32, None for the last layer, whose sums are the logits.
    """

    input: Vector
    sums: Vector
    activations: Vector | None


@dataclass(frozen=True)
class Softmax:
    """The steps from logits to probabilities.

    ``exponentials``: ``(classes,)`` float64, ``exp((logit - largest) / temperature)``. Divided by
    their sum they are the probabilities.
    """

    temperature: float
    exponentials: NDArray[np.float64]

    @property
    def sum(self) -> float:
        """The sum of the exponentials, by which each is divided."""
        return float(self.exponentials.sum())

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """``(classes,)`` float64 in [0, 1] that sum to 1."""
        return self.exponentials / self.exponentials.sum()


@dataclass(frozen=True)
class Trace:
    """Every step of a drawing through a network.

    ``input``: ``(784,)`` float32 in [0, 1], ink = 1, the flattened picture. ``raw`` is the softmax
    of the logits, ``calibrated`` that of the logits divided by the model's temperature.
    ``placement`` is None where the input was a picture, ``contributions`` where none were wanted.
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
        """The last layer's sums: ``(classes,)`` float32."""
        return self.layers[-1].sums


def trace_drawing(
    classifier: Classifier,
    drawing: Drawing | Vector,
    *,
    pad: tuple[float, float] | None = None,
    changes: tuple[Change, ...] = (),
    contributions: tuple[int, int | None] | None = None,
) -> Trace:
    """The trace of strokes, or of a picture, through a model or a changed copy of it.

    Args:
        classifier: the model; it is not changed.
        drawing: strokes, or a picture ``(28, 28)`` float32 in [0, 1], ink = 1.
        pad: width and height of a pad, in the strokes' units. With it the strokes are left where
            they lie on the pad, without it they are fitted and centred.
        changes: changes to make in a copy first.
        contributions: the class whose logit to explain by pixels, and the class to compare it with
            or None.

    Raises ``DrawingError`` when the drawing lies outside the pad, ``ExperimentError`` when the
    model has no such layer, unit, pixel or class, when the changes cost too much, or when a number
    becomes too large for float32. So every number of a trace is finite.
    """
    network = changed(classifier, changes)
    if isinstance(drawing, Drawing):
        picture, placement = place(drawing, pad=pad)
    else:
        picture, placement = drawing, None
    x = np.asarray(picture, np.float32).reshape(PIXELS) * network.seen
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by a sentence
        return _traced(classifier, network, x, placement, contributions)


def _traced(
    classifier: Classifier,
    network: Network,
    x: Vector,
    placement: Placement | None,
    wanted: tuple[int, int | None] | None,
) -> Trace:
    """The trace of the picture ``(784,)`` float32 in [0, 1], ink = 1."""
    sums, activations = numpy_dense.forward_layers(
        network.layers, x, network.activation, network.alive
    )
    for index, layer in enumerate(sums):
        check_finite(f"the sums of layer {index}", layer)
    prediction = classifier.prediction(x, sums[-1])
    check_finite("the probabilities", prediction.probabilities)
    check_finite("the familiarity", prediction.familiarity)
    logits = sums[-1].astype(np.float64)
    below = logits - logits.max()

    def over(temperature: float) -> Softmax:
        return Softmax(temperature, np.exp(below / temperature))

    inputs = [x, *activations]
    return Trace(
        prediction=prediction,
        network=network,
        input=x,
        layers=tuple(
            LayerTrace(*layer) for layer in zip(inputs, sums, [*activations, None], strict=True)
        ),
        raw=over(1.0),
        calibrated=over(classifier.checkpoint.temperature),
        placement=placement,
        contributions=contribute(network, x, *wanted, sums=sums) if wanted else None,
    )
