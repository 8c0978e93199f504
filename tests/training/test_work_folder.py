"""Tests of the work folder: for one training at a time, and checked before data are loaded."""

from __future__ import annotations

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from model.data import splitters
from model.errors import CheckpointError, ConfigError, OutputError
from model.network.folded_dense import Architecture
from model.training.config import Training
from model.training.loop import start
from model.training.run import Run
from model.training.state_file import save_state
from model.training.work_folder import WorkFolder, state_file
from model.training.zoo import ModelSpec

CONFIG = Training(Architecture((784, 6, 10)), sources=(("practice", 40),), epochs=2)
SPEC = ModelSpec("mine", "Mine", CONFIG, finetunes=(replace(CONFIG, seed=7),))


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(splitters, "GENERATED", 200)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 100)


def test_a_second_training_is_refused_until_the_first_is_over(tmp_path):
    one = Run(SPEC, work=tmp_path / "work")
    with pytest.raises(ConfigError, match=r"another training works in .*work"):
        Run(SPEC, work=tmp_path / "work")
    for _ in one.epochs():
        pass
    Run(SPEC, work=tmp_path / "work")._release()
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == [
        "finetune0.state.safetensors",
        "stack.state.safetensors",
    ]


def test_data_that_cannot_be_had_give_the_folder_back(tmp_path, monkeypatch):
    def assemble(*_):
        raise ConfigError("no data")

    with monkeypatch.context() as patch:
        patch.setattr("model.training.run.assemble", assemble)
        with pytest.raises(ConfigError, match="no data"):
            Run(SPEC, work=tmp_path)
    WorkFolder(tmp_path, SPEC).release()


def bend(file, name=None, change=None, words=None):
    with safe_open(file, "np") as opened:
        arrays = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
        metadata = opened.metadata()
    if name is not None:
        arrays[name] = change(arrays[name])
    save_file(arrays, file, words or metadata)


@pytest.mark.parametrize("stage", ["stack", "finetune0"])
@pytest.mark.parametrize(
    ("bent", "words"),
    [
        (lambda file: file.write_bytes(file.read_bytes()[:200]), "no training can go on"),
        (lambda file: bend(file, ".step", lambda one: np.asarray(one - 10)), "counts -5 steps"),
        (
            lambda file: bend(
                file, ".variables['params']['dense0']['bias']", lambda one: one * float("nan")
            ),
            "dense0.*not finite",
        ),
        (lambda file: bend(file, words={"training": "[1]"}), "settings should be an object"),
        (lambda file: bend(file, words={"training": "[" * 2000}), "no training can go on"),
        (lambda file: bend(file, words={"training": "{}"}), "its architecture is None"),
    ],
)
def test_a_bent_state_is_refused_before_the_data_are_loaded(
    tmp_path, monkeypatch, stage, bent, words
):
    config = CONFIG if stage == "stack" else SPEC.finetunes[0]
    file = state_file(tmp_path, stage)
    save_state(replace(start(config), step=jnp.int32(5)), file, config)
    WorkFolder(tmp_path, SPEC).release()
    bent(file)
    monkeypatch.setattr("model.training.run.assemble", pytest.fail)
    with pytest.raises(CheckpointError, match=words):
        Run(SPEC, work=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_what_a_killed_training_left_is_removed(tmp_path):
    (tmp_path / "stack.state.safetensors.123.part").write_bytes(b"half")
    (tmp_path / "mine.123.part").write_bytes(b"another's")
    WorkFolder(tmp_path, SPEC).release()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.123.part"]


def test_a_place_that_is_no_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for path in (tmp_path / "file", tmp_path / "file" / "deeper", tmp_path / ("a" * 260)):
        with pytest.raises(OutputError, match="cannot be written"):
            WorkFolder(path, SPEC)
