"""The PTR names as other programs see them: all of them, and what their libraries make of each.

Owns what the C library and others take for a host name, found out by trying. Pure.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from gotrdns.names import Address, DomainName, InvalidAddress, host_name_flaw, is_host_name
from gotrdns.verification import CheckedName, NameState, Verdict

_WIDTHS: Final = {1: (4,), 2: (1, 3), 3: (1, 1, 2), 4: (1, 1, 1, 1)}

# Trouble: asked, and not answered. An answer without proof is taken for "there is none".
_SLASH: Final = ord("/")
TROUBLED: Final = frozenset({NameState.SERVFAIL, NameState.REFUSED, NameState.TIMEOUT})


class PointedName(msgspec.Struct, frozen=True):
    """A name in a PTR record, and what became of it; the root is one here."""

    name: DomainName
    state: NameState

    @property
    def text(self) -> str:
        return self.name.text

    @property
    def confirms(self) -> bool:
        return self.state is NameState.CONFIRMED

    @property
    def has_trouble(self) -> bool:
        return self.state in TROUBLED

    @property
    def hyphen_at_an_edge(self) -> bool:
        """Whether a label begins or ends with a hyphen, which the C library refuses."""
        return any(each.startswith(b"-") or each.endswith(b"-") for each in self.name.labels)

    @property
    def is_plain(self) -> bool:
        """Whether the C library takes it for a host name."""
        return host_name_flaw(self.name) is None and not self.hyphen_at_an_edge

    def is_literally(self, client: Address) -> bool:
        """Whether it is the client's own address, in dotted decimal."""
        try:
            return Address.parse(self.text) == client
        except InvalidAddress:
            return False

    def is_in_hexadecimal(self, client: Address) -> bool:
        """Whether the C library reads it as the client's own IPv4 address, from hexadecimal."""
        parts = self.text.split(".")
        if client.is_ipv6 or len(parts) not in _WIDTHS or not parts[-1].startswith("0x"):
            return False
        try:
            octets = b"".join(
                int(part, 16).to_bytes(width)
                for part, width in zip(parts, _WIDTHS[len(parts)], strict=True)
            )
        except (ValueError, OverflowError):
            return False
        return octets == bytes(client)


def is_host_name_but_for_slashes(name: DomainName) -> bool:
    """Whether only slashes keep it from being a host name: Exim looks such names up."""
    return _SLASH in name and is_host_name(DomainName(name.replace(b"/", b"x")))


def pointed_names(verdict: Verdict, also: Iterable[CheckedName] = ()) -> tuple[PointedName, ...]:
    """Every name in the PTR records, in an order that does not depend on the answer's.

    ``also`` are names that the check does not look up, and what became of them.
    """
    return tuple(_pointed_names(verdict, also))


def _pointed_names(verdict: Verdict, also: Iterable[CheckedName]) -> Iterator[PointedName]:
    known = {each.name: each.state for each in verdict.names}
    known |= {each.name: each.state for each in also if each.name in known}
    for name, state in known.items():
        yield PointedName(name, state)
    for name in sorted(set(verdict.reverse.names if verdict.reverse else ()) - known.keys()):
        yield PointedName(name, NameState.UNUSABLE)
