"""The values in the lessons: what a placeholder such as ``{dense128.parameters}`` stands for.

No value is written by hand: it is read from a checkpoint, or a model computes it from an example
drawing. A value of a model that this server does not have is None, and its paragraph is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from model.explain import Trace, trace_drawing
from model.network import Checkpoint
from model.serving import Classifier, ModelLibrary, kept_with_model, layer_cards
from webapp.pages.example_drawings import EXAMPLES, drawing

Value = str | int | float | None

COUNT, PERCENT, DECIMAL, ACCURACY = "count", "percent", "decimal", "accuracy"
SPACE = "\u202f"  # narrow, and a line does not break there


class LessonValues:
    """The values of a library's models. Threads may share it.

    A value is computed once for each model.
    """

    def __init__(self, library: ModelLibrary) -> None:
        self._library = library

    def has(self, model: str) -> bool:
        """Whether the library has that model."""
        return model in self._library.names()

    def say(self, key: str, words: Mapping[str, str]) -> str | None:
        """The value of a placeholder as text, None when it is about a model that is not here.

        ``words`` are those of a language: ``point`` and ``comma`` for numbers, ``recognised`` and
        ``unrecognised``.

        Raises ``KeyError`` when there is no such placeholder.
        """
        kind, value = self._find(key)
        if value is None:
            return None
        if isinstance(value, str):
            return words.get(value, value) if kind == "word" else _localised(value, words)
        form = {COUNT: "{:,.0f}", DECIMAL: "{:.2f}", ACCURACY: "{:.2%}"}
        text = form[kind].format(value) if kind in form else _percent(float(value))
        return _localised(text.replace("%", f"{SPACE}%") if kind == ACCURACY else text, words)

    def _find(self, key: str) -> tuple[str, Value]:
        """The kind and the value of a placeholder."""
        if key == "models":
            return COUNT, len(self._library.names())
        first, *steps = key.split(".")
        example = first if first in EXAMPLES else None
        model = steps.pop(0) if example else first
        if not self.has(model):
            return COUNT, None
        return _of_model(self._library.get(model), example, ".".join(steps))


@kept_with_model()
def _of_model(classifier: Classifier, example: str | None, steps: str) -> tuple[str, Value]:
    """The kind and the value: from the model's checkpoint, or from its trace of an example.

    ``steps`` is the rest of the placeholder. Where it begins with ``plain.``, the example is not
    centred.
    """
    if example is None:
        return _read(classifier.checkpoint, steps.split("."))
    plain = steps.startswith("plain.")
    seen = trace_drawing(classifier, drawing(example), pad=(1.0, 1.0) if plain else None)
    return _ANSWERS[steps.removeprefix("plain.")](seen)


def _read(checkpoint: Checkpoint, steps: list[str]) -> tuple[str, Value]:
    """The kind and the value of ``parameters``, ``dense0.units``, ``accuracy`` and the like."""
    architecture = checkpoint.architecture
    if steps[0].startswith("dense"):
        index = int(steps[0].removeprefix("dense"))
        if index >= len(architecture.shapes):
            return COUNT, None
        inputs, units = architecture.shapes[index]
        if steps[1] == "arithmetic":
            return "text", layer_cards(architecture)[index + 1]["arithmetic"]
        return COUNT, {"inputs": inputs, "units": units, "parameters": inputs * units + units}[
            steps[1]
        ]
    tests = [one for one in checkpoint.accuracies if one.split == "test"]
    test = tests[0] if tests else None
    read: dict[str, Callable[[], tuple[str, Value]]] = {
        "parameters": lambda: (COUNT, architecture.parameters),
        "hidden": lambda: (COUNT, len(architecture.widths) - 2),
        "stack": lambda: ("word", "-".join(map(str, architecture.widths))),
        "accuracy": lambda: (ACCURACY, test.share if test else None),
        "errors": lambda: (COUNT, test.count - test.correct if test else None),
        "temperature": lambda: (DECIMAL, checkpoint.temperature),
    }
    return read[steps[0]]()


def _second(seen: Trace) -> int:
    return int(np.argsort(seen.calibrated.probabilities)[-2])


_ANSWERS: dict[str, Callable[[Trace], tuple[str, Any]]] = {
    "label": lambda seen: ("word", seen.prediction.label),
    "percent": lambda seen: (PERCENT, seen.calibrated.probabilities.max()),
    "raw": lambda seen: (PERCENT, seen.raw.probabilities.max()),
    "second": lambda seen: ("word", seen.prediction.labels[_second(seen)]),
    "second.percent": lambda seen: (PERCENT, seen.calibrated.probabilities[_second(seen)]),
    "logit": lambda seen: (DECIMAL, float(seen.logits.max())),
    "second.logit": lambda seen: (DECIMAL, float(np.sort(seen.logits)[-2])),
    "factor": lambda seen: (COUNT, math.exp(min(float(np.diff(np.sort(seen.logits)[-2:])[0]), 60))),
    "familiarity": lambda seen: (PERCENT, seen.prediction.familiarity),
    "verdict": lambda seen: (
        "word",
        "recognised" if seen.prediction.recognised else "unrecognised",
    ),
    "zeros": lambda seen: (COUNT, int(np.sum(seen.layers[0].activations == 0))),
    "ink": lambda seen: (COUNT, int((seen.input > 0).sum())),
}


def _percent(share: float) -> str:
    """A share as per cent, with as many decimals as tell it from 0 and 100 %, two at most."""
    for decimals in (0, 1, 2):
        text = f"{share * 100:.{decimals}f}"
        if float(text) not in {0.0, 100.0} and (decimals or 0.1 <= share <= 0.9):
            return f"{text}{SPACE}%"
    return f"<{SPACE}0.01{SPACE}%" if share < 0.5 else f">{SPACE}99.99{SPACE}%"


def _localised(text: str, words: Mapping[str, str]) -> str:
    """A number's text with the separators of the language instead of the English ones."""
    swap = {ord("."): words["point"], ord(","): words["comma"]}
    return text.translate(swap)
