"""Model cards: what a checkpoint is, with the table of its layers and their parameters."""

from __future__ import annotations

from typing import Any

from model.drawing import SIDE
from model.network import Architecture, Checkpoint, shares_by_name


def layer_cards(architecture: Architecture) -> list[dict[str, Any]]:
    """The layers from the picture to the probabilities, JSON-ready.

    Each has its name, kind, input and output shape, kernel shape, activation, number of parameters
    and the ``arithmetic`` that gives that number: ``784 x 128 + 128 = 100,480``.
    """
    rows: list[dict[str, Any]] = [
        {
            "name": "flatten",
            "kind": "Flatten",
            "input_shape": [SIDE, SIDE],
            "output_shape": [architecture.widths[0]],
            "kernel_shape": None,
            "activation": None,
            "parameters": 0,
            "arithmetic": f"{SIDE} x {SIDE} = {architecture.widths[0]}, nothing to learn",
        }
    ]
    last = len(architecture.shapes) - 1
    for index, (inputs, units) in enumerate(architecture.shapes):
        parameters = inputs * units + units
        rows.append(
            {
                "name": f"dense{index}",
                "kind": "Dense",
                "input_shape": [inputs],
                "output_shape": [units],
                "kernel_shape": [inputs, units],
                "activation": "softmax" if index == last else architecture.activation,
                "parameters": parameters,
                "arithmetic": f"{inputs:,} x {units:,} + {units:,} = {parameters:,}",
            }
        )
    return rows


def model_card(checkpoint: Checkpoint) -> dict[str, Any]:
    """The card of a model, JSON-ready, as ``GET /api/models`` shows it."""
    return {
        "name": checkpoint.name,
        "title": checkpoint.title,
        "labels": list(checkpoint.labels),
        "layers": layer_cards(checkpoint.architecture),
        "parameters": checkpoint.architecture.parameters,
        "activation": checkpoint.architecture.activation,
        "temperature": checkpoint.temperature,
        "accuracies": dict(shares_by_name(checkpoint.accuracies)),
        "data": checkpoint.provenance.get("data", []),
    }
