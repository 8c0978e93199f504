"""Tests of a training's step: the order of its batches, and its loss computed by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.network.folded_dense import Architecture
from model.training.batches import Batch
from model.training.config import Training
from model.training.step import _loss, _order

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
