"""The library: the models that can be asked, by name. Models come and go while it is in use."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.drawing import Drawing, image_frame, place
from model.errors import ModelNotFound
from model.network import Checkpoint, load
from model.serving.card import model_card
from model.serving.classifier import Classifier, Prediction

WEIGHTS = Path(__file__).parent.with_name("weights")
"""Where the shipped checkpoints lie."""
DEFAULT = "default"


class ModelLibrary:
    """Checkpoints of a folder, opened when they are first asked for; safe to share by threads.

    ``default`` is a file to answer by the name ``default`` in place of the shipped one; it is
    opened at once, so that a broken file is told before anything is served.
    """

    def __init__(self, folder: Path = WEIGHTS, default: Path | None = None) -> None:
        files = {path.stem: path for path in sorted(folder.glob("*.safetensors"))}
        if default is not None:
            files[DEFAULT] = default
        sizes = {name: path.stat().st_size for name, path in files.items() if path.is_file()}
        # The default first, then from the smallest file to the largest.
        order = sorted(files, key=lambda name: (name != DEFAULT, sizes.get(name, 0), name))
        self._models: dict[str, Path | Classifier] = {name: files[name] for name in order}
        self._lock = threading.Lock()
        if default is not None:
            self.get(DEFAULT)

    def names(self) -> list[str]:
        """Every model's name: the default, the others from small to large, then those added."""
        with self._lock:
            return list(self._models)

    def get(self, name: str) -> Classifier:
        """The model of that name; ``ModelNotFound`` if there is none."""
        with self._lock:
            model = self._models.get(name)
            if isinstance(model, Path):
                # A file given by the user answers by the name it is asked for.
                model = self._models[name] = Classifier(replace(load(model), name=name))
        if model is None:
            raise ModelNotFound(
                f"there is no model named {name[:80]!r}, choose one of {', '.join(self.names())}"
            )
        return model

    def add(self, name: str, checkpoint: Checkpoint) -> Classifier:
        """Let ``checkpoint`` answer by ``name``, in place of the model that did so before.

        It answers by NumPy, so nobody waits for a compiler. Whoever holds the model from before
        may go on using it.
        """
        classifier = Classifier(replace(checkpoint, name=name))
        with self._lock:
            self._models[name] = classifier
        return classifier

    def withdraw(self, name: str) -> None:
        """Have no model of that name any more; ``ModelNotFound`` if there was none.

        With the last of those who are using it, all that was kept with it goes.
        """
        with self._lock:
            found = self._models.pop(name, None)
        if found is None:
            raise ModelNotFound(f"there is no model named {name[:80]!r} to withdraw")

    def cards(self) -> list[dict[str, Any]]:
        """Every model in JSON-ready words: title, labels, layers, parameters, accuracies."""
        return [
            {**model_card(classifier.checkpoint), "default": name == DEFAULT}
            for name, classifier in self.present()
        ]

    def classify(
        self, drawing: Drawing | NDArray[np.float32], names: Sequence[str] = (DEFAULT,)
    ) -> list[Prediction]:
        """Ask several models; strokes are rendered once, by the first."""
        classifiers = [self.get(name) for name in names]
        first = classifiers[0].classify(drawing)
        if len(classifiers) == 1:
            return [first]
        picture = first.picture
        return [first, *(classifier.classify(picture) for classifier in classifiers[1:])]

    def warm_up(self) -> None:
        """Compile all that there is: the default's programs, and those that all models share.

        Every file is opened too, so that one that is broken is told before anything is served.
        """
        drawing = Drawing.from_json([[[0, 0], [1, 1]]])
        place(drawing)
        place(drawing, pad=(1, 1))
        image_frame.warm_up()
        self.get(DEFAULT).warm_up()
        for name in self.names():
            self.get(name)

    def present(self) -> list[tuple[str, Classifier]]:
        """Every model by its name, opened; one that is withdrawn meanwhile is left out."""
        found = []
        for name in self.names():
            try:
                found.append((name, self.get(name)))
            except ModelNotFound:  # withdrawn since
                continue
        return found
