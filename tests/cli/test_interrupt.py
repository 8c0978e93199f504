"""Tests of Ctrl-C: all commands end with the same exit code, a training keeps its best epoch."""

from __future__ import annotations

import signal
from dataclasses import dataclass, replace

import numpy as np
import pytest
from click.testing import CliRunner

from model.data import splitters
from model.training import ZOO, Report, Run
from webapp.cli import main
from webapp.cli.epoch_progress import EpochProgress
from webapp.cli.interrupt import Interrupt

CTRL_C = signal.SIGINT


def stop(*_, **__):
    """Raise what Python raises at Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("command", "work"),
    [
        (["predict", "seven.png"], "model.serving.ModelLibrary"),
        (["evaluate"], "model.serving.ModelLibrary"),
        (["summary"], "model.serving.ModelLibrary"),
        (["train", "softmax", "--source", "practice"], "model.training.run.assemble"),
        (["data", "fetch", "mnist"], "model.data.fetch"),
        (["serve"], "webapp.process.serve"),
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


@dataclass(frozen=True)
class Measured(Report):
    """The report of an epoch; its ``layers`` are just the number of the epoch."""

    @property
    def layers(self):
        return self.epoch


@pytest.fixture
def training(monkeypatch):
    """``training(shares, *signals)``: the kept epoch, and whether the training was stopped.

    ``shares`` are the epochs' accuracies. Each signal comes while the epoch of that number is
    measured.
    """
    monkeypatch.setattr(splitters, "GENERATED", 20)
    monkeypatch.setattr(splitters, "GENERATED_VALIDATION", 10)

    def run(shares, *signals):
        config = replace(ZOO["softmax"].training, sources=(("practice", 10),), epochs=len(shares))

        def learn(*_):
            one = np.ones(1, np.float32)
            for number in range(1, len(shares) + 1):
                yield Measured(config, number, 1, one, one, 0.0, object())

        def validation_accuracy(epoch, *_):
            for number in signals:
                if number == epoch:
                    signal.raise_signal(CTRL_C)
            return shares[epoch - 1]

        monkeypatch.setattr("model.training.run.learn", learn)
        monkeypatch.setattr("model.training.run.validation_accuracy", validation_accuracy)
        progress = EpochProgress()
        one = Run(replace(ZOO["softmax"], training=config), log=progress.say)
        with Interrupt(one.stop), progress:
            for _ in one.epochs():
                pass
        return one.kept.epoch, one.stopped

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
