"""``gotrdns status``: how the running daemon does.

Owns the verb's options and exit statuses. What it needs is imported when it runs.
"""

from pathlib import Path
from typing import Final

import click

from gotrdns.cli.options import DEFAULT_SETTINGS

_DEFAULT_SETTINGS: Final = Path(DEFAULT_SETTINGS)
_WRONG: Final = 1
_USAGE: Final = 2
_NO_ANSWER: Final = 3


@click.command(
    epilog="""\b
Examples:
  gotrdns status
  gotrdns status --json | jq .wrong
  gotrdns status --socket /run/gotrdns/control

\b
Exit status:
  0  all is well
  1  the daemon runs, and something is wrong
  2  the command line or the settings are wrong, or the results cannot be
     written
  3  no daemon answers
"""
)
@click.option(
    "--settings",
    "settings_path",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The daemon's settings, which name its socket.  [default: {_DEFAULT_SETTINGS}]",
)
@click.option(
    "--socket",
    "socket_text",
    type=click.Path(),
    metavar="PATH",
    help="The control socket itself, whatever the settings say.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def status(
    context: click.Context,
    settings_path: Path | None,
    socket_text: str | None,
    *,
    as_json: bool,
) -> None:
    """Ask the running daemon how it does.

    Says what is wrong first; then what was decided lately and since the start, where it listens,
    and how resolver, cache and store do.
    """
    if settings_path is not None and socket_text is not None:
        raise click.UsageError("--settings and --socket exclude one another")

    from gotrdns.cli.colour import choose_paint  # noqa: PLC0415 - see the module
    from gotrdns.cli.output import complain, write, write_octets  # noqa: PLC0415
    from gotrdns.daemon.asking import NoAnswer, ask_daemon  # noqa: PLC0415
    from gotrdns.reports.status import QUESTION, NotAStatus, decode_status  # noqa: PLC0415
    from gotrdns.reports.status_text import compose_status  # noqa: PLC0415

    if socket_text is not None:
        place = Path(socket_text.removeprefix("unix:"))
    else:
        place = _find_socket(context, settings_path)
    try:
        line = ask_daemon(place, QUESTION)
        found = decode_status(line)
    except NoAnswer as error:
        complain(str(error))
        context.exit(_NO_ANSWER)
    except NotAStatus as error:
        complain(f"the daemon at {place} tells what this version does not understand: {error}")
        context.exit(_NO_ANSWER)
    if as_json:
        write_octets(line + b"\n")
    else:
        write(compose_status(found, choose_paint()))
    context.exit(_WRONG if found.wrong else 0)


def _find_socket(context: click.Context, path: Path | None) -> Path:
    """Where the settings say; where there are none, in the default place."""
    from gotrdns.cli.output import complain  # noqa: PLC0415 - see the module
    from gotrdns.settings import (  # noqa: PLC0415
        ControlSettings,
        InvalidSettings,
        read_settings,
    )

    control = ControlSettings()
    if path is not None or _DEFAULT_SETTINGS.exists():
        try:
            control = read_settings(path or _DEFAULT_SETTINGS).control
        except InvalidSettings as error:
            for problem in error.problems:
                complain(str(problem))
            complain("a running daemon can be asked with --socket, whatever its settings")
            context.exit(_USAGE)
    if control.path is None:
        raise click.UsageError("these settings give the daemon no control socket")
    return control.path
