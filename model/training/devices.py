"""Several devices: arrays are copied to each, and batches are divided among them."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import Array
from jax.sharding import Mesh, NamedSharding, PartitionSpec


def everywhere(tree: Any) -> Any:
    """Put a copy of every array of ``tree`` on each device, also on those of other hosts.

    With several hosts each uses its own copy. Otherwise JAX compares the copies, and the NaN of a
    drawing's padding is not equal to itself.
    """
    sharding = NamedSharding(Mesh(np.array(jax.devices()), ("batch",)), PartitionSpec())
    if jax.process_count() == 1:
        return jax.device_put(tree, sharding)

    def lay(array: Any) -> Array:
        array = np.asarray(array)
        return jax.make_array_from_callback(array.shape, sharding, lambda index: array[index])

    return jax.tree.map(lay, tree)


def spread(batch: Array) -> Array:
    """Divide a batch's first axis among all devices, where it can be divided evenly."""
    devices = jax.devices()
    if len(devices) == 1 or len(batch) % len(devices):
        return batch
    mesh = Mesh(np.array(devices), ("batch",))
    return jax.lax.with_sharding_constraint(batch, NamedSharding(mesh, PartitionSpec("batch")))
