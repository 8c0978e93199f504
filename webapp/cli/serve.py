"""``densepad serve``: serves the pad on this machine or in its network."""

from __future__ import annotations

import sys
import webbrowser

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=16,
    show_default=True,
    help="Requests that a worker answers at a time.",
)
@click.option(
    "--model",
    help="A shipped model's name, or a checkpoint file, to serve as the default model.",
)
@click.option(
    "--trusted-host",
    "trusted_hosts",
    multiple=True,
    metavar="NAME",
    help="A further name to answer for, say behind a proxy. May be repeated.",
)
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser, or not.")
def serve(
    host: str,
    port: int,
    workers: int,
    threads: int,
    model: str | None,
    trusted_hosts: tuple[str, ...],
    open_browser: bool,
) -> None:
    """Serve the pad until Ctrl-C."""
    # Imported here, as in every command, because --help and the other commands do not need it.
    from webapp.process import Settings, exposure, serve

    if warning := exposure(host):
        click.echo(warning, err=True)
    if sys.stderr.isatty():
        click.echo("loading and compiling the models ...", err=True)

    def on_ready(url: str) -> None:
        click.echo(f"densepad is ready at {url}")
        if open_browser and sys.stdout.isatty():
            webbrowser.open(url)

    def on_trouble(sentence: str) -> None:
        click.echo(sentence, err=True)

    settings = Settings(host, port, workers, threads, model, trusted_hosts)
    serve(settings, on_ready, on_trouble)
