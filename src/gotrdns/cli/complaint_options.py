"""The options of ``gotrdns logs --complaint``.

Owns how they are spelt, and that they go with nothing else. What they mean is others' business.
"""

from collections.abc import Mapping
from typing import Any, Final

import click
from click.core import ParameterSource

from gotrdns.cli.explain_options import asking_options, grouped, name_option, registry_options

complaint_options: Final = grouped(
    click.option(
        "--complaint",
        metavar="WHO",
        help="Tell the whole story of one sender, and what to do about it.",
    ),
    click.option(
        "--offline", is_flag=True, help="With --complaint: do not ask DNS what it says now."
    ),
    name_option,
    registry_options,
    asking_options,
)
_OF_COMPLAINTS: Final = {
    "offline": "--offline",
    "name": "--name",
    "rdap": "--rdap",
    "rdap_bootstrap": "--rdap-bootstrap",
    "resolvers": "--resolver",
    "hints": "--root-hints",
    "private_servers": "--private-servers",
    "timeout": "--timeout",
    "deadline": "--deadline",
}


def refuse_without_complaint(options: Mapping[str, Any]) -> None:
    """Raises UsageError for what only a complaint asks DNS with, and for what it cannot print."""
    if options["complaint"] is not None:
        if options["as_csv"]:
            raise click.UsageError("--complaint and --csv cannot go together")
        return
    context = click.get_current_context()
    for parameter, option in _OF_COMPLAINTS.items():
        if context.get_parameter_source(parameter) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} is for --complaint")
