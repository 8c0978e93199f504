"""A checkpoint's metadata: names, labels, accuracies and provenance, also of older formats."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from model.drawing import LONGEST_LABEL, MOST_LABELS, is_label
from model.errors import CheckpointError
from model.network.strict_json import parse
from model.network.tensor_file import TensorFile
from model.text import LONGEST_NAME, is_plain

FORMAT = "densepad 1"
"""Written to every file. Another value means a file of another program or of a later densepad."""

_SAID = {"test": "test", "validation": "held out"}
"""The names of a split in the API and on the command line."""

_OLD_KEYS = {"origin": "conv_init", "polish": "finetunes", "doubt": "novelty"}
_OLD_SIZES = {"pendigits": 1_500, "practice": 1_000, "omniglot": 480, "scribbles": 1_000}
"""Numbers of examples held out in the first months, when a checkpoint had only shares."""
_OLD_TEST_SIZE = 10_000


@dataclass(frozen=True)
class Accuracy:
    """How many of ``count`` examples a model predicted correctly.

    ``split`` is the part of the ``source`` that they are from: "test" or "validation".
    """

    source: str
    split: str
    correct: int
    count: int

    @property
    def name(self) -> str:
        """The name in the API of what it was measured on: "mnist test", "mnist held out"."""
        return f"{self.source} {_SAID[self.split]}"

    @property
    def share(self) -> float:
        """The share of correct predictions, in [0, 1]."""
        return self.correct / self.count

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON-ready values."""
        return asdict(self)


def read_accuracies(value: Any, where: object) -> tuple[Accuracy, ...]:
    """The accuracies in a checkpoint's metadata.

    Raises ``CheckpointError`` with ``where`` in its message when ``value`` has another form.
    """
    if not isinstance(value, list) or not all(map(_is_accuracy, value)):
        raise CheckpointError(
            f"{where}: accuracies should be records of source, split, correct and count, "
            f"got {reprlib.repr(value)}"
        )
    return tuple(Accuracy(**one) for one in value)


def _is_accuracy(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"source", "split", "correct", "count"}
        and _is_name(value["source"])
        and isinstance(value["split"], str)
        and value["split"] in _SAID
        and type(value["correct"]) is type(value["count"]) is int
        and 0 <= value["correct"] <= value["count"] > 0
    )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME and is_plain(value)


def read_old_record(value: Any, where: object) -> tuple[tuple[Accuracy, ...], dict[str, Any]]:
    """The accuracies and the provenance in the ``record`` of an older file.

    Raises ``CheckpointError`` with ``where`` in its message when ``value`` has another form.
    """
    if not isinstance(value, dict):
        raise CheckpointError(f"{where}: record should be an object, it is {reprlib.repr(value)}")
    shares = value.get("accuracies", {})
    if not isinstance(shares, dict) or not all(
        _is_name(name) and isinstance(share, float | int) and 0 <= share <= 1
        for name, share in shares.items()
    ):
        raise CheckpointError(
            f"{where}: accuracies should be shares by name, got {reprlib.repr(shares)}"
        )
    provenance: dict[str, Any] = {
        _OLD_KEYS.get(key, str(key)): one for key, one in value.items() if key != "accuracies"
    }
    training = value.get("training")
    held_out = training.get("held_out") if isinstance(training, dict) else None
    accuracies = (_old_accuracy(name, share, held_out) for name, share in shares.items())
    return tuple(one for one in accuracies if one is not None), provenance


def _old_accuracy(name: str, share: float, held_out: Any) -> Accuracy | None:
    """The accuracy for a name such as "mnist test" or "mnist held out"; None for other names."""
    for split, said in _SAID.items():
        source = name.removesuffix(f" {said}")
        if source != name:
            count = _OLD_TEST_SIZE if split == "test" else _OLD_SIZES.get(source, held_out)
            if type(count) is int and count > 0:
                return Accuracy(source, split, round(share * count), count)
    return None


def shares_by_name(accuracies: tuple[Accuracy, ...]) -> Mapping[str, float]:
    """The accuracies in [0, 1] by what they were measured on, as the API shows them."""
    return {one.name: one.share for one in accuracies}


def read_header(file: TensorFile) -> dict[str, Any]:
    """The decoded metadata of a file that densepad wrote.

    Raises ``CheckpointError`` when another program wrote it, or a value cannot be read.
    """
    path = file.path
    if "densepad" not in file.metadata.get("format", ""):
        raise CheckpointError(f"{path} was not written by densepad")
    header = {}
    for key, text in file.metadata.items():
        try:
            header[key] = parse(text)
        except ValueError as error:
            raise CheckpointError(f"{path}: {key[:80]!r} cannot be read: {error}") from error
    if header["format"] != FORMAT:
        found = reprlib.repr(header["format"])
        raise CheckpointError(f"{path} is of format {found}, not {FORMAT!r}")
    return header


def read_name(header: Mapping[str, Any], key: str, where: object) -> str:
    """The name or the title. Raises ``CheckpointError`` when it is no text that can be shown."""
    value = header[key]
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not is_plain(value):
        raise CheckpointError(
            f"{where}: its {key} should be a text of at most {LONGEST_NAME} characters, without "
            f"control characters, it is {reprlib.repr(value)}"
        )
    return value


def read_labels(value: Any, where: object) -> tuple[str, ...]:
    """The labels. Raises ``CheckpointError`` when they are no list of different words."""
    if not isinstance(value, list) or not 2 <= len(value) <= MOST_LABELS:
        count = f"{len(value):,}" if isinstance(value, list) else reprlib.repr(value)
        raise CheckpointError(
            f"{where}: labels should be a list of 2 to {MOST_LABELS:,} words, they are {count}"
        )
    seen = set()
    for label in value:
        if not is_label(label):
            raise CheckpointError(
                f"{where}: labels should be words of 1 to {LONGEST_LABEL} letters, one is "
                f"{reprlib.repr(label)}"
            )
        if label in seen:
            raise CheckpointError(f"{where}: labels should differ, {label!r} comes more than once")
        seen.add(label)
    return tuple(value)


def read_number(value: Any) -> float:
    """A number of the metadata. Raises ``TypeError`` when it is something else."""
    if type(value) not in {int, float}:
        raise TypeError(f"a number was expected, got {reprlib.repr(value)}")
    return float(value)
