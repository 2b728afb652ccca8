"""Which verbs there are, and how errors that no verb handles are said.

A verb's module is imported when the verb is called, so that starting costs nothing for the others.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import click

from gotrdns import __version__
from gotrdns.cli.output import complain, silence

# Each is a module of this room with a command of the same name.
_VERBS: Final = (
    "check",
    "explain",
    "why",
    "allow",
    "classify",
    "decide",
    "serve",
    "web",
    "status",
    "doctor",
    "logs",
    "demo",
)

_WHOLE: Final = 200  # characters, more than any verb's first sentence has
_INTERRUPTED: Final = 130  # as in the entry point
_CANNOT_WRITE: Final = 2


class _Verbs(click.Group):
    """The verbs, each imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _VERBS:
            return None
        command = getattr(importlib.import_module(f"gotrdns.cli.{cmd_name}"), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            # Whole sentences, which click would cut off at the edge.
            formatter.write_dl(
                [(name, each.get_short_help_str(limit=_WHOLE)) for name, each in commands if each]
            )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args and not ctx.resilient_parsing:  # nor while a shell completes
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            complain("interrupted")
            ctx.exit(_INTERRUPTED)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        def run() -> Any:
            return super(_Verbs, self).main(
                args, prog_name, complete_var, standalone_mode=False, **extra
            )

        if not standalone_mode:
            return run()
        sys.exit(_status_of(run))


def _status_of(run: Callable[[], Any]) -> int:
    """Run a verb, and say in one line what is wrong if something is; returns the exit status."""
    try:
        return run() or 0
    except click.UsageError as error:
        complain(_explain(error))
        return error.exit_code
    except click.ClickException as error:
        complain(error.format_message())
        return error.exit_code
    except OSError as error:
        # Most likely the help or the version, which click writes itself.
        silence(sys.stdout)
        complain(str(error))
        return _CANNOT_WRITE


def _explain(error: click.UsageError) -> str:
    """One line for a wrong command line, without the usage, which ``--help`` has."""
    is_missing = isinstance(error, click.MissingParameter)
    if isinstance(error, click.BadParameter) and error.param is not None and not is_missing:
        return f"{error.param.opts[0]}: {error.message.rstrip('.')}"
    message = " ".join(error.format_message().rstrip(".").split())
    hint = f" (see {error.ctx.command_path} --help)" if error.ctx else ""
    return f"{message[:1].lower()}{message[1:]}{hint}"


@click.command(
    cls=_Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Examples:
  gotrdns demo
  gotrdns check 85.105.64.87
  gotrdns explain --letter --name mail.example.org 85.105.64.87
  gotrdns serve --check-settings

\b
Exit status: each command's own, see gotrdns COMMAND --help
""",
)
@click.version_option(__version__, prog_name="gotrdns", message="%(prog)s %(version)s")
def program() -> None:
    """Reverse DNS for mail: check a client, say what is wrong and who can mend it.

    Begin with "gotrdns demo", which needs neither Internet nor settings. "check" and "explain" are
    for any host; "serve" is the daemon that mail servers ask, and reads gotrdns.toml.
    """
