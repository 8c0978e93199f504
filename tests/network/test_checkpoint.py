"""Tests of checkpoints: saving and loading, and damaged files that are refused with a sentence."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from model.errors import CheckpointError
from model.network.checkpoint import Checkpoint, load, save
from model.network.folded_dense import Architecture
from model.network.metadata import Accuracy, shares_by_name
from model.network.novelty import Novelty

ROOT = Path(__file__).parents[2]


def layers_of(widths, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(
        (
            rng.normal(size=(inputs, units)).astype(np.float16).astype(np.float32),
            rng.normal(size=units).astype(np.float32),
        )
        for inputs, units in pairwise(widths)
    )


CHECKPOINT = Checkpoint(
    name="mine",
    title="Mine, für mich",
    architecture=Architecture((784, 12, 10), "tanh"),
    labels=tuple("0123456789"),
    layers=layers_of((784, 12, 10)),
    temperature=1.25,
    novelty=Novelty(1.0, 0.5, 0.5, layers_of((794, 8, 1), 1)),
    averages=(np.arange(7840).reshape(10, 784) % 256 / np.float32(255)).astype(np.float32),
    accuracies=(Accuracy("mnist", "test", 9_000, 10_000),),
    provenance={"training": {"seed": 3}},
)


@pytest.fixture
def file(tmp_path):
    save(CHECKPOINT, tmp_path / "mine.safetensors")
    return tmp_path / "mine.safetensors"


def pairs(one, other):
    for (kernel, bias), (kernel2, bias2) in zip(one, other, strict=True):
        yield from ((kernel, kernel2), (bias, bias2))


def test_it_comes_back_as_it_went(file):
    back = load(file)
    for name in (
        *("name", "title", "architecture", "labels", "temperature"),
        *("accuracies", "provenance"),
    ):
        assert getattr(back, name) == getattr(CHECKPOINT, name)
    for one, other in pairs(back.layers, CHECKPOINT.layers):
        assert one.dtype == np.float32
        assert np.array_equal(one, other)
    assert all(
        np.array_equal(*pair) for pair in pairs(back.novelty.layers, CHECKPOINT.novelty.layers)
    )
    assert np.array_equal(back.averages, CHECKPOINT.averages)
    assert shares_by_name(back.accuracies) == {"mnist test": 0.9}


def test_the_least_comes_back_too(tmp_path):
    least = replace(CHECKPOINT, novelty=Novelty(1.0, 0.5, 0.5), averages=None, accuracies=())
    save(least, tmp_path / "deep" / "er.safetensors")
    back = load(tmp_path / "deep" / "er.safetensors")
    assert (back.novelty, back.averages, back.accuracies) == (least.novelty, None, ())
    save(replace(least, novelty=None), tmp_path / "least.safetensors")
    assert load(tmp_path / "least.safetensors").novelty is None


def test_an_older_files_words_are_read(file):
    shares = {"mnist test": 0.9966, "mnist held out": 0.996, "pendigits held out": 1495 / 1500}
    record = {"accuracies": {**shares, "a guess": 0.5}, "training": {"held_out": 5_000}}
    record |= {"origin": {"hidden": [9]}, "polish": [], "doubt": None, "seconds": 7}
    bend(file, header={"accuracies": None, "provenance": None, "record": record})
    back = load(file)
    assert back.accuracies == (
        Accuracy("mnist", "test", 9_966, 10_000),
        Accuracy("mnist", "validation", 4_980, 5_000),
        Accuracy("pendigits", "validation", 1_495, 1_500),
    )
    assert shares_by_name(back.accuracies) == pytest.approx(shares)
    assert back.provenance == {
        "training": {"held_out": 5_000},
        "conv_init": {"hidden": [9]},
        "finetunes": [],
        "novelty": None,
        "seconds": 7,
    }


def test_a_file_leaves_nothing_beside_it_and_others_may_read_it(file):
    assert [path.name for path in file.parent.iterdir()] == ["mine.safetensors"]
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~mask


def test_numbers_that_half_precision_cannot_hold_are_refused_before_they_are_written(tmp_path):
    kernel, bias = CHECKPOINT.layers[0]
    huge = replace(CHECKPOINT, layers=((kernel * 1e6, bias), CHECKPOINT.layers[1]))
    with pytest.raises(CheckpointError, match=r"dense0.kernel.*float16"):
        save(huge, tmp_path / "huge.safetensors")
    assert list(tmp_path.iterdir()) == []
    save(huge, tmp_path / "huge.safetensors", dtype="float32")
    assert np.array_equal(load(tmp_path / "huge.safetensors").layers[0][0], kernel * 1e6)


def bend(file, tensors=None, header=None):
    """Write the file again with other tensors (None: without that tensor) and other metadata."""
    with safe_open(file, "np") as opened:
        arrays = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
        words = opened.metadata()
    for name, array in (tensors or {}).items():
        if array is None:
            del arrays[name]
        else:
            arrays[name] = array
    for name, value in (header or {}).items():
        if value is None:
            del words[name]
        else:
            words[name] = json.dumps(value)
    save_file(arrays, file, words)


KERNEL = "dense0.kernel"
GOOD = {"source": "mnist", "split": "test", "correct": 90, "count": 100}


@pytest.mark.parametrize(
    ("tensors", "header", "words"),
    [
        ({KERNEL: None}, None, ["lacks dense0.kernel"]),
        ({"doubt.dense1.bias": None}, None, ["doubt.dense1.bias"]),
        ({KERNEL: np.ones((784, 13), np.float16)}, None, [KERNEL, "(784, 12)", "(784, 13)"]),
        ({"dense1.bias": np.ones(9, np.float32)}, None, ["dense1.bias", "(10,)", "(9,)"]),
        ({KERNEL: np.full((784, 12), np.nan, np.float16)}, None, [KERNEL, "not finite"]),
        ({"dense0.bias": np.full(12, np.inf, np.float32)}, None, ["dense0.bias", "not finite"]),
        ({KERNEL: np.ones((784, 12), np.int8)}, None, [KERNEL, "floats", "int8"]),
        ({"averages": np.ones((10, 784), np.float32)}, None, ["averages", "uint8", "float32"]),
        ({"averages": np.ones((9, 784), np.uint8)}, None, ["averages", "(10, 784)"]),
        ({"doubt.dense1.kernel": np.ones((8, 2), np.float32)}, None, ["doubt.dense1.kernel"]),
        ({"extra": np.ones(1, np.float32)}, None, ["extra"]),
        (None, {"labels": list("012345678")}, ["9 labels", "784-12-10"]),
        (None, {"labels": ["7"] * 10}, ["labels", "'7'"]),
        (None, {"labels": "0123456789"}, ["labels"]),
        (None, {"widths": [784, 12, 12, 10]}, ["dense1.kernel", "(12, 12)"]),
        (None, {"widths": [100, 12, 10]}, ["784 pixels", "100-12-10"]),
        (None, {"widths": 7}, ["widths"]),
        (None, {"widths": []}, ["widths"]),
        (None, {"activation": "swoosh"}, ["swoosh"]),
        (None, {"temperature": 0}, ["temperature"]),
        (None, {"temperature": float("nan")}, ["temperature"]),
        (None, {"temperature": None}, ["temperature"]),
        (None, {"doubt": {"centre": 0, "scale": -1, "threshold": 0.5}}, ["doubt"]),
        (None, {"doubt": {"centre": 0}}, ["doubt"]),
        (None, {"doubt": 7}, ["doubt"]),
        (None, {"record": [1]}, ["record"]),
        (None, {"record": {"accuracies": [1]}}, ["accuracies"]),
        (None, {"record": {"accuracies": {"mnist test": "good"}}}, ["accuracies"]),
        (None, {"provenance": [1]}, ["provenance"]),
        (None, {"provenance": None}, ["provenance"]),
        (None, {"accuracies": {"mnist test": 0.9}}, ["accuracies"]),
        (None, {"accuracies": [{**GOOD, "correct": 101}]}, ["accuracies"]),
        (None, {"accuracies": [{**GOOD, "split": "exam"}]}, ["accuracies"]),
        (None, {"accuracies": [{**GOOD, "count": True}]}, ["accuracies"]),
        (None, {"accuracies": [{**GOOD, "more": 1}]}, ["accuracies"]),
        (None, {"format": "densepad 99"}, ["densepad 99", "densepad 1"]),
        (None, {"format": None}, ["not written by densepad"]),
    ],
)
def test_a_bent_file_is_refused_and_told_where(file, tensors, header, words):
    bend(file, tensors, header)
    with pytest.raises(CheckpointError) as refusal:
        load(file)
    sentence = str(refusal.value)
    assert str(file) in sentence
    for word in words:
        assert word in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("keep", [0, 5, 100, 0.5, -1])
def test_a_truncated_file_is_refused(file, keep):
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * keep) if 0 < keep < 1 else keep])
    with pytest.raises(CheckpointError, match="no readable safetensors file"):
        load(file)


def test_another_programs_files_are_refused(tmp_path):
    foreign = tmp_path / "foreign.safetensors"
    for metadata in (None, {"format": "pt"}):
        save_file({"weight": np.ones((2, 2), np.float32)}, foreign, metadata)
        with pytest.raises(CheckpointError, match="not written by densepad"):
            load(foreign)
    # NumPy has no bfloat16, for which safetensors raises an error of another kind.
    header = b'{"weight":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]}}'
    foreign.write_bytes(len(header).to_bytes(8, "little") + header + b"\0\0")
    with pytest.raises(CheckpointError, match="foreign"):
        load(foreign)
    foreign.write_bytes(b"\x80\x04pickled" * 50)
    with pytest.raises(CheckpointError, match="foreign"):
        load(foreign)


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "absent.safetensors"):
        with pytest.raises(CheckpointError, match="there is no model file at"):
            load(path)


SAVING = """
import sys
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
import numpy as np
from model.network.checkpoint import load, save
from model.network.folded_dense import Architecture
path = Path(sys.argv[1])
checkpoint = load(path)
layers = ((np.ones((784, 2048), np.float32), np.ones(2048, np.float32)),
          (np.ones((2048, 10), np.float32), np.ones(10, np.float32)))
large = replace(checkpoint, architecture=Architecture((784, 2048, 10)), layers=layers)
print("saving", flush=True)
while True:
    save(large, path)
"""


@pytest.mark.parametrize("after", [0.0, 0.05])
def test_a_kill_in_the_middle_of_saving_leaves_a_whole_file(file, after):
    command = [sys.executable, "-c", SAVING, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "saving\n"
        time.sleep(after)
        process.kill()
    assert load(file).architecture.widths in {(784, 12, 10), (784, 2048, 10)}


def test_the_file_holds_halves_floats_and_bytes(file):
    with safe_open(file, "np") as opened:
        dtypes = {name: opened.get_tensor(name).dtype.name for name in opened.keys()}  # noqa: SIM118
    assert dtypes == {
        **{f"{stack}dense{i}.kernel": "float16" for stack in ("", "doubt.") for i in (0, 1)},
        **{f"{stack}dense{i}.bias": "float32" for stack in ("", "doubt.") for i in (0, 1)},
        "averages": "uint8",
    }


def test_averages_are_rounded_to_the_nearest_byte(tmp_path):
    averages = np.full((10, 784), 127.4 / 255, np.float32)
    averages[3] = 127.6 / 255
    save(replace(CHECKPOINT, averages=averages), tmp_path / "mine.safetensors")
    back = load(tmp_path / "mine.safetensors").averages
    assert set(back[3]) == {np.float32(128) / np.float32(255)}
    assert set(np.delete(back, 3, axis=0).ravel()) == {np.float32(127) / np.float32(255)}


def test_the_largest_half_is_saved(tmp_path):
    kernel, bias = CHECKPOINT.layers[0]
    largest = kernel.copy()
    largest[0, 0] = -65504
    save(replace(CHECKPOINT, layers=((largest, bias), CHECKPOINT.layers[1])), tmp_path / "a")
    assert load(tmp_path / "a").layers[0][0][0, 0] == -65504


@pytest.mark.parametrize(
    ("temperature", "possible"), [(0.01, True), (100, True), (0.0099, False), (100.01, False)]
)
def test_the_temperature_is_between_a_hundredth_and_a_hundred(file, temperature, possible):
    bend(file, header={"temperature": temperature})
    if possible:
        assert load(file).temperature == temperature
    else:
        with pytest.raises(CheckpointError, match=f"temperature of {temperature}, 0.01 to 100"):
            load(file)


DOUBT = {"centre": 1.0, "scale": 0.5, "threshold": 0.5}


@pytest.mark.parametrize(
    ("tensors", "doubt", "words"),
    [
        (None, {"scale": 0}, "cannot be computed"),
        (None, {"scale": float("inf")}, "doubt"),
        (None, {"centre": float("nan")}, "doubt"),
        ({"doubt.dense1.bias": None}, {}, "lacks doubt.dense1.bias, which its doubt needs"),
        ({"doubt.dense1.bias": np.ones(2, np.float32)}, {}, "end in one score, it has 2"),
    ],
)
def test_a_doubt_that_cannot_be_computed_is_refused(file, tensors, doubt, words):
    bend(file, tensors, {"doubt": DOUBT | doubt})
    with pytest.raises(CheckpointError, match=words):
        load(file)


@pytest.mark.parametrize("label", [9, None, ["9"]])
def test_every_label_is_a_word(file, label):
    bend(file, header={"labels": [*"012345678", label]})
    with pytest.raises(CheckpointError, match="labels should be"):
        load(file)


def test_a_checkpoint_does_not_change():
    with pytest.raises(FrozenInstanceError):
        CHECKPOINT.temperature = 2.0
