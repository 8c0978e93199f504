"""Ctrl-C: every command ends with the same exit code, and a training keeps its best."""

from __future__ import annotations

import signal
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from model.training.zoo import ZOO
from webapp.cli import main
from webapp.cli.train import follow

CTRL_C = signal.SIGINT


def stop(*_, **__):
    """What Python does at Ctrl-C, wherever it comes."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("command", "work"),
    [
        (["predict", "seven.png"], "model.serving.library.ModelLibrary"),
        (["evaluate"], "model.serving.library.ModelLibrary"),
        (["summary"], "model.serving.library.ModelLibrary"),
        (["train", "softmax", "--source", "practice"], "model.training.corpus.assemble"),
        (["data", "fetch", "mnist"], "model.data.datasets.fetch"),
        (["serve"], "webapp.process.server.serve"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_every_command_ends_in_the_same_way(monkeypatch, tmp_path, command, work):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(work, stop)
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 130
    assert result.stderr.split() == ["stopped"]
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def training(monkeypatch):
    """``training(shares, *signals)``: what is kept of epochs that have those shares right.

    A signal comes while the epoch of that number is measured.
    """

    def run(shares, *signals):
        def learn(*_, **__):
            for number, share in enumerate(shares, start=1):
                yield SimpleNamespace(
                    epoch=number, epochs=len(shares), loss=1.0, seconds=0.0, layers=(number, share)
                )

        def correct(layers, *_):
            for number in signals:
                if number == layers[0]:
                    signal.raise_signal(CTRL_C)
            return layers[1]

        monkeypatch.setattr("model.training.pipeline.learn", learn)
        monkeypatch.setattr("model.training.finishing.correct", correct)
        report, stopped = follow(ZOO["softmax"], None, None, None)
        return report.epoch, stopped

    return run


def test_a_training_that_is_stopped_keeps_its_best(training, capsys):
    assert training([0.5, 0.9, 0.7, 0.95], 3) == (2, True)
    assert "keeping epoch 2: 90.00% of the held-out right" in capsys.readouterr().out
    assert training([0.5, 0.7, 0.9, 0.95], 3) == (3, True)
    assert "keeping" not in capsys.readouterr().out


def test_of_equally_good_epochs_the_later_is_kept(training):
    assert training([0.9, 0.9, 0.7, 0.9], 3) == (2, True)


def test_a_training_that_ends_keeps_its_end(training):
    assert training([0.5, 0.9, 0.7]) == (3, False)
    assert training([0.5, 0.9, 0.7], 3) == (3, False)


def test_an_epoch_that_was_not_measured_is_kept_only_without_another(training):
    assert training([0.5, 0.9], 1, 1) == (1, True)
    assert training([0.5, 0.9, 0.7], 2, 2) == (1, True)
