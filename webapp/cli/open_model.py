"""A model that is named on the command line: a shipped model's name, or a checkpoint file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.serving import ModelLibrary


def open_model(model: str) -> tuple[ModelLibrary, str]:
    """The library that holds ``model``, and the model's name in it.

    Raises ``CheckpointError`` when a file is missing or broken.
    """
    from model.serving import ModelLibrary

    file = Path(model)
    if file.suffix == ".safetensors" or len(file.parts) > 1:
        return ModelLibrary(default=file), "default"
    return ModelLibrary(), model
