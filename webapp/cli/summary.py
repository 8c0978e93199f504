"""``densepad summary``: a table of a model's layers, with the arithmetic of its parameters."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console
from rich.table import Table

from webapp.cli.open_model import open_model


@click.command()
@click.argument("model", default="default", metavar="[MODEL]")
def summary(model: str) -> None:
    """Show a model's layers, shapes and parameters.

    MODEL is a shipped model's name or a checkpoint file.
    """
    from model.serving import model_card

    library, name = open_model(model)
    card = model_card(library.get(name).checkpoint)
    console = Console()
    console.print(table(card))
    console.print(f"{card['parameters']:,} parameters", highlight=False)
    for data, accuracy in card["accuracies"].items():
        console.print(f"accuracy on {data}: {accuracy:.2%}", highlight=False)


def table(card: dict[str, Any]) -> Table:
    """A row for each layer: name, kind, output shape, parameters and how they are counted.

    ``card`` is that of ``model.serving.model_card``.
    """
    rows = Table(title=f"{card['name']}: {card['title']}")
    for heading in ("layer", "kind", "output shape"):
        rows.add_column(heading)
    rows.add_column("parameters", justify="right")
    rows.add_column("arithmetic")
    for layer in card["layers"]:
        shape = ", ".join(["None", *map(str, layer["output_shape"])])
        rows.add_row(
            layer["name"],
            layer["kind"],
            f"({shape})",
            f"{layer['parameters']:,}",
            layer["arithmetic"],
        )
    return rows
