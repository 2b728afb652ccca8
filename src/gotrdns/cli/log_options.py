"""Which options of ``gotrdns logs`` go together.

Owns the table of those that do not. What they mean is others' business.
"""

from collections.abc import Collection
from typing import Final

import click

# Of each group one at most, and why.
_APART: Final = (
    (("--json", "--csv", "--html"), "only one form can be printed"),
    (("--envelope", "--csv"), "the CSV has no column for mailboxes"),
)


def given_options() -> frozenset[str]:
    """The options of the verb that runs which have a value, as they are spelt."""
    context = click.get_current_context()
    return frozenset(
        each.opts[0]
        for each in context.command.params
        if context.params.get(each.name or "") not in (None, False, ())
    )


def require_compatible(given: Collection[str]) -> None:
    """Raises UsageError where options do not go together."""
    for group, reason in _APART:
        chosen = [each for each in group if each in given]
        if len(chosen) > 1:
            raise click.UsageError(f"{' and '.join(chosen)}: {reason}")
