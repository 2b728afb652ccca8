"""``gotrdns serve``: the daemon's verb.

Owns its options and exit statuses. What it needs is imported when it runs.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gotrdns.cli.options import settings_option
from gotrdns.cli.output import complain, write

if TYPE_CHECKING:
    from gotrdns.settings import Settings

_CANNOT_START: Final = 1
_WRONG_SETTINGS: Final = 2

_EPILOG: Final = """\b
Example, in /etc/gotrdns/gotrdns.toml:
    [policy]
    mode = "observe"

\b
and in Postfix's main.cf:
    smtpd_delay_reject = yes
    smtpd_client_restrictions = permit_mynetworks,
        check_policy_service { unix:private/gotrdns,
            timeout=15s, try_limit=1, default_action=DUNNO }

Exim asks at the place under [exim], Sendmail and Postfix's mail filters
(milters) at that under [milter]: see gotrdns.toml(5), and the pages exim.md,
sendmail.md and postfix.md in the documentation.

\b
Then:
    gotrdns serve --check-settings
    gotrdns serve

\b
Exit status:
  0  it was told to stop; with --check-settings, they are right
  1  it cannot start
  2  the command line or the settings are wrong, or what was asked for cannot
     be written
"""


@click.command(epilog=_EPILOG)
@settings_option("path", "The settings, in TOML.")
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    default=0,
    metavar="N",
    help="Answer in N processes, which share one memory; 0, the default: in this one.",
)
@click.option("--check-settings", is_flag=True, help="Read the settings, say what is wrong, end.")
@click.pass_context
def serve(context: click.Context, path: Path, workers: int, *, check_settings: bool) -> None:
    """Answer mail servers' questions about their clients.

    Runs in the foreground and logs to standard error. SIGHUP reads the settings again, keeping the
    old ones if the new are wrong; SIGTERM answers what is in hand, and ends.
    """
    from gotrdns.daemon.process import serve as run_daemon  # noqa: PLC0415 - see the module
    from gotrdns.daemon.sockets import CannotListen  # noqa: PLC0415
    from gotrdns.daemon.workers.crew import NoWorkers  # noqa: PLC0415
    from gotrdns.resolution.servers import InvalidServer, NoServers  # noqa: PLC0415
    from gotrdns.settings import InvalidSettings, read_settings  # noqa: PLC0415

    try:
        if check_settings:
            write(_summarize(read_settings(path)))
        else:
            run_daemon(path, workers)
    except InvalidSettings as error:
        for problem in error.problems:
            complain(str(problem))
        context.exit(_WRONG_SETTINGS)
    except (CannotListen, InvalidServer, NoServers, NoWorkers) as error:
        complain(str(error))
        context.exit(_CANNOT_START)


def _summarize(settings: "Settings") -> str:
    from gotrdns.cli.listening import places_listed  # noqa: PLC0415 - see the module
    from gotrdns.daemon.serving import sections  # noqa: PLC0415

    resolvers = ", ".join(settings.resolver.servers) or "those of /etc/resolv.conf"
    return "".join(
        f"{line}\n"
        for line in (
            "settings are right",
            f"mode       {settings.policy.mode.value}",
            *places_listed(sections(settings)),
            f"resolvers  {resolvers}",
            f"deadline   {settings.verification.deadline:g} s",
        )
    )
