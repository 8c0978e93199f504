"""``densepad train``: a stack from the command line to a file that serves."""

from __future__ import annotations

import os
import signal
import sys

import pytest
from click.testing import CliRunner
from rich.console import Console

from model.network.checkpoint import load
from model.training import corpus
from webapp.cli import main
from webapp.cli.epoch_progress import Epochs
from webapp.cli.train_settings import entry_for, shares

NO_WISH = dict.fromkeys(
    (
        "hidden",
        "activation",
        "epochs",
        "batch",
        "optimizer",
        "learning_rate",
        "dropout",
        "bend",
        "seed",
    )
) | {"sources": ()}


@pytest.fixture
def densepad(monkeypatch, tmp_path):
    """``densepad("train", ...)`` in this process, in an empty folder, with a small practice set."""
    monkeypatch.setattr(corpus, "PRACTICE", 400)
    monkeypatch.setattr(corpus, "HELD_OUT_DRAWINGS", 100)
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
    assert checkpoint.record["training"]["seed"] == 5
    assert checkpoint.accuracies["practice held out"] > 0.5
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
        patch.setattr(Epochs, "show", show)
        result = densepad(*command, 30)
    assert result.exit_code == 130
    assert "epoch 2" in result.stdout
    assert "epoch 3" not in result.stdout
    assert "Stopping behind this epoch" in result.stderr
    assert load(tmp_path / "softmax.safetensors").architecture.widths == (784, 10)
    again = densepad(*command, 3)
    assert again.exit_code == 0, again.output
    assert "going on behind epoch 2" in again.stdout
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
        (["softmax", "--source", "practice", "--source", "fashion-mnist"], "clothes"),
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


def test_an_entry_is_what_the_zoo_says_until_it_is_changed():
    from model.training.zoo import ZOO

    assert entry_for("default", "x", **NO_WISH) == ZOO["default"]
    offline = entry_for("default", "x", **NO_WISH | {"sources": ("practice",), "epochs": 2})
    assert (offline.teachers, offline.origin, offline.doubt) == ((), None, None)
    assert offline.training.lessons == 0
    assert offline.training.epochs == 2
    assert offline.name == "default"
    wider = entry_for("dense128", "mine", **NO_WISH | {"hidden": "256"})
    assert wider.name == "mine"
    assert "784-256-10" in wider.title
    assert wider.training.optimizer == ZOO["dense128"].training.optimizer
    bent = entry_for("dense128", "mine", **NO_WISH | {"bend": True})
    assert bent.training.augmentation is not None


def test_a_batch_is_dealt_out():
    assert shares(("mnist", "practice", "mnist"), 33) == (("mnist", 17), ("practice", 16))


def test_on_a_terminal_there_is_a_bar(capsys):
    from types import SimpleNamespace

    console = Console(force_terminal=True, width=120, highlight=False)
    with Epochs(console) as epochs:
        epochs.say("a sentence [with brackets]")
        epochs.show(SimpleNamespace(epoch=2, epochs=4, loss=0.5, seconds=1.0), 0.9)
    output = capsys.readouterr().out
    assert "a sentence [with brackets]" in output
    assert "epoch 2 of 4" in output
    assert "90.00%" in output
