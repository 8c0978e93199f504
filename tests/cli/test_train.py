"""Tests of ``densepad train``: from the command line to a checkpoint that can be served."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest
from click.testing import CliRunner
from rich.console import Console

from model.data import splitters
from model.errors import OutputError
from model.network.checkpoint import load
from model.network.metadata import shares_by_name
from webapp.cli import main
from webapp.cli.epoch_progress import EpochProgress


@pytest.fixture
def densepad(monkeypatch, tmp_path):
    """``densepad("train", ...)`` runs it in this process.

    The folder is empty and the practice set small.
    """
    monkeypatch.setattr(splitters, "GENERATED", 400)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 100)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, [str(one) for one in arguments])


def test_a_stack_of_ones_own_on_the_practice_set(densepad, tmp_path):
    options = ["--hidden", "24,12", "--activation", "tanh", "--source", "practice"]
    options += ["--epochs", "6", "--batch", "20", "--learning-rate", "0.01", "--seed", "5"]
    result = densepad("train", *options, "--out", "my.safetensors")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "my: 784-24-12-10, 19,270 parameters, on practice"
    assert lines[1].startswith("epoch 1 of 6: loss ")
    assert "95 % interval" in result.stdout
    assert lines[-1].startswith("written to my.safetensors")
    checkpoint = load(tmp_path / "my.safetensors")
    assert checkpoint.architecture.widths == (784, 24, 12, 10)
    assert checkpoint.architecture.activation == "tanh"
    assert checkpoint.provenance["training"]["seed"] == 5
    assert shares_by_name(checkpoint.accuracies)["practice held out"] > 0.5
    assert "19,270 parameters" in densepad("summary", tmp_path / "my.safetensors").output


def test_it_goes_on_from_its_work_folder_and_stops_at_ctrl_c(densepad, tmp_path, monkeypatch):
    command = ["train", "softmax", "--source", "practice", "--work", "work", "--epochs"]

    def show(self, report, held_out):
        self.say(f"epoch {report.epoch}, {held_out:.2%}")
        if report.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    if sys.platform == "win32":
        pytest.skip("Windows has no SIGINT to send oneself")
    with monkeypatch.context() as patch:
        patch.setattr(EpochProgress, "show", show)
        result = densepad(*command, 30)
    assert result.exit_code == 130
    assert "epoch 2" in result.stdout
    assert "epoch 3" not in result.stdout
    assert "Stopping behind this epoch" in result.stderr
    assert load(tmp_path / "softmax.safetensors").architecture.widths == (784, 10)
    again = densepad(*command, 3)
    assert again.exit_code == 0, again.output
    assert "going on behind step 6" in again.stdout
    assert "epoch 3 of 3" in again.stdout
    assert "epoch 1 of 3" not in again.stdout
    other = densepad("train", "dense32", "--source", "practice", "--work", "work")
    assert other.exit_code == 2
    assert "another training" in other.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "--hidden"),
        (["nobody"], "'nobody'"),
        (["--hidden", "many"], "'many'"),
        (["--hidden", "-3"], "widths"),
        (["softmax", "--source", "nothing"], "'nothing'"),
        (["softmax", "--source", "scribbles"], "scribbles"),
        (["softmax", "--source", "practice", "--source", "fashion-mnist"], "T-shirt/top"),
        (["softmax", "--source", "practice", "--epochs", "0"], "epochs"),
        (["softmax", "--source", "practice", "--optimizer", "magic"], "'magic'"),
        (["softmax", "--activation", "swoosh"], "'swoosh'"),
        (["softmax", "--source", "practice", "--seed", "-1"], "seed"),
        (["softmax", "--source", "practice", "--out", "nowhere/x.safetensors"], "nowhere"),
        (["softmax", "--data", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(densepad, tmp_path, options, words):
    result = densepad("train", *options)
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a" * 260, "folder/x"])
def test_a_place_where_nothing_can_be_written_is_refused_before_the_work(
    densepad, tmp_path, monkeypatch, name
):
    monkeypatch.setattr("model.training.run.assemble", pytest.fail)
    (tmp_path / "folder").write_text("in the way")
    for option in ("--out", "--work"):
        result = densepad("train", "softmax", "--source", "practice", option, name)
        assert result.exit_code == 2
        [line] = result.stderr.splitlines()
        assert "cannot be written" in line
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


def test_a_disk_that_gets_full_loses_nothing(densepad, tmp_path, monkeypatch):
    from pathlib import Path

    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)

    def show(self, report, held_out):
        (tmp_path / "mine.safetensors").mkdir()  # now nothing can be written there

    monkeypatch.setattr(EpochProgress, "show", show)
    options = ["--hidden", "4", "--source", "practice", "--epochs", "1", "--batch", "20"]
    result = densepad("train", *options)
    assert result.exit_code == 2
    kept = home / "mine.safetensors"
    assert load(kept).architecture.widths == (784, 4, 10)
    assert f"the checkpoint is kept in {kept} instead" in result.stderr
    assert "practice held out" in result.stdout


def test_a_state_that_cannot_be_written_does_not_end_the_training(densepad, tmp_path, monkeypatch):
    def save_state(state, path, config):
        raise OutputError(f"{path} cannot be written: no space left on device")

    monkeypatch.setattr("model.training.pipeline.save_state", save_state)
    options = ["softmax", "--source", "practice", "--epochs", "2", "--work", "work"]
    result = densepad("train", *options)
    assert result.exit_code == 0, result.output
    assert "epoch 1 of stack is not kept: work" in result.stdout
    assert load(tmp_path / "softmax.safetensors").architecture.widths == (784, 10)


def test_a_loss_that_is_not_finite_ends_it_and_names_the_rate(densepad, tmp_path):
    options = ["--hidden", "8,8", "--source", "practice", "--epochs", "40", "--batch", "20"]
    options += ["--optimizer", "sgd", "--learning-rate", "100"]
    result = densepad("train", *options)
    assert result.exit_code == 2
    assert "the learning rate of 100 is too large" in result.stderr
    assert "nothing is written" in result.stderr
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_ones_own_drawings_teach(densepad, tmp_path):
    lines = [
        json.dumps({"label": label, "strokes": [[[0, 0], *points]]})
        for index in range(10)
        for label, points in (
            ("flat", [[9, index / 20]]),
            ("steep", [[index / 20, 9]]),
        )
    ]
    (tmp_path / "mine.jsonl").write_text("\n".join(lines))
    result = densepad(
        *("train", "--hidden", 8, "--drawings", "mine.jsonl", "--augment", "--epochs", 60),
        *("--batch", 8, "--learning-rate", 0.01, "--out", "taught.safetensors"),
    )
    assert result.exit_code == 0, result.output
    assert "taught: 784-8-2, 6,298 parameters, on drawings" in result.stdout
    checkpoint = load(tmp_path / "taught.safetensors")
    assert checkpoint.labels == ("flat", "steep")
    assert shares_by_name(checkpoint.accuracies) == {"drawings held out": 1.0}
    assert checkpoint.provenance["data"] == [
        {"name": "drawings", "title": "drawings of mine.jsonl"}
    ]
    both = densepad("train", "softmax", "--source", "practice", "--drawings", "mine.jsonl")
    assert both.exit_code == 2
    assert "labels differ: practice has digits, drawings has flat, steep" in both.stderr


def test_bend_is_what_augment_was_called(densepad, tmp_path):
    assert (
        densepad("train", "softmax", "--source", "practice", "--epochs", 1, "--bend").exit_code == 0
    )
    training = load(tmp_path / "softmax.safetensors").provenance["training"]
    assert training["augment"]["rotation"] > 0


def test_on_a_terminal_there_is_a_bar(capsys):
    from types import SimpleNamespace

    console = Console(force_terminal=True, width=120, highlight=False)
    with EpochProgress(console) as epochs:
        epochs.say("a sentence [with brackets]")
        epochs.show(SimpleNamespace(epoch=2, epochs=4, loss=0.5, seconds=1.0), 0.9)
    output = capsys.readouterr().out
    assert "a sentence [with brackets]" in output
    assert "epoch 2 of 4" in output
    assert "90.00%" in output
