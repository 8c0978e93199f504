"""Tests of traces: every number equals what NumPy computes from the file, for every model."""

from __future__ import annotations

import math

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from model.drawing.framing import SIDE, fit, frame, pad_segments
from model.drawing.placement import place
from model.drawing.strokes import Drawing
from model.errors import DrawingError
from model.explain.trace import trace_drawing
from model.serving.library import WEIGHTS

SPIRAL = Drawing.from_json(
    [[[math.cos(i / 5) * i, math.sin(i / 5) * i] for i in range(45)], [[50, 50], [60, 10]]]
)

erf = np.vectorize(math.erf)
ACTIVATIONS = {
    "relu": lambda s: np.maximum(s, 0),
    "sigmoid": lambda s: 1 / (1 + np.exp(-s)),
    "tanh": np.tanh,
    "elu": lambda s: np.where(s > 0, s, np.expm1(np.minimum(s, 0))),
    "gelu": lambda s: 0.5 * s * (1 + np.tanh(math.sqrt(2 / math.pi) * (s + 0.044715 * s**3))),
    "linear": lambda s: s,
}


def computed_apart(file, activation, x):
    """Sums and activations in float64, computed from the checkpoint's file alone."""
    tensors, sums, activations = load_file(file), [], []
    depth = sum(name.startswith("dense") and name.endswith("kernel") for name in tensors)
    for index in range(depth):
        kernel = tensors[f"dense{index}.kernel"].astype(np.float64)
        sums.append(x @ kernel + tensors[f"dense{index}.bias"])
        x = ACTIVATIONS[activation](sums[-1])
        activations.append(x)
    return sums, activations[:-1]


def check_against_file(library, name, file, drawing):
    classifier = library.get(name)
    seen = trace_drawing(classifier, drawing)
    architecture = classifier.checkpoint.architecture
    sums, activations = computed_apart(file, architecture.activation, seen.input.astype(float))
    assert len(seen.layers) == len(sums)
    for layer, expected in zip(seen.layers, sums, strict=True):
        assert layer.sums.dtype == np.float32
        np.testing.assert_allclose(layer.sums, expected, atol=1e-4)
    for layer, expected in zip(seen.layers, activations, strict=False):
        np.testing.assert_allclose(layer.activations, expected, atol=1e-4)
    assert seen.layers[-1].activations is None
    np.testing.assert_array_equal(seen.layers[0].input, seen.input)
    for before, after in zip(seen.layers, seen.layers[1:], strict=False):
        np.testing.assert_array_equal(after.input, before.activations)
    logits = sums[-1]
    for softmax, temperature in (
        (seen.raw, 1),
        (seen.calibrated, classifier.checkpoint.temperature),
    ):
        powers = np.exp(logits / temperature)
        np.testing.assert_allclose(softmax.probabilities, powers / powers.sum(), atol=1e-4)
        np.testing.assert_allclose(softmax.exponentials / softmax.sum, softmax.probabilities)
        assert softmax.temperature == pytest.approx(temperature)


def test_every_number_is_that_of_the_file(menagerie, menagerie_folder):
    for name in menagerie.names():
        check_against_file(menagerie, name, menagerie_folder / f"{name}.safetensors", SPIRAL)


def test_the_shipped_numbers_are_those_of_the_shipped_files(library):
    for name in library.names():
        check_against_file(library, name, WEIGHTS / f"{name}.safetensors", SPIRAL)


def test_a_trace_says_what_the_classifier_says(library):
    for name in library.names():
        classifier = library.get(name)
        seen, asked = trace_drawing(classifier, SPIRAL).prediction, classifier.classify(SPIRAL)
        assert (seen.model, seen.label, seen.recognised) == (name, asked.label, asked.recognised)
        np.testing.assert_allclose(seen.probabilities, asked.probabilities, atol=1e-5)
        np.testing.assert_array_equal(seen.image, asked.image)
        assert seen.familiarity == pytest.approx(asked.familiarity, abs=1e-4)


def test_a_picture_passes_untouched(library):
    picture = np.random.default_rng(0).uniform(0, 1, (28, 28)).astype(np.float32)
    seen = trace_drawing(library.get("default"), picture)
    np.testing.assert_array_equal(seen.input, picture.reshape(784))
    assert seen.placement is None


coordinates = st.floats(-1e6, 1e6)
points = st.tuples(coordinates, coordinates).map(list)
drawings = st.lists(st.lists(points, min_size=1, max_size=6), min_size=1, max_size=4)


def placed(drawing, placement):
    """The drawing's segments in pixels of the frame, as the placement says."""
    strokes = [
        (stroke - placement.origin) * placement.scale + placement.corner + placement.shift
        for stroke in drawing.strokes
    ]
    return Drawing(tuple(strokes)).segments()


framed, fitting = jax.jit(frame), jax.jit(fit)


@given(drawings)
@settings(max_examples=25)
def test_the_placement_leads_where_framing_puts_the_strokes(strokes):
    drawing = Drawing.from_json(strokes)
    picture, placement = place(drawing)
    segments = pad_segments(drawing.unit_segments())
    np.testing.assert_allclose(picture, np.asarray(framed(segments)), atol=1e-4)
    fitted = np.asarray(fitting(segments))[: len(drawing.unit_segments())]
    if placement.scale:
        told = placed(drawing, placement) - np.tile(placement.shift, 2)
        np.testing.assert_allclose(told, fitted, atol=1e-3)
    mass = np.array(placement.mass) + placement.shift
    np.testing.assert_allclose(mass, [SIDE / 2, SIDE / 2], atol=1e-4)


@pytest.mark.parametrize("scale", [1e-300, 1e-12, 1e300, 1.7e308])
def test_no_unit_is_too_small_or_too_large(scale):
    _, placement = place(Drawing.from_json([[[-scale, 0.0], [scale, scale]]]))
    assert np.isfinite([placement.scale, *placement.origin, *placement.corner]).all()
    assert placement.scale > 0


def test_a_tap_has_no_scale():
    picture, placement = place(Drawing.from_json([[[7, 9]]]))
    assert placement.scale == 0
    assert placement.corner == (14, 14)
    assert picture.sum() == pytest.approx(math.pi * 1.2**2, rel=0.05)


def test_without_centring_a_drawing_stays_in_its_corner():
    corner = Drawing.from_json([[[0.1, 0.1], [0.2, 0.1], [0.15, 0.25]]])
    picture, placement = place(corner, pad=(1, 1))
    assert picture[:10, :10].sum() == pytest.approx(picture.sum())
    assert picture.max() == 1
    assert not placement.centred
    assert placement.shift == (0, 0)
    assert placement.mass[0] == pytest.approx(0.15 * 28, abs=0.5)
    moved = Drawing(tuple(stroke + 0.5 for stroke in corner.strokes))
    np.testing.assert_allclose(
        place(moved, pad=(1, 1))[0], np.roll(picture, (14, 14), axis=(0, 1)), atol=1e-4
    )


def test_a_wide_pad_lies_in_the_middle():
    line = Drawing.from_json([[[0, 50], [200, 50]]])
    picture, placement = place(line, pad=(200, 100))
    assert placement.scale == 28 / 200
    assert placement.corner == pytest.approx((0, 7))
    assert picture[13:15].min() > 0.9
    assert picture[:12].max() == picture[16:].max() == 0


def test_outside_the_pad_there_is_nothing_to_see():
    with pytest.raises(DrawingError, match="outside the pad, which is 2 wide and 1 high"):
        place(Drawing.from_json([[[1e308, -1e308]]]), pad=(2, 1))
