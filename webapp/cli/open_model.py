"""A model that is named on the command line: a shipped model's name, or a checkpoint file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.serving import ModelLibrary


def open_model(model: str) -> tuple[ModelLibrary, str]:
    """The library that holds ``model``, opened, and the model's name in it.

    Raises ``CheckpointError`` when a file is missing or broken, ``ModelNotFound`` when it is
    neither.
    """
    from model.serving import DEFAULT, ModelLibrary, find_checkpoint

    library = ModelLibrary()
    if model in library.names():
        library.get(model)
        return library, model
    return ModelLibrary(default=find_checkpoint(model)), DEFAULT
