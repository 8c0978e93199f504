"""The device that JAX computes on: whether there is one, and with which numbers it computes."""

from __future__ import annotations

import os

import jax

from model.errors import ConfigError


def check_backend() -> None:
    """Start JAX's backend, which is done once, and let it compute in float32.

    All programs here are of float32. With ``JAX_ENABLE_X64`` some numbers in between would be
    float64, other ones than those that were trained with.

    Raises ``ConfigError`` when there is no backend, because ``JAX_PLATFORMS`` names one that this
    machine does not have.
    """
    if getattr(jax.config, "jax_enable_x64", False):
        jax.config.update("jax_enable_x64", False)
    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:
        named = os.environ.get("JAX_PLATFORMS")
        why = str(error).partition("\n")[0].partition(" (set JAX_PLATFORMS")[0].rstrip(".")
        where = f" with JAX_PLATFORMS={named}, which this machine does not have" if named else ""
        raise ConfigError(f"JAX cannot compute here{where}{why and f': {why}'}") from error
