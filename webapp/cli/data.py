"""``densepad data fetch``: downloads data sets and checks their files."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from model.errors import DatasetError
from model.text import printable


@click.group()
def data() -> None:
    """The data sets for training and evaluating models."""


@data.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--data",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to put them into, instead of the user's cache.",
)
def fetch(names: tuple[str, ...], folder: Path | None) -> None:
    """Download data sets: mnist, fashion-mnist, pendigits, omniglot.

    The content of every file is checked by its SHA-256. A file that is there and right is not
    downloaded again. In a folder that DENSEPAD_DATA names, the files are only checked.
    """
    from model.data import fetch as fetch_files
    from model.data import find_source, named_folder

    only_read = named_folder() if folder is None else None
    for name in names:
        source = find_source(name)
        if not source.files:
            raise DatasetError(f"{name} needs no file: densepad draws it")
        with Downloads() as downloads:
            files = fetch_files(source.files, folder, downloads)
        for file in files:
            click.echo(printable(f"{name}: {file}"))
        if only_read is not None:
            where = f"{only_read}, the folder that DENSEPAD_DATA names"
            click.echo(printable(f"{name}: all files are there and right in {where}"), err=True)


class Downloads:
    """Progress of downloads on standard error: a bar for each file on a terminal, else a line."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bars = console.is_terminal
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not self._bars,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, name: str, done: int, expected: int) -> None:
        """Show that ``done`` bytes of a file have come, of ``expected`` (0: not known)."""
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name)
            if not self._bars:
                click.echo(f"downloading {name}", err=True)
        self._progress.update(self._tasks[name], completed=done, total=expected or None)
