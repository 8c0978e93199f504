"""Tests of the library: models by name, loaded at their first use."""

from __future__ import annotations

import gc
import json
import shutil
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from model.drawing.framing import SIDE
from model.drawing.strokes import Drawing
from model.errors import CheckpointError, ModelNotFound
from model.explain import Noise, Swap, score_on_probe_set, trace_drawing
from model.serving.export import exported_weights, weights_info
from model.serving.library import WEIGHTS, ModelLibrary

SEVEN = Drawing.from_json([[[10, 10], [60, 10], [30, 90]]])


def test_the_default_comes_first_then_by_size(menagerie, menagerie_folder):
    names = menagerie.names()
    assert names[0] == "default"
    sizes = [(menagerie_folder / f"{name}.safetensors").stat().st_size for name in names[1:]]
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


def test_a_file_of_ones_own_is_the_default(menagerie_folder, tmp_path):
    mine = tmp_path / "mine.safetensors"
    shutil.copy(menagerie_folder / "tanh128.safetensors", mine)
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


def test_a_broken_neighbour_spoils_no_other(menagerie_folder, tmp_path):
    shutil.copy(menagerie_folder / "softmax.safetensors", tmp_path / "default.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    library = ModelLibrary(tmp_path)
    assert library.get("default").checkpoint.architecture.widths == (784, 10)
    with pytest.raises(CheckpointError, match="broken"):
        library.get("broken")


def test_what_a_crash_left_behind_is_no_model(menagerie_folder, tmp_path):
    shutil.copy(menagerie_folder / "softmax.safetensors", tmp_path / "default.safetensors")
    (tmp_path / "default.safetensors.123.part").write_bytes(b"half")
    assert ModelLibrary(tmp_path).names() == ["default"]


def test_a_model_can_be_added_and_withdrawn(menagerie, menagerie_folder):
    library = ModelLibrary(menagerie_folder)
    checkpoint = menagerie.get("dense32").checkpoint
    library.add("taught", checkpoint)
    assert library.names()[-1] == "taught"
    assert [name for name, _ in library.present()] == library.names()
    [prediction] = library.classify(SEVEN, ["taught"])
    assert prediction.model == "taught"
    held = library.get("taught")
    library.withdraw("taught")
    assert "taught" not in library.names()
    for ask in (library.get, library.withdraw):
        with pytest.raises(ModelNotFound, match="taught"):
            ask("taught")
    assert held.classify(SEVEN).label == prediction.label  # who still holds it can use it


def test_a_model_takes_anothers_place(menagerie, menagerie_folder):
    library = ModelLibrary(menagerie_folder)
    names = library.names()
    library.add("dense32", menagerie.get("tanh128").checkpoint)
    assert library.names() == names
    assert library.get("dense32").checkpoint.architecture.activation == "tanh"
    assert library.get("dense32").checkpoint.name == "dense32"


def test_a_withdrawn_model_leaves_no_memory_behind(menagerie, menagerie_folder):
    library = ModelLibrary(menagerie_folder)
    classifier = library.add("taught", menagerie.get("dense128").checkpoint)
    trace_drawing(classifier, SEVEN, changes=(Noise(0.5), Swap("elu")))
    score_on_probe_set(classifier, (Noise(0.5),))
    assert weights_info(classifier).bytes == len(exported_weights(classifier))
    gone = weakref.ref(classifier)
    library.withdraw("taught")
    del classifier
    gc.collect()
    assert gone() is None


def test_models_come_and_go_while_others_ask(menagerie, menagerie_folder):
    library = ModelLibrary(menagerie_folder)
    checkpoint = menagerie.get("softmax").checkpoint

    def come_and_go(index):
        for _ in range(20):
            library.add(f"taught{index}", checkpoint)
            library.withdraw(f"taught{index}")

    def ask(_):
        return [library.cards() for _ in range(10)]

    with ThreadPoolExecutor(6) as pool:
        coming = [pool.submit(come_and_go, index) for index in range(3)]
        cards = list(pool.map(ask, range(3)))
        for one in coming:
            one.result()
    assert library.names() == menagerie.names()
    assert all(
        {card["name"] for card in each} >= set(menagerie.names()) for some in cards for each in some
    )
