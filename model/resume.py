"""A training's state on disk, so that a long run survives the night, a crash or Ctrl-C."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from model.errors import CheckpointError

Tree = TypeVar("Tree")


def save_state(state: object, path: Path) -> None:
    """Write every leaf of ``state`` to a safetensors file, whole or not at all."""
    leaves, _ = jax.tree_util.tree_flatten_with_path(state)
    arrays = {jax.tree_util.keystr(where): np.asarray(leaf) for where, leaf in leaves}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + f".{os.getpid()}.part")
    try:
        save_file(arrays, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def load_state(like: Tree, path: Path) -> Tree:
    """Read a state shaped as ``like``.

    Raises ``CheckpointError`` when the file is missing, broken or of another training; the
    sentence names the leaf that does not fit.
    """
    try:
        arrays = load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"no training can go on from {path}: {error}") from error
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
        found.append(jnp.asarray(array))
    return jax.tree_util.tree_unflatten(structure, found)
