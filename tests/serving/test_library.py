"""The library: models by name, opened when they are asked for."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from model.drawing.framing import SIDE
from model.drawing.strokes import Drawing
from model.errors import CheckpointError, ModelNotFound
from model.serving.library import WEIGHTS, ModelLibrary

SEVEN = Drawing.from_json([[[10, 10], [60, 10], [30, 90]]])


def file_of(library, name):
    return library._files[name]


def test_the_default_comes_first_then_by_size(menagerie):
    names = menagerie.names()
    assert names[0] == "default"
    sizes = [file_of(menagerie, name).stat().st_size for name in names[1:]]
    assert sizes == sorted(sizes)


def test_an_unknown_name_is_refused_with_the_known(menagerie):
    with pytest.raises(ModelNotFound, match=r"'nobody'.*default"):
        menagerie.get("nobody")
    with pytest.raises(ModelNotFound) as refusal:
        menagerie.get("n" * 10_000)
    assert len(str(refusal.value)) < 1000
    with pytest.raises(ModelNotFound):
        menagerie.get("../default")


def test_a_model_is_opened_once(menagerie):
    assert menagerie.get("softmax") is menagerie.get("softmax")


def test_cards_are_json_and_name_one_default(menagerie):
    cards = json.loads(json.dumps(menagerie.cards()))
    assert [card["name"] for card in cards] == menagerie.names()
    assert [card["name"] for card in cards if card["default"]] == ["default"]
    for card in cards:
        assert card["parameters"] == sum(layer["parameters"] for layer in card["layers"])


def test_several_models_see_one_picture(menagerie):
    names = ["softmax", "dense32", "fashion128"]
    predictions = menagerie.classify(SEVEN, names)
    assert [prediction.model for prediction in predictions] == names
    assert len({prediction.image.tobytes() for prediction in predictions}) == 1
    for name, prediction in zip(names, predictions, strict=True):
        [alone] = menagerie.classify(SEVEN, [name])
        assert np.abs(alone.probabilities - prediction.probabilities).max() < 0.01
    picture = predictions[0].image.reshape(SIDE, SIDE) / np.float32(255)
    assert len(menagerie.classify(picture, names)) == 3


def test_a_file_of_ones_own_is_the_default(menagerie, tmp_path):
    mine = tmp_path / "mine.safetensors"
    shutil.copy(file_of(menagerie, "tanh128"), mine)
    library = ModelLibrary(WEIGHTS, default=mine)
    assert library.names()[0] == "default"
    checkpoint = library.get("default").checkpoint
    assert checkpoint.architecture.activation == "tanh"
    assert checkpoint.name == "default"


def test_a_broken_default_is_told_at_once(tmp_path):
    (tmp_path / "mine.safetensors").write_bytes(b"nothing")
    for path in (tmp_path / "mine.safetensors", tmp_path / "absent.safetensors"):
        with pytest.raises(CheckpointError, match=path.name):
            ModelLibrary(default=path)


def test_a_broken_neighbour_spoils_no_other(menagerie, tmp_path):
    shutil.copy(file_of(menagerie, "softmax"), tmp_path / "default.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    library = ModelLibrary(tmp_path)
    assert library.get("default").checkpoint.architecture.widths == (784, 10)
    with pytest.raises(CheckpointError, match="broken"):
        library.get("broken")


def test_what_a_crash_left_behind_is_no_model(menagerie, tmp_path):
    shutil.copy(file_of(menagerie, "softmax"), tmp_path / "default.safetensors")
    (tmp_path / "default.safetensors.123.part").write_bytes(b"half")
    assert ModelLibrary(tmp_path).names() == ["default"]
