"""The command line: which verbs there are, and the entry point.

A verb's module is imported when the verb is called, so that starting costs nothing for the others.
"""

import importlib
import sys
from typing import Any, Final

import click

from gotrdns import __version__

# Each is a module of this room with a command of the same name.
_VERBS: Final = ("check", "serve", "demo")

# What a shell reports of a program that SIGINT ended: 128 and the signal's number.
_INTERRUPTED: Final = 130


class _Verbs(click.Group):
    """The verbs, each imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _VERBS:
            return None
        command = getattr(importlib.import_module(f"gotrdns.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            # A terminal has just shown ^C where the message would begin.
            start = "\n" if sys.stderr.isatty() else ""
            click.echo(f"{start}gotrdns: interrupted", err=True)
            ctx.exit(_INTERRUPTED)


@click.command(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gotrdns", message="%(prog)s %(version)s")
def main() -> None:
    """Reverse DNS for mail: check a client, say what is wrong and who can mend it."""
