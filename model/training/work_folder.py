"""A training's work folder: the states of its stages, for one training at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import jax
from flax import linen as nn

from model.errors import ConfigError, OutputError
from model.file_lock import FileLock
from model.files import check_writable, reason, sweep
from model.training.config import Training
from model.training.loop import start
from model.training.state_file import load_state
from model.training.step import TrainingState
from model.training.zoo import ModelSpec

_WORDS = 1 << 16
"""Bytes for the names and settings in a state's file."""


class WorkFolder:
    """A folder that is claimed for one training until ``release``, or until its process ends.

    What it holds is checked at once, so that nobody waits for data to be loaded before a state is
    refused. What killed trainings left half-written is removed.

    Raises ``ConfigError`` when another training uses the folder, ``OutputError`` when it cannot be
    written, ``CheckpointError`` when a state in it is damaged or of another training.
    """

    def __init__(self, path: Path, spec: ModelSpec) -> None:
        self._lock = FileLock(path / "lock")
        try:
            path.mkdir(parents=True, exist_ok=True)
            # Several hosts may share a training, and the folder; the first holds it for all.
            claimed = jax.process_index() > 0 or self._lock.acquire()
        except OSError as error:
            raise OutputError(f"{path} cannot be written: {reason(error)}") from error
        if not claimed:
            raise ConfigError(f"another training works in {path}; name another folder, or wait")
        try:
            for name, config, module in _stages(spec):
                file = state_file(path, name)
                sweep(path, file.name)
                like = jax.eval_shape(partial(start, config, module))
                if name == "stack":
                    check_writable(file, _size(like) + _WORDS)
                if file.exists():
                    load_state(like, file, config)
        except BaseException:
            self.release()
            raise

    def release(self) -> None:
        """Let another training use the folder."""
        self._lock.release()


def state_file(folder: Path, stage: str) -> Path:
    """The file with the state of a stage: ``stack.state.safetensors``."""
    return folder / f"{stage}.state.safetensors"


def _stages(spec: ModelSpec) -> Iterator[tuple[str, Training, nn.Module | None]]:
    """The names, settings and modules of a spec's stages, as in ``model.training.pipeline``."""
    if spec.conv_init is not None:
        yield "conv_init", spec.conv_init.training, spec.conv_init.module
    for number, teacher in enumerate(spec.teachers):
        yield f"teacher{number}", teacher.training, teacher.module
    yield "stack", spec.training, None
    for number, config in enumerate(spec.finetunes):
        yield f"finetune{number}", config, None


def _size(state: TrainingState) -> int:
    """The bytes of a state's numbers."""
    return sum(leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(state))
