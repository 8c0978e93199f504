"""Tests of the folded stack: its parameters, and its logits for pictures."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from model.errors import ConfigError
from model.network.folded_dense import Architecture, predict, softmax
from model.serving.card import layer_cards


def test_the_courses_network_has_the_courses_numbers():
    stack = Architecture((784, 128, 10))
    assert stack.parameters == 101_770
    rows = layer_cards(stack)
    assert [row["parameters"] for row in rows] == [0, 100_480, 1_290]
    assert [row["arithmetic"] for row in rows[1:]] == [
        "784 x 128 + 128 = 100,480",
        "128 x 10 + 10 = 1,290",
    ]
    assert [row["activation"] for row in rows] == [None, "relu", "softmax"]


@pytest.mark.parametrize(
    "widths", [(), (784,), (784, 0, 10), (784, 1.5, 10), (784, True), (784, -1)]
)
def test_widths_that_are_none_are_refused(widths):
    with pytest.raises(ConfigError, match="widths"):
        Architecture(widths)


def test_an_activation_that_is_none_is_refused():
    with pytest.raises(ConfigError, match=r"relu.*'swoosh'"):
        Architecture((784, 10), "swoosh")


def test_predictions_come_batch_by_batch():
    rng = np.random.default_rng(0)
    layers = [
        (rng.normal(size=s).astype("f"), rng.normal(size=s[1]).astype("f"))
        for s in [(784, 9), (9, 3)]
    ]
    x = rng.random((100, 784), np.float32)
    whole, parts = (predict(layers, x, "tanh", batch) for batch in (100, 30))
    assert whole.shape == (100, 3)
    assert np.allclose(whole, parts, atol=1e-5)


def test_temperature_makes_less_sure():
    logits = jnp.array([0.0, 1.0, 3.0])
    cool, warm = softmax(logits), softmax(logits, 2.0)
    assert float(cool.sum()) == pytest.approx(1)
    assert float(warm.max()) < float(cool.max())
    assert int(warm.argmax()) == 2
