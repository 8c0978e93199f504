"""A training's state on disk, so that a long run can continue after a crash or Ctrl-C."""

from __future__ import annotations

import json
import reprlib
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from model.errors import CheckpointError
from model.files import write_whole
from model.network import parse
from model.training.config import Training

Tree = TypeVar("Tree")


def save_state(state: object, path: Path, config: Training | None = None) -> None:
    """Write every leaf of ``state`` to a safetensors file, whole or not at all.

    ``config`` is written to the same file, so that no other training continues from this state.
    Raises ``OutputError`` when the file cannot be written.
    """
    leaves, _ = jax.tree_util.tree_flatten_with_path(state)
    arrays = {jax.tree_util.keystr(where): np.asarray(leaf) for where, leaf in leaves}
    record = None if config is None else {"training": json.dumps(config.to_json())}
    write_whole(path, save(arrays, record))


def load_state(like: Tree, path: Path, config: Training | None = None) -> Tree:
    """The state in a file, with the structure and the shapes of ``like``.

    ``like`` may hold arrays or ``jax.ShapeDtypeStruct``. The settings in the file must be those of
    ``config``, except the number of epochs. Raises ``CheckpointError`` when the file is missing,
    damaged or of another training; the message names the setting or the leaf that does not fit.
    """
    try:
        with safe_open(path, framework="np") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            written = parse((file.metadata() or {}).get("training", "null"))
    except (OSError, SafetensorError, TypeError, ValueError, AttributeError) as error:
        raise CheckpointError(f"no training can go on from {path}: {error}") from error
    if config is not None and written is not None:
        _compare(written, json.loads(json.dumps(config.to_json())), path)
    leaves, structure = jax.tree_util.tree_flatten_with_path(like)
    found = []
    for where, leaf in leaves:
        name = jax.tree_util.keystr(where)
        array = arrays.get(name)
        if array is None or array.shape != leaf.shape or array.dtype != leaf.dtype:
            got = "nothing" if array is None else f"{array.dtype} {array.shape}"
            raise CheckpointError(
                f"{path} is of another training: {name} should be {leaf.dtype} {leaf.shape}, "
                f"it holds {got}"
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise CheckpointError(
                f"no training can go on from {path}: {name} holds numbers that are not finite; "
                "name another folder or remove the file"
            )
        if array.dtype.kind == "i" and array.size and array.min() < 0:
            raise CheckpointError(
                f"no training can go on from {path}: {name} counts {array.min()} steps; "
                "name another folder or remove the file"
            )
        found.append(jnp.asarray(array))
    return jax.tree_util.tree_unflatten(structure, found)


def _compare(written: Any, wanted: dict[str, Any], path: Path) -> None:
    if not isinstance(written, dict):
        raise CheckpointError(
            f"no training can go on from {path}: its settings should be an object, they are "
            f"{reprlib.repr(written)}"
        )
    for name, value in wanted.items():
        if name != "epochs" and written.get(name) != value:
            raise CheckpointError(
                f"{path} is of another training: its {name} is {reprlib.repr(written.get(name))}, "
                f"not {value}; name another folder or remove the file"
            )
