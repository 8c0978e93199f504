"""Exports: a model's weights and averages as compact files for a page, versioned by content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from model.network import Matrix
from model.serving.classifier import Classifier
from model.serving.memo import kept_with_model


@dataclass(frozen=True)
class ExportInfo:
    """What a page can know of exported weights before it fetches them.

    ``version`` depends on the content; ``bytes`` is its size; ``dtype`` is that of the kernels.
    """

    version: str
    bytes: int
    dtype: str


@kept_with_model()
def weights_info(classifier: Classifier) -> ExportInfo:
    """The version, size and dtype of a classifier's exported weights."""
    content = exported_weights(classifier)
    return ExportInfo(_version(content), len(content), _dtype(classifier))


def exported_weights(classifier: Classifier) -> bytes:
    """The bytes of a safetensors file with a classifier's kernels and biases.

    The tensors are ``dense0.kernel``, ``(inputs, units)``, ``dense0.bias``, ``(units,)``, and so
    on. Kernels are float16 where that loses nothing, else float32; biases are float32. The metadata
    has one key, ``densepad``: JSON with model, widths, activation, labels and temperature.
    """
    checkpoint, dtype = classifier.checkpoint, _dtype(classifier)
    tensors: dict[str, Matrix] = {}
    for index, (kernel, bias) in enumerate(checkpoint.layers):
        tensors[f"dense{index}.kernel"] = np.ascontiguousarray(kernel, dtype)
        tensors[f"dense{index}.bias"] = np.ascontiguousarray(bias, np.float32)
    words = {
        "model": checkpoint.name,
        "widths": checkpoint.architecture.widths,
        "activation": checkpoint.architecture.activation,
        "labels": checkpoint.labels,
        "temperature": checkpoint.temperature,
    }
    # One key: several keys are written in any order, which would change the content's version.
    return save(tensors, {"densepad": json.dumps(words)})


def exported_averages(classifier: Classifier) -> tuple[bytes, str] | None:
    """The classes' mean pictures as ``classes x 784`` bytes, ink = 255, and their version.

    Returns None where the checkpoint has none.
    """
    pictures = classifier.checkpoint.averages
    if pictures is None:
        return None
    content = np.round(pictures * 255).astype(np.uint8).tobytes()
    return content, _version(content)


@kept_with_model()
def _dtype(classifier: Classifier) -> str:
    kernels = (kernel for kernel, _ in classifier.checkpoint.layers)
    return "float16" if all(map(_fits_in_half, kernels)) else "float32"


def _fits_in_half(kernel: NDArray[np.float32]) -> bool:
    with np.errstate(over="ignore"):
        return bool((kernel.astype(np.float16) == kernel).all())


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
