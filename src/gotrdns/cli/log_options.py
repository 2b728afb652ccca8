"""The options of ``gotrdns logs`` that choose another report, and which options go together.

Owns how they are spelt, and the tables of what goes with what. What they mean is others' business.
"""

from collections.abc import Collection, Mapping
from typing import Final

import click
from click.core import ParameterSource

from gotrdns.cli.asking_options import rate_option
from gotrdns.cli.explain_options import asking_options, grouped, name_option, registry_options

what_if_options: Final = grouped(
    click.option(
        "--what-if",
        "what_if",
        metavar="MODE|SETTINGS",
        help="Replay the log under a mode (observe, strict, protect) or the settings in a file, "
        "and tell what would change.",
    ),
    rate_option,
)
complaint_options: Final = grouped(
    click.option(
        "--complaint",
        metavar="WHO",
        help="Tell the whole story of one sender, and what to do about it.",
    ),
    click.option(
        "--offline",
        is_flag=True,
        help="With --what-if and --complaint: do not ask DNS what it says now.",
    ),
    name_option,
    registry_options,
    asking_options,
)
# Of each group one at most, and why.
_APART: Final = (
    (("--json", "--csv", "--html"), "only one form can be printed"),
    (("--complaint", "--what-if"), "only one report can be printed"),
    (("--complaint", "--follow"), "a story is told of what is there"),
    (("--what-if", "--follow"), "only what is there can be replayed"),
    (("--complaint", "--csv"), "a story is no table"),
    (("--follow", "--csv"), "what happens is no table"),
    (("--follow", "--html"), "what happens is told line by line"),
    (("--complaint", "--html"), "a story is told as text or as JSON"),
    (("--follow", "--processes"), "what is written now is read as it comes"),
    (("--envelope", "--csv"), "the CSV has no column for mailboxes"),
)
_COMPLAINT: Final = ("--complaint",)
_WHAT_IF: Final = ("--what-if",)
# What these options are about is not done by other reports.
_ONLY_WITH: Final[Mapping[str, Collection[str]]] = {
    "--offline": (*_COMPLAINT, *_WHAT_IF),
    "--name": _COMPLAINT,
    "--rdap": _COMPLAINT,
    "--rdap-bootstrap": _COMPLAINT,
    "--rate": _WHAT_IF,
    "--resolver": (*_COMPLAINT, *_WHAT_IF),
    "--root-hints": _COMPLAINT,
    "--private-servers": _COMPLAINT,
    "--timeout": (*_COMPLAINT, *_WHAT_IF),
    "--deadline": _COMPLAINT,
}


def given_options() -> frozenset[str]:
    """The options of the verb that runs which were given to it, as they are spelt."""
    context = click.get_current_context()
    return frozenset(
        each.opts[0]
        for each in context.command.params
        if context.get_parameter_source(each.name or "") is not ParameterSource.DEFAULT
    )


def require_compatible(given: Collection[str]) -> None:
    """Raises UsageError where options do not go together."""
    for group, reason in _APART:
        chosen = [each for each in group if each in given]
        if len(chosen) > 1:
            raise click.UsageError(f"{' and '.join(chosen)}: {reason}")
    for option, reports in _ONLY_WITH.items():
        if option in given and not any(each in given for each in reports):
            raise click.UsageError(f"{option} is for {' and '.join(reports)}")
