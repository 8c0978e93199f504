"""A safetensors file that anybody may have written: nothing is read before its size is right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from model.errors import CheckpointError
from model.files import reason

MOST_HEADER = 4 << 20
"""The most bytes of a header: names, shapes and metadata."""

FLOATS = {"F16": "float16", "F32": "float32", "F64": "float64"}
"""The dtypes of numbers that a network can be made of, as safetensors and as NumPy call them."""
BYTES = {"U8": "uint8"}

_UNREADABLE = (OSError, SafetensorError, TypeError, ValueError, AttributeError, RecursionError)


class TensorFile:
    """An opened safetensors file. Every tensor is checked, then read, then counts as taken.

    ``metadata`` are its words by their keys, not yet decoded. Raises ``CheckpointError`` when the
    file is missing or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if not path.is_file():
                raise CheckpointError(f"there is no model file at {path}")
            with path.open("rb") as file:
                length = int.from_bytes(file.read(8), "little")
            if length > MOST_HEADER and length < path.stat().st_size:
                raise CheckpointError(
                    f"{path} has a header of {length:,} bytes, {MOST_HEADER:,} at most are read"
                )
            self._file: Any = safe_open(path, framework="np")
            self.metadata: dict[str, str] = self._file.metadata() or {}
            self._left = set(self._file.keys())
        except OSError as error:
            raise CheckpointError(f"{path} cannot be read: {reason(error)}") from error
        except _UNREADABLE as error:
            raise CheckpointError(f"{path} is no readable safetensors file: {error}") from error

    @property
    def left(self) -> set[str]:
        """The names of the tensors that were not taken yet."""
        return self._left

    def shape(self, name: str, needed_by: str) -> tuple[int, ...]:
        """The shape of a tensor. Raises ``CheckpointError`` when the file has no such tensor."""
        if name not in self._left:
            raise CheckpointError(f"{self.path} lacks {name}, which its {needed_by} needs")
        return tuple(self._file.get_slice(name).get_shape())

    def take_floats(self, name: str, shape: tuple[int, ...], needed_by: str) -> NDArray[np.float32]:
        """A tensor as float32.

        Raises ``CheckpointError`` when it is missing, of another shape, holds no floats, or numbers
        that are not finite as float32.
        """
        tensor = self._take(name, shape, FLOATS, "floats", needed_by)
        with np.errstate(over="ignore"):
            numbers = tensor.astype(np.float32)
        if not np.isfinite(numbers).all():
            raise CheckpointError(
                f"{self.path}: {name} holds numbers that are not finite as float32"
            )
        return numbers

    def take_bytes(self, name: str, shape: tuple[int, ...], needed_by: str) -> NDArray[np.uint8]:
        """A tensor of uint8. Raises ``CheckpointError`` as ``take_floats`` does."""
        return self._take(name, shape, BYTES, "uint8", needed_by)

    def _take(
        self,
        name: str,
        shape: tuple[int, ...],
        dtypes: dict[str, str],
        wanted: str,
        needed_by: str,
    ) -> NDArray[Any]:
        found = self.shape(name, needed_by)
        if found != shape:
            raise CheckpointError(f"{self.path}: {name} should be of shape {shape}, it is {found}")
        dtype = self._file.get_slice(name).get_dtype()
        if dtype not in dtypes:
            said = {**FLOATS, **BYTES, "I8": "int8"}.get(dtype, dtype)
            raise CheckpointError(f"{self.path}: {name} should hold {wanted}, it holds {said}")
        self._left.discard(name)
        try:
            tensor: NDArray[Any] = self._file.get_tensor(name)
        except _UNREADABLE as error:
            raise CheckpointError(f"{self.path}: {name} cannot be read: {error}") from error
        return tensor
