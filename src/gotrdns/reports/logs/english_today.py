"""The English of asking what DNS says today of the clients of a log."""

from typing import Final

ASKED: Final = "asked about {count:,} of {all:,} clients"
ASKED_WITH_TIME: Final = "asked about {count:,} of {all:,} clients, {left} left"

WAITING: Final = "the resolver does not answer: trying again in {pause}"

_WHAT_TO_DO: Final = "name another one with --resolver, or ask nothing (--offline)"
# By what is wrong with the resolver.
UNUSABLE: Final = {
    "silent": "the resolver ({servers}) does not even answer for the root's name servers, nor did "
    f"it after {{waited}}: nothing is concluded from that; {_WHAT_TO_DO}",
    "unsteady": "the resolver ({servers}) answers, and then again it does not: nothing is "
    f"concluded from that; {_WHAT_TO_DO}",
    "lying": "the resolver ({servers}) denies what is known to exist, so nothing it says can be "
    f"believed; {_WHAT_TO_DO}",
}
