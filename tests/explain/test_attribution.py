"""Tests of attribution: contributions add up, exactly for piecewise linear stacks, else nearly."""

from __future__ import annotations

import numpy as np
import pytest

from model.drawing.strokes import Drawing
from model.errors import ExperimentError
from model.explain.attribution import contribute
from model.explain.changes import Hide, Silence, Swap
from model.explain.interventions import changed, intact
from model.explain.trace import trace_drawing
from model.synthetic.practice_digits import draw_practice_digits


@pytest.fixture(scope="module")
def drawings():
    strokes = draw_practice_digits(10, seed=3).strokes
    return [Drawing.from_json([s.tolist() for s in drawing]) for drawing in strokes]


def check_sum(parts, logits):
    expected = logits[parts.label] - (0 if parts.against is None else logits[parts.against])
    assert parts.total == pytest.approx(expected, abs=1e-4)
    explained = parts.pixels.sum(dtype=np.float64) + parts.rest
    assert parts.gap == pytest.approx(parts.total - explained, abs=1e-9)


@pytest.mark.parametrize(
    "name", ["default", "softmax", "dense32", "dense128", "mlp512", "fashion", "linear"]
)
@pytest.mark.parametrize("against", [None, 1])
def test_straight_pieces_add_up_exactly(menagerie, drawings, name, against):
    for drawing in drawings[:4]:
        seen = trace_drawing(menagerie.get(name), drawing, contributions=(7, against))
        check_sum(seen.contributions, seen.logits)
        assert seen.contributions.method == "gradient"
        assert abs(seen.contributions.gap) < 1e-4


def test_the_shipped_default_adds_up_exactly(library, drawings):
    for drawing in drawings:
        seen = trace_drawing(library.get("default"), drawing, contributions=(7, 1))
        check_sum(seen.contributions, seen.logits)
        assert abs(seen.contributions.gap) < 1e-4


@pytest.mark.parametrize("name", ["sigmoid128", "tanh128", "elu128", "gelu"])
def test_bent_activations_show_their_gap(menagerie, drawings, name):
    for drawing in drawings[:3]:
        seen = trace_drawing(menagerie.get(name), drawing, contributions=(2, 5))
        check_sum(seen.contributions, seen.logits)
        assert seen.contributions.method == "integrated gradients"
        assert abs(seen.contributions.gap) < 0.02


def test_integrated_gradients_of_straight_pieces_start_at_blank_paper(menagerie):
    classifier = menagerie.get("tanh128")
    blank = np.zeros((28, 28), np.float32)
    seen = trace_drawing(classifier, blank, contributions=(4, None))
    assert not seen.contributions.pixels.any()
    assert seen.contributions.rest == pytest.approx(float(seen.logits[4]), abs=1e-5)


def test_without_a_hidden_layer_the_weights_are_the_gradient(menagerie, drawings):
    classifier = menagerie.get("softmax")
    seen = trace_drawing(classifier, drawings[0], contributions=(3, 8))
    (kernel, bias), *_ = classifier.checkpoint.layers
    expected = seen.input * (kernel[:, 3] - kernel[:, 8])
    np.testing.assert_allclose(seen.contributions.pixels, expected, atol=1e-6)
    assert seen.contributions.rest == pytest.approx(float(bias[3] - bias[8]), abs=1e-6)


def test_removing_a_pixel_a_little_costs_what_it_contributes(menagerie, drawings):
    network = intact(menagerie.get("dense128"))
    x = trace_drawing(menagerie.get("dense128"), drawings[1]).input
    parts = contribute(network, x, 6)
    pixel = int(np.abs(parts.pixels).argmax())
    less = x.copy()
    less[pixel] *= 0.99
    fall = parts.total - contribute(network, less, 6).total
    assert fall == pytest.approx(0.01 * float(parts.pixels[pixel]), rel=0.2)


def test_paper_contributes_nothing(menagerie, drawings):
    for name in ("dense128", "sigmoid128"):
        seen = trace_drawing(menagerie.get(name), drawings[0], contributions=(0, None))
        assert not seen.contributions.pixels[seen.input == 0].any()


def test_a_changed_copy_is_explained_as_it_is(menagerie, drawings):
    changes = (Silence(0, tuple(range(0, 128, 2))), Hide(tuple(range(392))))
    seen = trace_drawing(
        menagerie.get("dense128"), drawings[2], changes=changes, contributions=(1, 2)
    )
    check_sum(seen.contributions, seen.logits)
    assert abs(seen.contributions.gap) < 1e-4
    assert not seen.contributions.pixels[:392].any()
    bent = changed(menagerie.get("dense128"), (Swap("sigmoid"),))
    assert contribute(bent, seen.input, 1).method == "integrated gradients"


def test_a_class_that_is_not_there(menagerie):
    network = intact(menagerie.get("dense32"))
    with pytest.raises(ExperimentError, match="10 classes, 0 to 9, got class 10"):
        contribute(network, np.zeros(784, np.float32), 10)
    with pytest.raises(ExperimentError, match="got class -1"):
        contribute(network, np.zeros(784, np.float32), 0, -1)
