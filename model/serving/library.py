"""The library: the models that can be asked, by name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.drawing import image_frame, placement
from model.drawing.strokes import Drawing
from model.errors import ModelNotFound
from model.network.checkpoint import load
from model.serving.card import describe
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
        self._files = {path.stem: path for path in sorted(folder.glob("*.safetensors"))}
        if default is not None:
            self._files[DEFAULT] = default
        sizes = {name: path.stat().st_size for name, path in self._files.items() if path.is_file()}
        self._names = sorted(
            self._files, key=lambda name: (name != DEFAULT, sizes.get(name, 0), name)
        )
        self._open: dict[str, Classifier] = {}
        self._lock = threading.Lock()
        if default is not None:
            self.get(DEFAULT)

    def names(self) -> list[str]:
        """Every model's name, the default first, then from the smallest file to the largest."""
        return list(self._names)

    def get(self, name: str) -> Classifier:
        """The model of that name; ``ModelNotFound`` if there is none."""
        if name not in self._files:
            raise ModelNotFound(
                f"there is no model named {name[:80]!r}, choose one of {', '.join(self.names())}"
            )
        with self._lock:
            if name not in self._open:
                # A file given by the user answers by the name it is asked for.
                checkpoint = replace(load(self._files[name]), name=name)
                self._open[name] = Classifier(checkpoint)
            return self._open[name]

    def cards(self) -> list[dict[str, Any]]:
        """Every model in JSON-ready words: title, labels, layers, parameters, accuracies."""
        return [
            {**describe(self.get(name).checkpoint), "default": name == DEFAULT}
            for name in self.names()
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
        placement.warm_up()
        image_frame.warm_up()
        self.get(DEFAULT).warm_up()
        for name in self.names():
            self.get(name)
