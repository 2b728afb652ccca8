"""``gotrdns why``: what was decided about a client, and why.

Owns the verb's options. What it needs is imported when it runs.
"""

from typing import Any

import click

from gotrdns.cli.options import resolver_option, timeout_option
from gotrdns.cli.stores import store_options
from gotrdns.cli.times import parse_moment


@click.command(
    epilog="""\b
Examples:
  gotrdns why 85.105.64.87
  gotrdns why mfrggzdfmztwq2lk
  gotrdns why --since 2h 85.105.64.0/24
  gotrdns why .ttnet.net.tr
  gotrdns why --sender example.org --since 2026-05-01 --until 2026-05-31
  gotrdns why --follow-up
  gotrdns why --done mfrggzdfmztwq2lk

\b
Exit status:
  0  something was found; with --done, it is marked
  1  nothing was found
  2  the command line is wrong, the store or the settings cannot be read, or
     the results cannot be written
  130, 141  interrupted; whoever read the results went away
"""
)
@click.argument("subject", required=False)
@click.option("--sender", metavar="DOMAIN", help="Decisions about mail from this domain.")
@click.option(
    "--since",
    metavar="TIME",
    callback=parse_moment(),
    help="From then on: 2026-05-31, 2026-05-31T14:30, or 2h, 3d for so long ago.",
)
@click.option(
    "--until",
    metavar="TIME",
    callback=parse_moment(end_of_day=True),
    help="Until then; a date is the whole day.",
)
@click.option(
    "--follow-up",
    is_flag=True,
    help="Misconfigured businesses that somebody vouches for, and nobody has dealt with yet.",
)
@click.option(
    "--done",
    metavar="INCIDENT",
    multiple=True,
    help="Mark one of those as dealt with. May be repeated.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    metavar="NUMBER",
    default=100,
    show_default=True,
    help="The most decisions shown, the latest first.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--now/--no-now",
    default=None,
    help="Whether to ask DNS what it says now. By default for up to three clients.",
)
@resolver_option
@timeout_option
@store_options
def why(**options: Any) -> None:
    """Tell what was decided about a client, why, and what DNS says now.

    SUBJECT is an incident (its id, or the link in a refusal), an address, a network, a host name
    (its PTR name; with a dot before it, that and all below it), or a sender (user@domain or
    @domain). A name without a dot before it is a host's or a sender's. Without SUBJECT: the latest
    decisions.

    All decisions are remembered but those about clients that simply passed.
    """
    from gotrdns.cli.past import tell_of_the_past  # noqa: PLC0415 - see the module

    raise click.exceptions.Exit(tell_of_the_past(options))
