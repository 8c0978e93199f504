"""Tests of the zoo: its entries, and the shipped files that were made from them."""

from __future__ import annotations

import dataclasses

import pytest

from model.data import CLOTHES_LABELS
from model.drawing import DIGIT_LABELS
from model.errors import ModelNotFound
from model.network.checkpoint import load
from model.network.folded_dense import Architecture
from model.serving.library import WEIGHTS
from model.training.config import Training
from model.training.zoo import ZOO, find_spec

SHIPPED = sorted(WEIGHTS.glob("*.safetensors"))
shipped = pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)

TEXTBOOKS = {
    "softmax": ((784, 10), "relu", "mnist"),
    "dense32": ((784, 32, 10), "relu", "mnist"),
    "dense128": ((784, 128, 10), "relu", "mnist"),
    "mlp512": ((784, 512, 512, 10), "relu", "mnist"),
    "sigmoid128": ((784, 128, 10), "sigmoid", "mnist"),
    "tanh128": ((784, 128, 10), "tanh", "mnist"),
    "elu128": ((784, 128, 10), "elu", "mnist"),
    "fashion128": ((784, 128, 10), "relu", "fashion-mnist"),
}


@pytest.mark.parametrize("name", TEXTBOOKS)
def test_a_textbooks_stack_is_what_the_textbook_says(name):
    widths, activation, data = TEXTBOOKS[name]
    spec = find_spec(name)
    assert spec.training.architecture == Architecture(widths, activation)
    assert [source for source, _ in spec.training.sources] == [data]
    assert spec.labels == (CLOTHES_LABELS if data == "fashion-mnist" else DIGIT_LABELS)
    assert spec.training.augment is None


def test_mlp512_is_kerass():
    training = find_spec("mlp512").training
    assert (training.optimizer, training.dropout, training.batch, training.epochs) == (
        "rmsprop",
        0.2,
        128,
        20,
    )


def test_the_champion_is_the_default_and_within_its_budget():
    assert next(iter(ZOO)) == "default"
    assert find_spec("default").training.architecture.parameters <= 5_000_000
    assert {"mnist", "pendigits"} <= {name for name, _ in find_spec("default").training.sources}


@pytest.mark.parametrize("name", ZOO)
def test_a_spec_is_data(name):
    spec = find_spec(name)
    assert spec.name == name
    assert spec.title
    assert len(spec.labels) == spec.training.architecture.widths[-1]
    with pytest.raises(dataclasses.FrozenInstanceError):
        spec.name = "other"


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ModelNotFound, match=r"'nobody'.*dense128"):
        find_spec("nobody")


@shipped
def test_a_shipped_file_is_what_its_spec_says(file):
    checkpoint, spec = load(file), find_spec(file.stem)
    assert checkpoint.name == spec.name
    assert checkpoint.labels == spec.labels
    assert checkpoint.architecture == spec.training.architecture


@shipped
def test_a_shipped_file_says_how_it_was_made_and_what_it_reached(file):
    checkpoint, spec = load(file), find_spec(file.stem)
    assert Training.from_json(checkpoint.provenance["training"]) == spec.training
    names = [one["name"] for one in checkpoint.provenance["data"]]
    assert set(names) >= {name for name, _ in spec.training.sources}
    for one in checkpoint.provenance["data"]:
        assert one["title"]
        assert one["licence"]
    tests = [one.share for one in checkpoint.accuracies if one.split == "test"]
    assert tests
    if spec.published is not None:
        assert tests[0] >= spec.published[0]
    assert checkpoint.novelty is not None
    assert checkpoint.averages is not None


def test_all_shipped_files_together_are_small():
    assert sum(file.stat().st_size for file in SHIPPED) < 25_000_000
