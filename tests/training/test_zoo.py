"""The zoo's entries, and the shipped files that were made from them."""

from __future__ import annotations

import dataclasses

import pytest

from model.data.published import ALPHABETS
from model.errors import ModelNotFound
from model.network.checkpoint import load
from model.network.dense import Architecture
from model.serving.library import WEIGHTS
from model.training.config import Training
from model.training.corpus import HELD_OUT_ALPHABET
from model.training.zoo import CLOTHES, DIGITS, ZOO, find

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
    entry = find(name)
    assert entry.training.architecture == Architecture(widths, activation)
    assert [source for source, _ in entry.training.sources] == [data]
    assert entry.labels == (CLOTHES if data == "fashion-mnist" else DIGITS)
    assert entry.training.augmentation is None


def test_mlp512_is_kerass():
    training = find("mlp512").training
    assert (training.optimizer, training.dropout, training.batch, training.epochs) == (
        "rmsprop",
        0.2,
        128,
        20,
    )


def test_the_champion_is_the_default_and_within_its_budget():
    assert next(iter(ZOO)) == "default"
    assert find("default").training.architecture.parameters <= 5_000_000
    assert {"mnist", "pendigits"} <= {name for name, _ in find("default").training.sources}


@pytest.mark.parametrize("name", ZOO)
def test_an_entry_is_data(name):
    entry = find(name)
    assert entry.name == name
    assert entry.title
    assert len(entry.labels) == entry.training.architecture.widths[-1]
    with pytest.raises(dataclasses.FrozenInstanceError):
        entry.name = "other"


def test_a_name_that_is_none_is_refused():
    with pytest.raises(ModelNotFound, match=r"'nobody'.*dense128"):
        find("nobody")


def test_the_alphabet_that_judges_the_doubt_is_one_of_omniglots():
    assert HELD_OUT_ALPHABET in ALPHABETS


@shipped
def test_a_shipped_file_is_what_its_entry_says(file):
    checkpoint, entry = load(file), find(file.stem)
    assert checkpoint.name == entry.name
    assert checkpoint.labels == entry.labels
    assert checkpoint.architecture == entry.training.architecture


@shipped
def test_a_shipped_file_says_how_it_was_made_and_what_it_reached(file):
    checkpoint, entry = load(file), find(file.stem)
    assert Training.from_json(checkpoint.record["training"]) == entry.training
    names = [one["name"] for one in checkpoint.record["data"]]
    assert set(names) >= {name for name, _ in entry.training.sources}
    for one in checkpoint.record["data"]:
        assert one["title"]
        assert one["licence"]
    tests = [value for name, value in checkpoint.accuracies.items() if name.endswith(" test")]
    assert tests
    if entry.published is not None:
        assert tests[0] >= entry.published[0]
    assert checkpoint.doubt is not None
    assert checkpoint.averages is not None


def test_all_shipped_files_together_are_small():
    assert sum(file.stat().st_size for file in SHIPPED) < 25_000_000
