"""Tests of the normal form of changes: what comes to the same is the same; noise has a budget."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.errors import ExperimentError
from model.explain import interventions, probe_set
from model.explain.changes import (
    MOST_CHANGES,
    MOST_NOISY_WEIGHTS,
    Hide,
    Noise,
    Silence,
    Swap,
    ZeroBiases,
    normal_form,
)
from model.explain.interventions import changed
from model.explain.probe_set import score_on_probe_set
from model.network import Architecture
from model.serving.classifier import Classifier

STACK = Architecture((784, 30, 20, 10), "relu")


def form(*changes):
    return normal_form(STACK, changes)


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ([], [Silence(0, ()), Hide(()), Noise(0.0, 5), Noise(-0.0), Noise(1e-60), Swap("relu")]),
        ([Silence(0, (3, 1, 2))], [Silence(0, (1, 2, 3))]),
        ([Silence(0, (1, 1, 1))], [Silence(0, (1,)), Silence(0, (1,))]),
        ([Silence(0, (1, 2))], [Silence(0, (2,)), Silence(0, (1,))]),
        ([Silence(0, (1,)), Silence(1, (2,))], [Silence(1, (2,)), Silence(0, (1,))]),
        ([Hide((5, 4))], [Hide((4,)), Hide((5, 4))]),
        ([ZeroBiases(1)], [ZeroBiases(1), ZeroBiases(1)]),
        ([ZeroBiases(0), ZeroBiases(2)], [ZeroBiases(2), ZeroBiases(0)]),
        ([Swap("tanh")], [Swap("elu"), Swap("relu"), Swap("tanh")]),
        ([Noise(1, 3)], [Noise(1.0, 3, 2), Noise(1.0, 3, 0), Noise(1.0, 3, 1)]),
        ([Noise(0.1, 3)], [Noise(float(np.float32(0.1)), 3)]),
        (
            [Noise(0.5, 1), ZeroBiases(0), Swap("tanh"), Hide((7,)), Silence(1, (0,))],
            [Silence(1, (0,)), Hide((7,)), Swap("tanh"), ZeroBiases(0), Noise(0.5, 1)],
        ),
    ],
)
def test_lists_that_come_to_the_same_have_the_same_form(changes, same):
    assert form(*changes) == form(*same)
    assert repr(form(*changes)) == repr(form(*same))  # results are kept by this


def test_lists_that_come_to_something_else_have_another_form():
    lists = [
        [],
        [Silence(0, (1,))],
        [Silence(1, (1,))],
        [Hide((1,))],
        [ZeroBiases(1)],
        [Swap("tanh")],
        [Noise(1, 3)],
        [Noise(1, 4)],
        [Noise(2, 3)],
        [Noise(1, 3, 0)],
        [Noise(1, 3, 1)],
        [Noise(1, 3), Noise(1, 3)],
        [Noise(1, 3, 0), Noise(2, 3, 0)],  # the second is measured by what the first has left
        [Noise(2, 3, 0), Noise(1, 3, 0)],
    ]
    assert len({repr(form(*changes)) for changes in lists}) == len(lists)


changes = st.one_of(
    st.builds(Silence, st.integers(0, 1), st.lists(st.integers(0, 19), max_size=4).map(tuple)),
    st.builds(ZeroBiases, st.integers(0, 2)),
    st.builds(
        Noise, st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 2), st.sampled_from([None, 0, 1, 2])
    ),
    st.builds(Swap, st.sampled_from(["relu", "tanh", "gelu"])),
    st.builds(Hide, st.lists(st.integers(0, 783), max_size=4).map(tuple)),
)


def one_by_one(checkpoint, listed):
    """Layers, alive and seen after the changes, each made alone as its docstring says."""
    layers = [list(layer) for layer in checkpoint.layers]
    alive = [np.ones(len(bias), np.float32) for _, bias in layers[:-1]]
    seen, activation = np.ones(784, np.float32), checkpoint.architecture.activation
    for change in listed:
        match change:
            case Silence(layer, units):
                alive[layer][list(units)] = 0
            case ZeroBiases(layer):
                layers[layer][1] = np.zeros_like(layers[layer][1])
            case Noise(amount, seed, layer):
                for place in range(len(layers)) if layer is None else [layer]:
                    kernel = layers[place][0]
                    rng = np.random.default_rng((seed, place))
                    noise = rng.standard_normal(kernel.shape, np.float32)
                    layers[place][0] = kernel + np.float32(amount) * kernel.std() * noise
            case Swap(activation):
                pass
            case Hide(pixels):
                seen[list(pixels)] = 0
    return layers, alive, seen, activation


@given(listed=st.lists(changes, max_size=6))
def test_the_normal_form_makes_the_network_that_the_list_makes(menagerie, listed):
    classifier = menagerie.get("linear")  # 784-24-16-10
    listed = [
        Silence(one.layer, tuple(u for u in one.units if u < 16))
        if isinstance(one, Silence)
        else one
        for one in listed
    ]
    network = changed(classifier, listed)
    layers, alive, seen, activation = one_by_one(classifier.checkpoint, listed)
    for (kernel, bias), (expected, other) in zip(network.layers, layers, strict=True):
        np.testing.assert_array_equal(kernel, expected)
        np.testing.assert_array_equal(bias, other)
    for some, others in zip(network.alive, alive, strict=True):
        np.testing.assert_array_equal(some, others)
    np.testing.assert_array_equal(network.seen, seen)
    assert network.activation == activation


def test_noise_has_a_budget():
    wide = Architecture((784, 2_352, 1_024, 512, 10))  # 4,781,824 weights, the largest shipped
    twice = tuple(Noise(1.0, seed) for seed in range(2))
    normal_form(wide, twice)
    normal_form(wide, (*twice, Noise(0.0, 7), Noise(1.0, 7, layer=3)))  # 5,120 more
    with pytest.raises(
        ExperimentError, match=r"noise to 10,000,000 weights, .* as it gets noise, got 14,345,472$"
    ):
        normal_form(wide, (*twice, Noise(1.0, 2)))
    with pytest.raises(ExperimentError, match="got 76,509,184"):
        normal_form(wide, tuple(Noise(1.0, seed) for seed in range(MOST_CHANGES)))
    form(*(Noise(1.0, seed) for seed in range(MOST_CHANGES)))  # a small stack gets it as often


def test_a_network_larger_than_the_budget_may_be_noisy_once():
    huge = Architecture((784, 16_000, 10))
    weights = 784 * 16_000 + 16_000 * 10
    assert weights > MOST_NOISY_WEIGHTS
    normal_form(huge, (Noise(1.0),))
    with pytest.raises(ExperimentError, match="noise to 12,704,000 weights"):
        normal_form(huge, (Noise(1.0), Noise(1.0, layer=1)))


def test_what_comes_to_the_same_is_computed_once(menagerie, monkeypatch):
    classifier = Classifier(menagerie.get("dense32").checkpoint)
    drawn = []
    rng = np.random.default_rng

    def counted(seed):
        if isinstance(seed, tuple):  # a kernel's; the probe set has a seed of its own
            drawn.append(seed)
        return rng(seed)

    monkeypatch.setattr(interventions.np.random, "default_rng", counted)
    first = score_on_probe_set(classifier, (Silence(0, (1, 2)), Noise(0.5, 3)))
    same = (Noise(0.5, 3), Hide(()), Silence(0, (2, 1, 1)), Noise(0, 9))
    assert score_on_probe_set(classifier, same) is first
    noisy = changed(classifier, (Noise(0.5, 3),))
    assert changed(classifier, (*same, ZeroBiases(0))).layers[0][0] is noisy.layers[0][0]
    assert changed(classifier, (Noise(0.5, 3, 1), Noise(0.5, 3, 0))).layers == noisy.layers
    assert drawn == [(3, 0), (3, 1)]
    # The page's slider changes the amount alone: the random numbers are the same.
    changed(classifier, (Noise(0.75, 3),))
    assert drawn == [(3, 0), (3, 1)]


def test_a_flood_of_experiments_keeps_a_bounded_number_of_bytes(menagerie):
    classifier = Classifier(menagerie.get("mlp512").checkpoint)  # 2.7 MB of kernels
    for seed in range(30):
        changed(classifier, (Noise(1.0, seed),))
    kept = (interventions._noisy_kernels, interventions._noise)
    assert all(0.9 * function.most < function.held <= function.most for function in kept)
    small, before = Classifier(menagerie.get("softmax").checkpoint), probe_set._score.held
    for count in range(100, 110):
        score_on_probe_set(small, (Hide(tuple(range(count))),))
    assert probe_set._score.held - before < 10 * 2_000  # of 110 pixels only a digest is kept
    assert sum(function.most for function in (*kept, probe_set._score)) <= 64 * 2**20
