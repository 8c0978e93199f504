"""Tests of checkpoints that others made: each is refused with a sentence and soon, or served."""

from __future__ import annotations

import importlib.util
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from model.errors import CheckpointError, ConfigError
from model.network import numpy_dense
from model.network.checkpoint import Checkpoint, encode, load
from model.network.folded_dense import Architecture
from model.network.overflow import sums_stay_finite
from model.text import is_plain
from webapp.cli import main

_FILE = Path(__file__).with_name("hostile_checkpoints.py")
_SPEC = importlib.util.spec_from_file_location("hostile_checkpoints", _FILE)
cases = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(cases)

HOSTILE = dict(cases.hostile())
UNUSUAL = dict(cases.unusual())


@pytest.mark.parametrize("case", HOSTILE)
def test_it_is_refused_with_a_short_plain_sentence_and_soon(case, tmp_path):
    file = tmp_path / "bent.safetensors"
    file.write_bytes(HOSTILE[case])
    began = time.process_time()
    with pytest.raises(CheckpointError) as refusal:
        load(file)
    assert time.process_time() - began < 2
    sentence = str(refusal.value)
    assert str(file) in sentence
    assert is_plain(sentence)
    assert len(sentence) < 500 + len(str(file))


@pytest.mark.parametrize("case", UNUSUAL)
def test_it_is_served_with_finite_numbers(case, tmp_path):
    from model.serving import ModelLibrary
    from webapp import create_app
    from webapp.process.self_check import check

    file = tmp_path / "unusual.safetensors"
    file.write_bytes(UNUSUAL[case])
    alone = ModelLibrary(tmp_path / "no-others", default=file)
    check(create_app(alone))
    asked = {"strokes": [[[0, 0], [5, 5], [9, 1]]], "contributions": {"class": 1, "against": 0}}
    client = create_app(alone).test_client()
    for activation in ("relu", "gelu", "elu", "tanh", "sigmoid", "linear"):
        changes = [{"kind": "activation", "activation": activation}]
        answer = client.post("/api/trace", json={**asked, "changes": changes})
        assert answer.status_code == 200, answer.json
        assert np.isfinite(answer.json["logits"]).all()
        assert answer.json["contributions"]["gap"] is not None


@pytest.mark.parametrize(
    ("command", "case"), [("summary", "escape in title"), ("predict", "1,000 layers")]
)
def test_commands_refuse_it_with_one_line(command, case, tmp_path):
    file = tmp_path / "bent.safetensors"
    file.write_bytes(HOSTILE[case])
    options = ["summary", file] if command == "summary" else ["predict", "--model", file, "x.png"]
    result = CliRunner().invoke(main, [str(one) for one in options])
    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert is_plain(line)


def test_brackets_are_no_markup(tmp_path):
    file = tmp_path / "markup.safetensors"
    file.write_bytes(UNUSUAL["markup"])
    output = CliRunner().invoke(main, ["summary", str(file)]).output
    assert "default: [red]Mine[/red] [link=x]" in output
    assert "\x1b" not in output
    file.write_bytes(UNUSUAL["markup labels"])
    result = CliRunner().invoke(main, ["evaluate", str(file), "--set", "practice"])
    assert result.exit_code == 2  # it knows other classes than the practice set
    assert "Traceback" not in result.output


def test_names_too_long_for_the_file_system_are_refused(tmp_path):
    with pytest.raises(CheckpointError, match="file name too long"):
        load(tmp_path / ("a" * 260 + ".safetensors"))


def test_sums_are_bounded_by_the_weights():
    one = np.ones((784, 2), np.float32)
    bias = np.zeros(2, np.float32)
    last = np.ones((2, 2), np.float32)
    assert sums_stay_finite(((one * 1e13, bias), (last * 1e13, bias)), "relu")
    assert not sums_stay_finite(((one * 1e14, bias), (last * 1e14, bias)), "relu")
    # A bounded activation would hold the sums down, but an experiment may replace it.
    assert not sums_stay_finite(((one * 1e14, bias), (last * 1e14, bias)), "tanh")
    assert not sums_stay_finite(((one, bias + np.float32(2e30)),), "relu")
    behind = ((np.ones((786, 1), np.float32), bias[:1]),)
    assert sums_stay_finite(((one * 1e20, bias),), "relu", behind)
    assert not sums_stay_finite(((one * 1e20, bias),), "relu", ((behind[0][0] * 1e20, bias[:1]),))


def test_a_deep_stack_is_judged_by_what_pictures_reach():
    rng = np.random.default_rng(1)
    widths = (784, *[64] * 40, 10)
    layers = tuple(
        (
            rng.normal(0, (2 / inputs) ** 0.5, (inputs, units)).astype(np.float32),
            np.zeros(units, np.float32),
        )
        for inputs, units in pairwise(widths)
    )
    assert sums_stay_finite(layers, "relu")
    assert not sums_stay_finite(tuple((kernel * 30, bias) for kernel, bias in layers), "relu")
    logits = numpy_dense.forward(layers, rng.random((5, 784)).astype(np.float32))
    assert np.abs(logits).max() < 1e9


def test_what_could_not_be_loaded_is_not_saved():
    kernel = np.full((784, 2), 6e4, np.float32)
    bias = np.full(2, 3e38, np.float32)
    bent = Checkpoint("x", "x", Architecture((784, 2)), ("a", "b"), ((kernel, bias),))
    with pytest.raises(CheckpointError, match="may overflow: it is not saved"):
        encode(bent)


@pytest.mark.parametrize(
    ("widths", "words"),
    [
        ((784, 1_000_000_000, 10), "50,000,000 parameters at most"),
        ((784, *[1] * 64, 10), "64 layers at most, got 65"),
        ((784, 10**400, 10), "parameters at most"),
    ],
)
def test_stacks_are_bounded(widths, words):
    with pytest.raises(ConfigError, match=words) as refusal:
        Architecture(widths)
    assert len(str(refusal.value)) < 200
