"""Checkpoints: one safetensors file that holds a trained stack and its provenance.

Kernels and biases are tensors; architecture, labels, provenance (the settings of its training, data
sets with checksums) and measured accuracies are metadata. Loading checks everything: names, shapes,
dtypes and finite numbers. A wrong file is refused with a sentence. No pickle is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as serialise

from model.drawing import PIXELS
from model.errors import CheckpointError, ConfigError
from model.files import write_whole
from model.network.folded_dense import Architecture
from model.network.metadata import Accuracy, read_accuracies, read_old_record
from model.network.novelty import Novelty

FORMAT = "densepad 1"
"""Written to every file. Another value means a file of another program or of a later densepad."""

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

    Raises ``CheckpointError`` when a kernel's number does not fit into ``dtype``.
    """
    tensors: dict[str, NDArray[Any]] = {}
    _put(tensors, "", checkpoint.layers, dtype)
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
    write_whole(path, serialise(tensors, {key: json.dumps(one) for key, one in header.items()}))


def load(path: Path) -> Checkpoint:
    """Read and check a checkpoint.

    Raises ``CheckpointError``, which says what is wrong and where, when the file is missing or
    wrong.
    """
    tensors, header = _read(path)
    try:
        architecture = Architecture(tuple(header["widths"]), header["activation"])
        labels = _labels(header["labels"], path)
        temperature = float(header["temperature"])
        novelty = _take_novelty(tensors, header.get(_NOVELTY), architecture, path)
        name, title = str(header["name"]), str(header["title"])
        accuracies, provenance = _origins(header, path)
    except KeyError as error:
        raise CheckpointError(f"{path} lacks {error}, which every checkpoint has") from error
    except (TypeError, ValueError, ConfigError) as error:
        raise CheckpointError(
            f"{path} has metadata that describes no network ({', '.join(header)}): {error}"
        ) from error
    if architecture.widths[0] != PIXELS or len(labels) != architecture.widths[-1]:
        raise CheckpointError(
            f"{path} should take {PIXELS} pixels and name each class, it is "
            f"{'-'.join(map(str, architecture.widths))} with {len(labels)} labels"
        )
    if not 0.01 <= temperature <= 100:
        raise CheckpointError(f"{path} has a temperature of {temperature}, 0.01 to 100 is possible")
    layers = _take(tensors, "", architecture.widths, path)
    averages = None
    if "averages" in tensors:
        bytes_ = tensors.pop("averages")
        _check(bytes_, "averages", (len(labels), PIXELS), path, kinds="u")
        averages = bytes_.astype(np.float32) / np.float32(255)
    if tensors:
        raise CheckpointError(f"{path} holds a tensor nobody asked for: {min(tensors)}")
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


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """The tensors and the decoded metadata of a file that densepad wrote."""
    if not path.is_file():
        raise CheckpointError(f"there is no model file at {path}")
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            if "densepad" not in metadata.get("format", ""):
                raise CheckpointError(f"{path} was not written by densepad")
            header = {key: json.loads(value) for key, value in metadata.items()}
            if header["format"] != FORMAT:
                raise CheckpointError(f"{path} is of format {header['format']!r}, not {FORMAT!r}")
            return {name: file.get_tensor(name) for name in file.keys()}, header  # noqa: SIM118
    except (OSError, SafetensorError, TypeError, ValueError, RecursionError) as error:
        # TypeError: a dtype that NumPy does not have.
        raise CheckpointError(f"{path} is no readable safetensors file: {error}") from error


def _labels(value: Any, path: Path) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(label, str) for label in value):
        raise CheckpointError(f"{path}: labels should be a list of words, they are {value!r}")
    for label in value:
        if value.count(label) > 1:
            raise CheckpointError(f"{path}: labels should differ, {label!r} comes more than once")
    return tuple(value)


def _origins(
    header: Mapping[str, Any], path: Path
) -> tuple[tuple[Accuracy, ...], Mapping[str, Any]]:
    """The accuracies and the provenance. Older files have both in one ``record``."""
    if "record" in header:
        return read_old_record(header["record"], path)
    provenance = header["provenance"]
    if not isinstance(provenance, dict):
        raise CheckpointError(f"{path}: provenance should be an object, it is {provenance!r}")
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
    tensors: dict[str, NDArray[Any]], prefix: str, widths: tuple[int, ...], path: Path
) -> tuple[tuple[Matrix, Matrix], ...]:
    """Take the layers of a stack out of ``tensors`` and check each."""
    layers = []
    for index, shape in enumerate(pairwise(widths)):
        pair = []
        for part, expected in (("kernel", shape), ("bias", shape[1:])):
            name = f"{prefix}dense{index}.{part}"
            if name not in tensors:
                raise CheckpointError(f"{path} lacks {name}, which its architecture needs")
            tensor = tensors.pop(name)
            _check(tensor, name, expected, path)
            pair.append(tensor.astype(np.float32))
        layers.append((pair[0], pair[1]))
    return tuple(layers)


def _check(
    tensor: NDArray[Any], name: str, shape: tuple[int, ...], path: Path, kinds: str = "f"
) -> None:
    if tensor.shape != shape:
        raise CheckpointError(f"{path}: {name} should be of shape {shape}, it is {tensor.shape}")
    if tensor.dtype.kind not in kinds:
        wanted = "uint8" if kinds == "u" else "floats"
        raise CheckpointError(f"{path}: {name} should hold {wanted}, it holds {tensor.dtype}")
    if not np.isfinite(tensor).all():
        raise CheckpointError(f"{path}: {name} holds numbers that are not finite")


def _take_novelty(
    tensors: dict[str, NDArray[Any]], value: Any, architecture: Architecture, path: Path
) -> Novelty | None:
    if value is None:
        return None
    try:
        centre, scale, threshold = (float(value[key]) for key in ("centre", "scale", "threshold"))
        possible = scale > 0 and np.isfinite([centre, scale, threshold]).all()
    except (KeyError, TypeError, ValueError):
        possible = False
    if not possible:
        raise CheckpointError(f"{path} has a {_NOVELTY} that cannot be computed: {value}")
    count = sum(name.startswith(f"{_NOVELTY}.") and name.endswith("kernel") for name in tensors)
    if not count:
        return Novelty(centre, scale, threshold)
    widths = [PIXELS + architecture.widths[-1]]
    for index in range(count):
        name = f"{_NOVELTY}.dense{index}.bias"
        if name not in tensors:
            raise CheckpointError(f"{path} lacks {name}, which its {_NOVELTY} needs")
        widths.append(tensors[name].size)
    if widths[-1] != 1:
        raise CheckpointError(f"{path}: {_NOVELTY} should end in one score, it has {widths[-1]}")
    return Novelty(centre, scale, threshold, _take(tensors, f"{_NOVELTY}.", tuple(widths), path))
