"""Writes the table of the policy's rules from the rules themselves.

python docs/generate_policy.py > docs/policy.md
"""

from collections.abc import Iterable, Iterator

from gotrdns.policy import Action, Rule
from gotrdns.policy.protect import WHEN_DYNAMIC, WHEN_IN_TROUBLE, WHEN_WRONG, ProtectRule
from gotrdns.reports.english_policy import RULES

INTRODUCTION = """\
# What is decided, and why

<!-- Written by docs/generate_policy.py. -->

Each decision names the rule that made it: in the log, in the mark and in what is remembered.

## In every mode

These come first, in this order. The first five need no look-up.

"""
LAST = """
The mode decides about the rest. In `observe` nothing else is done than to mark, record and log what
the mode in `rehearse` would do. And whatever the mode, a refusal is withheld while it rests on
ignorance:

"""
PROTECT = """
## Under `protect`

The first rule that applies decides. A cause that has an action of its own under
[`[policy.actions]`](settings.md) is dealt with as that says, and an exception always wins.
"""
ALWAYS = (
    Rule.AUTHENTICATED,
    Rule.UNKNOWN_CLIENT,
    Rule.LISTED_NETWORK,
    Rule.ROLE_RECIPIENT,
    Rule.OPTED_OUT_RECIPIENT,
    Rule.RESOLVER_UNREACHABLE,
    Rule.NON_PUBLIC_CLIENT,
    Rule.CONFIRMED,
    Rule.REPAIR_SEEN,
    Rule.ALLOWED,
    Rule.RESOLVER_LIES,
    Rule.RESOLVER_SUSPECT,
)
REPLIES = {Action.PASS: "let in", Action.DEFER: "450 4.7.25", Action.REFUSE: "550 5.7.25"}
HEAD = "| rule | because | done |\n|---|---|---|\n"


def reference() -> str:
    """The whole page."""
    always = INTRODUCTION + HEAD + "".join(_rows(ALWAYS))
    last = LAST + HEAD + _row(Rule.EXCEPTIONS_UNKNOWN, Action.DEFER)
    return always + last + PROTECT + "".join(_protect())


def _rows(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        yield _row(rule, Action.PASS)


def _row(rule: Rule, action: Action) -> str:
    return f"| `{rule.value}` | {RULES[rule]} | {REPLIES[action]} |\n"


def _protect() -> Iterator[str]:
    for heading, rules in (
        ("No PTR, or a name that does not lead back", WHEN_WRONG),
        ("DNS does not answer", WHEN_IN_TROUBLE),
        ("Confirmed, by a clearly dynamic name alone", WHEN_DYNAMIC),
    ):
        yield f"\n### {heading}\n\n{HEAD}"
        yield from map(_protect_row, rules)


def _protect_row(rule: ProtectRule) -> str:
    return _row(rule.rule, rule.action)


if __name__ == "__main__":
    print(reference(), end="")
