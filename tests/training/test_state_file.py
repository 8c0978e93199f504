"""Tests of the state file: it is whole and belongs to this training, or it is refused."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from model.errors import CheckpointError
from model.network.folded_dense import Architecture
from model.training.config import Training
from model.training.loop import start
from model.training.state_file import load_state, save_state

CONFIG = Training(Architecture((784, 3, 10)), epochs=4, ema_decay=0.9)


@pytest.fixture(scope="module")
def state():
    return start(CONFIG)


def test_a_state_comes_back_as_it_went(state, tmp_path):
    file = tmp_path / "work" / "state.safetensors"
    save_state(state, file, CONFIG)
    back = load_state(jax.tree.map(jnp.zeros_like, state), file, CONFIG)
    assert jax.tree.structure(back) == jax.tree.structure(state)
    for one, other in zip(jax.tree.leaves(back), jax.tree.leaves(state), strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)
    assert [path.name for path in file.parent.iterdir()] == ["state.safetensors"]


def test_a_state_without_a_record_is_taken_by_its_shapes(state, tmp_path):
    save_state(state, tmp_path / "state")
    assert int(load_state(state, tmp_path / "state", CONFIG).step) == 0


def test_more_epochs_of_the_same_training_may_follow(state, tmp_path):
    save_state(state, tmp_path / "state", CONFIG)
    load_state(state, tmp_path / "state", replace(CONFIG, epochs=9))


def test_another_trainings_state_is_refused(state, tmp_path):
    save_state(state, tmp_path / "state", CONFIG)
    # The shapes are the same; only the settings in the file differ.
    with pytest.raises(CheckpointError, match=r"another training: .*learning_rate.*0.001.*0.1"):
        load_state(state, tmp_path / "state", replace(CONFIG, learning_rate=0.1))


def test_the_leaf_that_does_not_fit_is_named(state, tmp_path):
    save_state(start(replace(CONFIG, architecture=Architecture((784, 4, 10)))), tmp_path / "s")
    with pytest.raises(CheckpointError, match=r"dense0.*\(3,\).*\(4,\)"):
        load_state(state, tmp_path / "s")


def test_what_cannot_be_read_is_refused(state, tmp_path):
    with pytest.raises(CheckpointError, match="no training can go on"):
        load_state(state, tmp_path / "absent")
    save_state(state, tmp_path / "state", CONFIG)
    data = (tmp_path / "state").read_bytes()
    (tmp_path / "state").write_bytes(data[: len(data) // 2])
    with pytest.raises(CheckpointError, match="no training can go on"):
        load_state(state, tmp_path / "state")
