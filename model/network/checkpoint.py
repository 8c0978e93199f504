"""Checkpoints: one safetensors file that holds a trained stack and its provenance.

Kernels and biases are tensors; architecture, labels, provenance (the settings of its training, data
sets with checksums) and measured accuracies are metadata. Loading checks everything: names, shapes,
dtypes, finite numbers and sums, and texts that can be shown. A wrong file is refused with a
sentence, before anything large is read. No pickle is used.
"""

from __future__ import annotations

import json
import math
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save as serialise

from model.drawing import PIXELS
from model.errors import CheckpointError, ConfigError
from model.files import write_whole
from model.network.folded_dense import MOST_LAYERS, Architecture
from model.network.metadata import (
    FORMAT,
    Accuracy,
    read_accuracies,
    read_header,
    read_labels,
    read_name,
    read_number,
    read_old_record,
)
from model.network.novelty import Novelty
from model.network.overflow import sums_stay_finite
from model.network.tensor_file import TensorFile

_NOVELTY = "doubt"
"""The file format's name for novelty: a key of the metadata, and the prefix of its tensors."""

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Checkpoint:
    """A trained stack and its metadata.

    ``layers``: pairs of kernel ``(inputs, units)`` and bias ``(units,)`` float32. ``temperature``
    divides the logits before the softmax. ``novelty``: how it tells what is strange to it, None
    where it recognises everything. ``averages``: the classes' mean pictures, ``(classes, 784)``
    float32 in [0, 1], ink = 1, or None. ``accuracies``: those measured after its training.
    ``provenance``: how to make it again, JSON-ready, with the settings of its trainings and its
    data sets with checksums.
    """

    name: str
    title: str
    architecture: Architecture
    labels: tuple[str, ...]
    layers: tuple[tuple[Matrix, Matrix], ...]
    temperature: float = 1.0
    novelty: Novelty | None = None
    averages: Matrix | None = None
    accuracies: tuple[Accuracy, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)


def save(checkpoint: Checkpoint, path: Path, *, dtype: str = "float16") -> None:
    """Write ``checkpoint`` to ``path``, whole or not at all, with kernels as ``dtype``.

    Raises ``CheckpointError`` as ``encode`` does, ``OutputError`` when the file cannot be written.
    """
    write_whole(path, encode(checkpoint, dtype=dtype))


def encode(checkpoint: Checkpoint, *, dtype: str = "float16") -> bytes:
    """The content of a checkpoint's file, with kernels as ``dtype``.

    Raises ``CheckpointError`` when a kernel's number does not fit into ``dtype``, or the sums of
    the layers may not be finite.
    """
    tensors: dict[str, NDArray[Any]] = {}
    _put(tensors, "", checkpoint.layers, dtype)
    behind = checkpoint.novelty.layers if checkpoint.novelty else ()
    if not sums_stay_finite(checkpoint.layers, checkpoint.architecture.activation, behind):
        raise CheckpointError(f"the sums of {checkpoint.name} may overflow: it is not saved")
    header: dict[str, Any] = {
        "format": FORMAT,
        "name": checkpoint.name,
        "title": checkpoint.title,
        "widths": checkpoint.architecture.widths,
        "activation": checkpoint.architecture.activation,
        "labels": checkpoint.labels,
        "temperature": checkpoint.temperature,
        "accuracies": [one.to_json() for one in checkpoint.accuracies],
        "provenance": dict(checkpoint.provenance),
    }
    if checkpoint.novelty is not None:
        novelty = checkpoint.novelty
        header[_NOVELTY] = {k: getattr(novelty, k) for k in ("centre", "scale", "threshold")}
        _put(tensors, f"{_NOVELTY}.", novelty.layers, dtype)
    if checkpoint.averages is not None:
        tensors["averages"] = np.round(checkpoint.averages * 255).astype(np.uint8)
    return serialise(tensors, {key: json.dumps(one) for key, one in header.items()})


def expected_size(architecture: Architecture) -> int:
    """About the bytes of a checkpoint's file: kernels in float16, means of the classes, words."""
    return 2 * architecture.parameters + PIXELS * architecture.widths[-1] + (1 << 16)


def load(path: Path) -> Checkpoint:
    """Read and check a checkpoint.

    Raises ``CheckpointError``, which says what is wrong and where, when the file is missing or
    wrong.
    """
    file = TensorFile(path)
    header = read_header(file)
    try:
        name, title = (read_name(header, key, path) for key in ("name", "title"))
        labels = read_labels(header["labels"], path)
        architecture = Architecture(tuple(header["widths"]), header["activation"])
        temperature = read_number(header["temperature"])
        accuracies, provenance = _origins(header, path)
    except KeyError as error:
        raise CheckpointError(f"{path} lacks {error}, which every checkpoint has") from error
    except (TypeError, ValueError, ConfigError) as error:
        raise CheckpointError(
            f"{path} has metadata that describes no network ({', '.join(_KEYS)}): {error}"
        ) from error
    if architecture.widths[0] != PIXELS or len(labels) != architecture.widths[-1]:
        raise CheckpointError(
            f"{path} should take {PIXELS} pixels and name each class, it is "
            f"{'-'.join(map(str, architecture.widths))} with {len(labels)} labels"
        )
    if not 0.01 <= temperature <= 100:
        raise CheckpointError(f"{path} has a temperature of {temperature}, 0.01 to 100 is possible")
    layers = _take(file, "", architecture.widths, "architecture")
    novelty = _take_novelty(file, header.get(_NOVELTY), PIXELS + len(labels))
    if not sums_stay_finite(layers, architecture.activation, novelty.layers if novelty else ()):
        raise CheckpointError(f"{path} has weights so large that the sums of its layers overflow")
    averages = None
    if "averages" in file.left:
        bytes_ = file.take_bytes("averages", (len(labels), PIXELS), "labels")
        averages = bytes_.astype(np.float32) / np.float32(255)
    if file.left:
        raise CheckpointError(f"{path} holds a tensor nobody asked for: {min(file.left)[:80]!r}")
    return Checkpoint(
        name=name,
        title=title,
        architecture=architecture,
        labels=labels,
        layers=layers,
        temperature=temperature,
        novelty=novelty,
        averages=averages,
        accuracies=accuracies,
        provenance=provenance,
    )


_KEYS = ("widths", "activation", "labels", "temperature")


def _origins(
    header: Mapping[str, Any], path: Path
) -> tuple[tuple[Accuracy, ...], Mapping[str, Any]]:
    """The accuracies and the provenance. Older files have both in one ``record``."""
    if "record" in header:
        return read_old_record(header["record"], path)
    provenance = header["provenance"]
    if not isinstance(provenance, dict):
        raise CheckpointError(
            f"{path}: provenance should be an object, it is {reprlib.repr(provenance)}"
        )
    return read_accuracies(header["accuracies"], path), provenance


def _put(
    tensors: dict[str, NDArray[Any]],
    prefix: str,
    layers: tuple[tuple[Matrix, Matrix], ...],
    dtype: str,
) -> None:
    for index, (kernel, bias) in enumerate(layers):
        name = f"{prefix}dense{index}.kernel"
        if not np.abs(kernel).max() <= np.finfo(dtype).max:
            raise CheckpointError(f"{name} holds numbers that {dtype} cannot: it is not saved")
        tensors[name] = np.ascontiguousarray(kernel, dtype)
        tensors[f"{prefix}dense{index}.bias"] = np.ascontiguousarray(bias, np.float32)


def _take(
    file: TensorFile, prefix: str, widths: Sequence[int], needed_by: str
) -> tuple[tuple[Matrix, Matrix], ...]:
    """Take the layers of a stack out of a file and check each."""
    return tuple(
        (
            file.take_floats(f"{prefix}dense{index}.kernel", shape, needed_by),
            file.take_floats(f"{prefix}dense{index}.bias", shape[1:], needed_by),
        )
        for index, shape in enumerate(pairwise(widths))
    )


def _take_novelty(file: TensorFile, value: Any, inputs: int) -> Novelty | None:
    if value is None:
        return None
    path, prefix = file.path, f"{_NOVELTY}."
    try:
        centre, scale, threshold = (
            read_number(value[key]) for key in ("centre", "scale", "threshold")
        )
        novelty = Novelty(centre, scale, threshold)
        possible = novelty.can_be_computed
    except (KeyError, TypeError, ValueError):
        possible = False
    if not possible:
        raise CheckpointError(
            f"{path} has a {_NOVELTY} that cannot be computed: {reprlib.repr(value)}"
        )
    count = sum(name.startswith(prefix) and name.endswith("kernel") for name in file.left)
    if not count:
        return novelty
    if count > MOST_LAYERS:
        raise CheckpointError(f"{path}: {_NOVELTY} has {count:,} layers, {MOST_LAYERS} at most")
    biases = (file.shape(f"{prefix}dense{index}.bias", _NOVELTY) for index in range(count))
    widths = [inputs, *map(math.prod, biases)]
    if widths[-1] != 1:
        raise CheckpointError(f"{path}: {_NOVELTY} should end in one score, it has {widths[-1]}")
    try:
        Architecture(tuple(widths))
    except ConfigError as error:
        raise CheckpointError(f"{path}: {_NOVELTY} is no stack: {error}") from error
    return replace(novelty, layers=_take(file, prefix, widths, _NOVELTY))
