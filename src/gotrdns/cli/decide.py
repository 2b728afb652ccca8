"""``gotrdns decide``: what the policy would do about a client, and why.

Owns the verb's options. What it needs is imported when it runs.
"""

from typing import Any

import click

from gotrdns.cli.options import resolver_option, timeout_option
from gotrdns.cli.stores import store_options


@click.command(
    epilog="""\b
Examples:
  gotrdns decide 85.105.64.87
  gotrdns decide --helo mx.example.org --sender me@example.org 192.0.2.25
  gotrdns decide --mode strict 85.105.64.87

\b
Exit status:
  0  it would be let in
  1  it would be refused
  2  the command line or the settings are wrong, or something is wrong here:
     the resolver, the store, or where the results go
  3  it would be deferred
  130, 141  interrupted; whoever read the results went away
"""
)
@click.argument("address")
@click.option("--helo", metavar="NAME", default="", help="The name given in HELO or EHLO.")
@click.option("--sender", metavar="MAILBOX", default="", help="The envelope's sender.")
@click.option("--recipient", metavar="MAILBOX", default="", help="The envelope's recipient.")
@click.option(
    "--mode",
    type=click.Choice(["observe", "strict", "protect"]),
    help="Decide in this mode, whatever the settings say.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@resolver_option
@timeout_option
@store_options
def decide(**options: Any) -> None:
    """Tell what would be done about a client that connected now, and by which rule.

    Asks DNS and looks into the store as the daemon does; nothing is remembered. Without settings it
    decides as `protect` would with everything else at its default.
    """
    from gotrdns.cli.deliberation import deliberate  # noqa: PLC0415 - see the module

    raise click.exceptions.Exit(deliberate(options))
