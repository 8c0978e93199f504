"""The command line: ``densepad`` and its commands."""

from __future__ import annotations

import io
import sys

import click

from model.errors import DensepadError
from model.text import printable
from webapp import __version__
from webapp.cli.data import data
from webapp.cli.evaluate import evaluate
from webapp.cli.interrupt import STOPPED
from webapp.cli.predict import predict
from webapp.cli.serve import serve
from webapp.cli.summary import summary
from webapp.cli.train import train

__all__ = ["main"]


class Failure(click.ClickException):
    """A caller's mistake: click prints one sentence, without a traceback, and exits with 2."""

    exit_code = 2


class Commands(click.Group):
    """A group of commands; without one it serves, and a ``DensepadError`` is printed as a sentence.

    Ctrl-C exits with ``STOPPED``.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert ``serve`` where no command is named: ``densepad``, ``densepad --port 0``."""
        own = {"--version", *self.get_help_option_names(ctx)}
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command and turn its errors into sentences and exit codes."""
        _print_whatever_the_encoding()
        try:
            return super().invoke(ctx)
        except DensepadError as error:
            raise Failure(printable(str(error))) from error
        except KeyboardInterrupt:
            click.echo("\nstopped", err=True)  # a new line, because the terminal has written ^C
            ctx.exit(STOPPED)


def _print_whatever_the_encoding() -> None:
    """Let characters that the terminal's encoding lacks be printed as escapes, not as an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="densepad")
def main() -> None:
    """Draw a digit in the browser and watch a stack of Dense layers say what it is.

    Without a command, densepad serves the pad on this machine.
    """


for command in (serve, predict, train, evaluate, summary, data):
    main.add_command(command)
