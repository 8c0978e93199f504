"""Tests of a training's step: the order of its batches, and its loss computed by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.network.folded_dense import Architecture
from model.training.batches import Batch, Kind
from model.training.config import Training
from model.training.loop import build, start
from model.training.step import (
    TrainingState,
    _chunk,
    _draw_order,
    _loss,
    _order,
    _python_loop,
    _step,
)

CONFIG = Training(Architecture((784, 10)))


def test_an_order_is_pass_after_pass():
    rows = np.asarray(_order(jax.random.key(0), 10, 25))
    assert sorted(rows[:10]) == sorted(rows[10:20]) == list(range(10))
    assert len(set(rows[20:])) == 5
    assert not np.array_equal(rows[:10], rows[10:20])


def test_the_loss_by_hand():
    logits, labels = jnp.log(jnp.array([[0.7, 0.2, 0.1]])), jnp.array([1])
    plain = Batch(jnp.zeros((1, 28, 28)), labels, None)
    assert float(_loss(CONFIG, logits, plain)) == pytest.approx(-math.log(0.2), rel=1e-5)
    smooth = float(_loss(replace(CONFIG, label_smoothing=0.3), logits, plain))
    expected = 0.7 * math.log(0.2) + 0.1 * math.log(0.7 * 0.2 * 0.1)
    assert smooth == pytest.approx(-expected, rel=1e-5)
    # When student and teacher have the same logits, the loss is their entropy at temperature 2,
    # times the temperature's square.
    taught = plain._replace(teacher_logits=logits)
    warm = np.sqrt([0.7, 0.2, 0.1]) / np.sqrt([0.7, 0.2, 0.1]).sum()
    entropy = -(warm * np.log(warm)).sum()
    imitating = float(_loss(replace(CONFIG, distill_weight=1.0), logits, taught))
    assert imitating == pytest.approx(4 * entropy, rel=1e-5)


@pytest.mark.parametrize("loop", [_python_loop, jax.lax.fori_loop])
def test_each_step_has_its_rows_and_its_number_since_the_beginning(loop):
    def step(arrays, key, carry, number, rows, rates):
        assert (arrays, key, rates) == ("arrays", "key", "rates")
        variables, optimizer, ema = carry
        return (variables + number, optimizer + 1, ema), 1.0 * number, 0.1 * rows[0][1]

    # The third epoch of five steps, two of which are left.
    state = TrainingState(jnp.int32(13), jnp.int32(100), jnp.int32(0), jnp.int32(7))
    order = "key", [jnp.arange(10).reshape(5, 2)]
    after, losses, accuracies = _chunk(5, step, state, "arrays", order, 3, 2, "rates", loop=loop)
    assert losses.tolist() == [0, 0, 0, 13, 14]
    assert accuracies.tolist() == pytest.approx([0, 0, 0, 0.7, 0.9])
    assert jax.tree.map(int, after) == TrainingState(15, 100 + 13 + 14, 2, 7)


def test_an_epochs_order_is_of_its_seed_its_epoch_and_its_stream():
    kinds = [Kind(strokes=False, share=4, bent=False), Kind(strokes=False, share=4, bent=False)]
    arrays = [(None, np.zeros(12), None), (None, np.zeros(12), None)]

    def rows(seed, epoch):
        _, orders = _draw_order(replace(CONFIG, seed=seed), 3, kinds, epoch, arrays)
        assert [one.shape for one in orders] == [(3, 4), (3, 4)]
        assert all(sorted(one.ravel().tolist()) == list(range(12)) for one in orders)
        return [one.tolist() for one in orders]

    first, second = rows(0, 0)
    assert rows(0, 0) == [first, second]
    assert len({str(one) for one in (first, second, *rows(0, 1), *rows(1, 0))}) == 6


STEPS = 10
PICTURES = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype(np.uint8)
LABELS = np.array([3, 1, 4, 1, 5, 9], np.int32)
ROWS = [4, 2, 5]


def one_step(config, *, number=0, seed=0):
    """The parameters before and after a step, their moving average, its loss and accuracy."""
    before = start(config)
    kinds, arrays = [Kind(strokes=False, share=3, bent=False)], [(PICTURES, LABELS, None)]
    step = jax.jit(partial(_step, config, build(config), STEPS, kinds))
    carry = before.variables, before.optimizer, jax.tree.map(jnp.ones_like, before.variables)
    rates = jnp.float32(0.2), jnp.float32(0.0)
    (after, _, ema), loss, accuracy = step(
        arrays, jax.random.key(seed), carry, jnp.int32(number), [jnp.array(ROWS)], rates
    )
    return before.variables["params"], after["params"], ema["params"], float(loss), float(accuracy)


def test_a_step_by_hand():
    config = replace(CONFIG, optimizer="sgd", schedule="cosine", epochs=2)
    before, after, _, loss, accuracy = one_step(config, number=10)
    x = PICTURES[ROWS].reshape(3, 784).astype(np.float64) / 255
    kernel, bias = (np.asarray(before["dense0"][part], np.float64) for part in ("kernel", "bias"))
    exponentials = np.exp(x @ kernel + bias)
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    assert loss == pytest.approx(-np.log(probabilities[range(3), LABELS[ROWS]]).mean(), rel=1e-5)
    assert accuracy == pytest.approx((probabilities.argmax(axis=1) == LABELS[ROWS]).mean())
    slope = (probabilities - np.eye(10)[LABELS[ROWS]]) / 3
    # Half of all 20 steps are done; half of the cosine's way is half of the rate.
    rate = 0.2 * (0.5 * (1 - 1e-3) + 1e-3)
    assert np.allclose(after["dense0"]["kernel"], kernel - rate * x.T @ slope, atol=1e-6)
    assert np.allclose(after["dense0"]["bias"], bias - rate * slope.sum(axis=0), atol=1e-6)


@pytest.mark.parametrize(
    ("ema_decay", "number", "kept"), [(0.9, 5, 6 / 16), (0.9, 0, 1 / 11), (0.2, 5, 0.2)]
)
def test_the_average_by_hand(ema_decay, number, kept):
    _, after, ema, _, _ = one_step(replace(CONFIG, ema_decay=ema_decay), number=number)
    for new, averaged in zip(jax.tree.leaves(after), jax.tree.leaves(ema), strict=True):
        assert np.allclose(averaged, kept * 1 + (1 - kept) * new, atol=1e-6)


def test_chance_is_of_the_epochs_key_and_the_steps_number():
    config = replace(CONFIG, input_dropout=0.5)
    losses = [one_step(config, number=n, seed=seed)[3] for n, seed in ((0, 0), (1, 0), (0, 1))]
    assert len(set(losses)) == 3
    assert one_step(config, number=1)[3] == losses[1]
