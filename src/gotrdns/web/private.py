"""What visitors may not have us look at: addresses and names that are not the Internet's.

Owns which those are. A visitor could map a private network otherwise, with our eyes.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from gotrdns.checking.targets import Expansion, Remark, Weight, parse_host
from gotrdns.lookup import Resolver
from gotrdns.names import Address, DomainName, InvalidAddress, is_public

Expand = Callable[[Resolver, str], Awaitable[Expansion]]

# The IANA registry of special-use names (RFC 6761), and .internal (ICANN, 2024).
_SPECIAL_NAMES: Final = tuple(
    DomainName.parse(each)
    for each in (
        *("localhost", "local", "internal", "onion", "alt", "test", "invalid"),
        *(
            "home.arpa",
            "resolver.arpa",
            "service.arpa",
            "in-addr.arpa",
            "ip6.arpa",
            "ipv4only.arpa",
        ),
        *("localdomain", "lan", "home", "corp", "mail", "intranet", "private", "workgroup"),
    )
)


class PrivateTarget(Exception):
    """The target is not the Internet's; it is not repeated here, for it may be a secret."""


def require_public(address: Address) -> None:
    """Raises PrivateTarget."""
    if not is_public(address):
        raise PrivateTarget


def require_public_name(name: DomainName) -> None:
    """Raises PrivateTarget for names that only a private network has, before they are asked for."""
    if len(name.labels) < 2 or any(name.is_under(each) for each in _SPECIAL_NAMES):
        raise PrivateTarget


def only_public(expand: Expand) -> Expand:
    """Expands public targets only; of others the expansion says that they are none, no more."""

    async def expand_public(resolver: Resolver, target: str) -> Expansion:
        try:
            _require_public_text(target)
        except PrivateTarget:
            return Expansion(remarks=(_refusal(target),))
        expansion = await expand(resolver, target)
        places = tuple(each for each in expansion.places if is_public(each.address))
        if len(places) == len(expansion.places):
            return expansion
        return Expansion(places, (*expansion.remarks, _refusal(target)))

    return expand_public


def _require_public_text(target: str) -> None:
    try:
        require_public(Address.parse_literal(target))
    except InvalidAddress:
        host = parse_host(target)
        if host is not None:
            require_public_name(host)


def _refusal(target: str) -> Remark:
    return Remark("private-target", Weight.IMPOSSIBLE, target)
