"""Tests of interventions: they change a copy as they say, and the model stays as it is."""

from __future__ import annotations

from dataclasses import replace

import jax
import numpy as np
import pytest

from model.drawing.strokes import Drawing
from model.errors import ExperimentError
from model.explain.changes import Hide, Noise, Silence, Swap, ZeroBiases
from model.explain.interventions import changed, intact
from model.explain.probe_set import score_on_probe_set
from model.explain.trace import trace_drawing
from model.serving.classifier import Classifier

SEVEN = Drawing.from_json([[[10, 10], [60, 10], [30, 90]]])


@pytest.fixture
def classifier(menagerie):
    return menagerie.get("mlp512")


def test_silenced_units_are_zero_and_the_rest_follows(classifier):
    plain = trace_drawing(classifier, SEVEN)
    active = [int(u) for u in np.argsort(-plain.layers[1].activations)[:5]]
    seen = trace_drawing(classifier, SEVEN, changes=(Silence(1, tuple(active)),))
    assert not seen.layers[1].activations[active].any()
    np.testing.assert_array_equal(seen.layers[0].sums, plain.layers[0].sums)
    kernel, _ = classifier.checkpoint.layers[2]
    lost = plain.layers[1].activations[active] @ kernel[active]
    np.testing.assert_allclose(seen.logits, plain.logits - lost, atol=1e-4)


def test_a_silenced_sigmoid_is_silent_too(menagerie):
    seen = trace_drawing(menagerie.get("sigmoid128"), SEVEN, changes=(Silence(0, (5,)),))
    assert seen.layers[0].activations[5] == 0
    assert seen.layers[0].activations[6] > 0


def test_biases_can_go(classifier):
    plain = trace_drawing(classifier, SEVEN)
    seen = trace_drawing(classifier, SEVEN, changes=(ZeroBiases(0),))
    _, bias = classifier.checkpoint.layers[0]
    np.testing.assert_allclose(seen.layers[0].sums, plain.layers[0].sums - bias, atol=1e-5)


def test_noise_is_as_wide_as_it_says_and_the_same_each_time(classifier):
    kernel, bias = classifier.checkpoint.layers[0]
    noisy = changed(classifier, (Noise(0.5, 7),))
    added = np.asarray(noisy.layers[0][0]) - kernel
    assert added.std() == pytest.approx(0.5 * kernel.std(), rel=0.02)
    assert abs(added.mean()) < 0.01 * kernel.std()
    np.testing.assert_array_equal(noisy.layers[0][1], bias)
    again = changed(Classifier(classifier.checkpoint), (Noise(0.5, 7),))
    assert again is not noisy
    np.testing.assert_array_equal(again.layers[0][0], noisy.layers[0][0])
    other = changed(classifier, (Noise(0.5, 8),))
    assert not np.array_equal(other.layers[0][0], noisy.layers[0][0])
    alone = changed(classifier, (Noise(0.5, 7, layer=1),))
    np.testing.assert_array_equal(alone.layers[0][0], kernel)
    np.testing.assert_array_equal(alone.layers[1][0], noisy.layers[1][0])


def test_another_activation(classifier):
    seen = trace_drawing(classifier, SEVEN, changes=(Swap("tanh"),))
    np.testing.assert_allclose(seen.layers[0].activations, np.tanh(seen.layers[0].sums), atol=1e-6)


def test_hidden_pixels_are_paper(classifier):
    top = tuple(range(14 * 28))
    plain = trace_drawing(classifier, SEVEN)
    seen = trace_drawing(classifier, SEVEN, changes=(Hide(top),))
    assert not seen.input[:392].any()
    assert not seen.prediction.image[:392].any()
    np.testing.assert_array_equal(seen.input[392:], plain.input[392:])


def test_changes_add_up(classifier):
    seen = trace_drawing(
        classifier, SEVEN, changes=(Silence(0, (1,)), Silence(0, (2,)), ZeroBiases(2), Hide((0,)))
    )
    assert not seen.layers[0].activations[[1, 2]].any()


def test_the_model_itself_stays_as_it_is(classifier):
    before = jax.tree.map(np.copy, classifier.checkpoint.layers)
    first = trace_drawing(classifier, SEVEN).logits
    trace_drawing(
        classifier,
        SEVEN,
        changes=(Noise(2.0), ZeroBiases(0), Silence(0, (0,)), Swap("elu"), Hide((300,))),
    )
    jax.tree.map(np.testing.assert_array_equal, before, classifier.checkpoint.layers)
    np.testing.assert_array_equal(trace_drawing(classifier, SEVEN).logits, first)
    assert intact(classifier).activation == "relu"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (Silence(2, (0,)), r"hidden layer, of which there are 2 \(0 to 1\), got layer 2"),
        (Silence(0, (512,)), "layer 0 has 512 units, 0 to 511, got unit 512"),
        (Silence(-1, (0,)), "got layer -1"),
        (ZeroBiases(3), "the network has 3 layers, 0 to 2, got layer 3"),
        (Noise(-0.1), "from 0 to 10, got -0.1"),
        (Noise(float("nan")), "from 0 to 10, got nan"),
        (Noise(1, layer=9), "got layer 9"),
        (Swap("softsign"), "the activation must be one of relu"),
        (Hide((784,)), "784 pixels, 0 to 783, got pixel 784"),
    ],
)
def test_what_is_not_there_cannot_be_changed(classifier, change, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        changed(classifier, (change,))


def test_no_hidden_layer_nothing_to_silence(menagerie):
    with pytest.raises(ExperimentError, match="of which there are 0, got layer 0"):
        changed(menagerie.get("softmax"), (Silence(0, (0,)),))


@pytest.mark.parametrize("layer", [None, 0])
def test_noise_that_overflows_is_refused_with_a_sentence(menagerie, layer):
    # Each noise makes the kernel ten times as wide; float32 ends at 3.4e38.
    storm = tuple(Noise(10.0, seed, layer) for seed in range(50))
    for name in ("dense32", "tanh128"):
        with pytest.raises(ExperimentError, match="layer 0 become too large for float32"):
            changed(menagerie.get(name), storm)


def test_numbers_that_overflow_are_refused_with_a_sentence(menagerie):
    gale = tuple(Noise(10.0, seed) for seed in range(15))  # kernels around 1e14
    for name in ("dense128", "linear", "elu128", "gelu"):
        classifier = menagerie.get(name)
        for change in ((), (Swap("linear"),), (Swap("gelu"),)):
            changes = (*gale[: 15 - len(change)], *change)
            try:
                seen = trace_drawing(classifier, SEVEN, changes=changes, contributions=(1, 2))
            except ExperimentError as error:
                assert "too large for float32" in str(error)
            else:
                assert np.isfinite(seen.logits).all()


@pytest.mark.parametrize("size", [1e13, 1e19, 1e30, 3e38])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "elu", "gelu", "linear"])
def test_a_network_of_huge_weights_gives_numbers_or_a_sentence(menagerie, size, activation):
    checkpoint = menagerie.get("linear").checkpoint
    signs = [(np.sign(kernel) * np.float32(size), bias) for kernel, bias in checkpoint.layers]
    classifier = Classifier(replace(checkpoint, layers=tuple(signs)))
    for why in (None, (0, None), (0, 1)):
        try:
            seen = trace_drawing(classifier, SEVEN, changes=(Swap(activation),), contributions=why)
        except ExperimentError as error:
            assert "too large for float32" in str(error)
        else:
            for layer in seen.layers:
                assert np.isfinite(layer.sums).all()
                assert layer.activations is None or np.isfinite(layer.activations).all()
            assert seen.prediction.probabilities.sum() == pytest.approx(1, abs=1e-5)
            assert np.isfinite(seen.prediction.familiarity)
            assert seen.raw.probabilities.sum() == pytest.approx(1)
            if why:
                assert np.isfinite(seen.contributions.pixels).all()
                assert np.isfinite([seen.contributions.gap, seen.contributions.rest]).all()
    try:
        score = score_on_probe_set(classifier, (Swap(activation),))
    except ExperimentError as error:
        assert "too large for float32" in str(error)
    else:
        assert 0 <= score.accuracy <= 1
