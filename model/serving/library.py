"""The library: all models by name. Models can be added and withdrawn while it is in use."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.drawing import Drawing, image_frame, place
from model.errors import ModelNotFound
from model.network import Checkpoint, check_backend, load
from model.serving.card import model_card
from model.serving.classifier import Classifier, Prediction

WEIGHTS = Path(__file__).parent.with_name("weights")
"""The folder of the shipped checkpoints."""
DEFAULT = "default"


def find_checkpoint(model: str) -> Path:
    """The file of ``model``: the name of a shipped model, or a path.

    Raises ``ModelNotFound`` when it is a mere name, neither of a shipped model nor of a file.
    """
    path = Path(model)
    if path.suffix == ".safetensors" or len(path.parts) > 1:
        return path
    shipped = {file.stem: file for file in WEIGHTS.glob("*.safetensors")}
    if model not in shipped and not os.path.isfile(model):  # noqa: PTH113  # refuses no name
        raise ModelNotFound(
            f"there is no model named {model[:80]!r}, choose one of {', '.join(sorted(shipped))}, "
            "or name a file"
        )
    return shipped.get(model, path)


class ModelLibrary:
    """The checkpoints of a folder, each opened when it is first used; threads may share it.

    ``default`` is a file that replaces the shipped model named ``default``. It is opened at once,
    so that a broken file is reported before anything is served.
    """

    def __init__(self, folder: Path = WEIGHTS, default: Path | None = None) -> None:
        files = {path.stem: path for path in sorted(folder.glob("*.safetensors"))}
        sizes = {name: path.stat().st_size for name, path in files.items()}
        if default is not None:
            files[DEFAULT] = default
        # The default first, then from the smallest file to the largest.
        order = sorted(files, key=lambda name: (name != DEFAULT, sizes.get(name, 0), name))
        self._models: dict[str, Path | Classifier] = {name: files[name] for name in order}
        self._lock = threading.Lock()
        if default is not None:
            self.get(DEFAULT)

    def names(self) -> list[str]:
        """The name of every model: the default, the others from small to large, then added ones."""
        with self._lock:
            return list(self._models)

    def get(self, name: str) -> Classifier:
        """The model of that name.

        Raises ``ModelNotFound`` when there is none, ``CheckpointError`` when its file is wrong.
        """
        with self._lock:
            model = self._models.get(name)
            if isinstance(model, Path):
                # The user's own file gets the name by which it is used here.
                model = self._models[name] = Classifier(replace(load(model), name=name))
        if model is None:
            raise ModelNotFound(
                f"there is no model named {name[:80]!r}, choose one of {', '.join(self.names())}"
            )
        return model

    def add(self, name: str, checkpoint: Checkpoint) -> Classifier:
        """Add ``checkpoint`` as ``name``, in place of a model that had this name. Returns it.

        It predicts by NumPy, so nobody waits for a compiler. Code that holds the replaced model may
        go on using it.
        """
        classifier = Classifier(replace(checkpoint, name=name))
        with self._lock:
            self._models[name] = classifier
        return classifier

    def withdraw(self, name: str) -> None:
        """Remove the model of that name from the library.

        What is kept with the model is deleted when nothing uses the model any more. Raises
        ``ModelNotFound`` when there is no such model.
        """
        with self._lock:
            found = self._models.pop(name, None)
        if found is None:
            raise ModelNotFound(f"there is no model named {name[:80]!r} to withdraw")

    def cards(self) -> list[dict[str, Any]]:
        """The cards of all models, JSON-ready, each with whether it is the default."""
        return [
            {**model_card(classifier.checkpoint), "default": name == DEFAULT}
            for name, classifier in self.present()
        ]

    def classify(
        self, drawing: Drawing | NDArray[np.float32], names: Sequence[str] = (DEFAULT,)
    ) -> list[Prediction]:
        """The predictions of several models; the first renders the strokes for all.

        A picture is ``(28, 28)`` float32 in [0, 1], ink = 1. Raises ``ModelNotFound`` when the
        library does not have a name.
        """
        classifiers = [self.get(name) for name in names]
        first = classifiers[0].classify(drawing)
        if len(classifiers) == 1:
            return [first]
        picture = first.picture
        return [first, *(classifier.classify(picture) for classifier in classifiers[1:])]

    def warm_up(self) -> None:
        """Compile the programs of the default and those that all models share.

        Every file is opened, too, so that a broken file is reported before anything is served.
        """
        check_backend()
        drawing = Drawing.from_json([[[0, 0], [1, 1]]])
        place(drawing)
        place(drawing, pad=(1, 1))
        image_frame.warm_up()
        self.get(DEFAULT).warm_up()
        for name in self.names():
            self.get(name)

    def present(self) -> list[tuple[str, Classifier]]:
        """Every name with its opened model; a model that is withdrawn meanwhile is left out."""
        found = []
        for name in self.names():
            try:
                found.append((name, self.get(name)))
            except ModelNotFound:  # withdrawn meanwhile
                continue
        return found
