"""``gotrdns web``: the verb of the pages.

Owns its options and exit statuses. What it needs is imported when it runs.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from gotrdns.cli import raise_interrupts
from gotrdns.cli.options import settings_option
from gotrdns.cli.output import Failure, complain, write

if TYPE_CHECKING:
    from gotrdns.settings import Settings

_CANNOT_START: Final = 1
_WRONG: Final = 2
_LONGEST_LINE: Final = 4096

_EPILOG: Final = """\b
Example, in /etc/gotrdns/gotrdns.toml:
    [page]
    listen = ["inet:127.0.0.1:8025"]
    public-url = "https://rdns.example.org"
    trusted-proxies = ["127.0.0.1"]
    [admin]
    listen = ["inet:127.0.0.1:8026"]
    password-file = "/etc/gotrdns/admin-password"

\b
Then:
    gotrdns web --hash-password anna >> /etc/gotrdns/admin-password
    gotrdns web --check-settings
    gotrdns web

\b
"gotrdns serve" starts the pages by itself, unless with-daemon = false in
[page]: then this is for a service of its own.

\b
Exit status:
  0  it was told to stop; with --check-settings, they are right
  1  it cannot start
  2  the command line or the settings are wrong, or what was asked for cannot
     be read or written
"""


@click.command(epilog=_EPILOG)
@settings_option("path", "The settings, in TOML: the same as for serve.")
@click.option("--check-settings", is_flag=True, help="Read the settings, say what is wrong, end.")
@click.option(
    "--hash-password",
    "name",
    metavar="NAME",
    help="Read a password, from the terminal or a line of standard input, print it hashed for the "
    "password-file of [admin], end.",
)
@click.pass_context
def web(context: click.Context, path: Path, name: str | None, *, check_settings: bool) -> None:
    """Serve the pages: for those who were refused, and for the administrator.

    Runs in the foreground and logs to standard error. SIGHUP reads the settings again, keeping the
    old ones if the new are wrong; SIGTERM finishes the answers under way, and ends.
    """
    if name is not None:
        _hash_password(name)
        return

    from gotrdns.daemon.pages_process import CANNOT_START, serve_pages  # noqa: PLC0415 - see above
    from gotrdns.daemon.pages_service import NowhereToListen  # noqa: PLC0415
    from gotrdns.settings import InvalidSettings, read_settings  # noqa: PLC0415

    try:
        if check_settings:
            settings = read_settings(path)
            if _complain_of_files(settings):
                context.exit(_WRONG)
            write(_summarize(settings))
        else:
            serve_pages(path)
    except InvalidSettings as error:
        for problem in error.problems:
            complain(str(problem))
        context.exit(_WRONG)
    except NowhereToListen as error:
        complain(str(error))
        context.exit(_WRONG)
    except CANNOT_START as error:
        complain(str(error))
        context.exit(_CANNOT_START)


def _hash_password(name: str) -> None:
    from gotrdns.web.passwords import (  # noqa: PLC0415 - see the module
        InvalidName,
        UnusablePassword,
        compose_line,
    )

    try:
        write(compose_line(name, _read_password()))
    except (InvalidName, UnusablePassword) as error:
        raise Failure(str(error)) from None


def _read_password() -> str:
    if sys.stdin is None:
        raise Failure("cannot read a password: standard input is closed")
    if sys.stdin.isatty():
        raise_interrupts()
        return _ask_for_password()
    try:
        return sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"cannot read a password: {error}") from None


def _ask_for_password() -> str:
    try:
        found: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    except click.Abort:
        raise KeyboardInterrupt from None
    return found


def _complain_of_files(settings: "Settings") -> bool:
    """Whether there was something to complain of."""
    from gotrdns.daemon.page_files import troubles_with_files  # noqa: PLC0415 - see the module

    troubles = list(troubles_with_files(settings))
    for each in troubles:
        complain(each)
    return bool(troubles)


def _summarize(settings: "Settings") -> str:
    from gotrdns.cli.listening import places_listed  # noqa: PLC0415 - see the module

    sections = {"page": settings.page, "admin": settings.admin}
    return "".join(f"{line}\n" for line in ("settings are right", *places_listed(sections)))
