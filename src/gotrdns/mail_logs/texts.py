"""Octets of a log as what they mean to people and to other rooms.

Owns that nothing in them is trusted: what is no address is none, and what is told is legible.
"""

from gotrdns.names import Address, InvalidAddress
from gotrdns.reports.sentences import legible


def address_in(octets: bytes) -> Address | None:
    """None for what only looks like an address, as a damaged line may have it."""
    try:
        return Address.parse(octets.decode("ascii", "replace"))
    except InvalidAddress:
        return None


def text_in(octets: bytes) -> str:
    """What a stranger may have said, fit for one line."""
    return legible(octets.decode("utf-8", "backslashreplace")) if octets else ""
