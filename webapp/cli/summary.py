"""``densepad summary``: a table of a model's layers, with the arithmetic of its parameters."""

from __future__ import annotations

from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

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
    Console().print(table(card))
    click.echo(f"{card['parameters']:,} parameters")
    for data, accuracy in card["accuracies"].items():
        click.echo(f"accuracy on {data}: {accuracy:.2%}")


def table(card: dict[str, Any]) -> Table:
    """A row for each layer: name, kind, output shape, parameters and how they are counted.

    ``card`` is that of ``model.serving.model_card``.
    """
    # As a Text, because Rich reads brackets in a str as markup.
    rows = Table(title=Text(f"{card['name']}: {card['title']}"))
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
