"""``gotrdns allow``: exceptions, which let a client in whatever its reverse DNS says.

Owns the verb's three commands and their options. What they need is imported when they run.
"""

from typing import Any

import click

from gotrdns.cli.stores import store_options
from gotrdns.cli.times import parse_end

_STATUS = """\b
Exit status:
  0  {done}
{nothing}  2  the command line is wrong, the store or the settings cannot be used, or
     the results cannot be written
  130, 141  interrupted; whoever read the results went away
"""
_KINDS = ("address", "network", "name", "sender-domain")

kind_option = click.option(
    "--kind",
    type=click.Choice(_KINDS),
    help="What TARGET is, where its spelling does not tell.",
)
author_option = click.option(
    "--author",
    metavar="NAME",
    help="Who decides this. Without it: $SUDO_USER, or the user who is logged in.",
)


@click.group(
    no_args_is_help=False,
    epilog="""\b
Examples:
  gotrdns allow add 85.105.64.87 --reason "a supplier, ticket 4711"
  gotrdns allow list
  gotrdns allow remove 85.105.64.87

\b
Exit status: that of each command, see gotrdns allow COMMAND --help
""",
)
def allow() -> None:
    """Make exceptions for clients that are to be let in all the same.

    An exception has a reason, an author and an end. The daemon heeds it within a second.
    """


@allow.command(
    epilog="""\b
A TARGET is
  85.105.64.87       a client's address
  85.105.64.0/24     a network, a /16 (IPv6: a /32) at most
  mail.example.org   clients by that name or below it, if the name leads back
                     to them: their PTR name, or what they say in HELO
  @example.org       senders there, from clients that its SPF or MX covers

\b
Examples:
  gotrdns allow add 85.105.64.87 --reason "a supplier, ticket 4711"
  gotrdns allow add @example.org --until 90d --reason "they are moving"
  gotrdns allow add 2001:db8:7::/48 --for-ever --reason "our branch"

"""
    + _STATUS.format(done="the exception holds, whether or not it did before", nothing="")
)
@click.argument("target")
@click.option("--reason", metavar="TEXT", required=True, help="Why; for whoever asks next year.")
@author_option
@click.option(
    "--until",
    metavar="TIME",
    callback=parse_end(),
    help="When it ends: 2026-12-31 (that day included), or 90d, 12h from now. Without it: 30d.",
)
@click.option("--for-ever", is_flag=True, help="It does not end.")
@kind_option
@store_options
def add(**options: Any) -> None:
    """Let a client in whatever its reverse DNS says.

    For a TARGET that has an exception already, that one is prolonged; it never ends earlier.
    """
    from gotrdns.cli.allowing import add_exception  # noqa: PLC0415 - see the module

    add_exception(options)


@allow.command(
    name="list",
    epilog="""\b
Examples:
  gotrdns allow list
  gotrdns allow list --all --json

"""
    + _STATUS.format(done="they are listed, even if there are none", nothing=""),
)
@click.option("--all", "ended", is_flag=True, help="Also those that ended, and why they did.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@store_options
def list_(**options: Any) -> None:
    """List the exceptions, how often each decided, and when it last did."""
    from gotrdns.cli.allowing import list_exceptions  # noqa: PLC0415 - see the module

    list_exceptions(options)


@allow.command(
    epilog="""\b
Examples:
  gotrdns allow remove 3
  gotrdns allow remove 85.105.64.87 --reason "they have mended it"

"""
    + _STATUS.format(done="it ended", nothing="  1  no such exception holds\n"),
)
@click.argument("target", metavar="NUMBER|TARGET")
@click.option("--reason", metavar="TEXT", default="", help="Why it ends.")
@author_option
@kind_option
@store_options
def remove(**options: Any) -> None:
    """End an exception now, by its number or its target."""
    from gotrdns.cli.allowing import remove_exception  # noqa: PLC0415 - see the module

    raise click.exceptions.Exit(remove_exception(options))
