"""What an exception may be made for: one spelling of each target, and which are too dangerous.

Owns the refusals, in words. Pure.
"""

from typing import Final

from gotrdns.classification.suffixes import is_public_suffix
from gotrdns.names import (
    Address,
    DomainName,
    InvalidAddress,
    InvalidName,
    Network,
    SpecialUse,
    is_host_name,
    special_use,
)
from gotrdns.policy.allowances import AllowanceKind

# 65,536 addresses, and what one IPv6 provider has. Vouching stops at /24 and /48.
_WIDEST_IPV4: Final = 16
_WIDEST_IPV6: Final = 32
# Whoever has such an address is not seen: it is a proxy's or a NAT's.
_HIDES_CLIENTS: Final = frozenset(
    {SpecialUse.PRIVATE, SpecialUse.LOOPBACK, SpecialUse.LINK_LOCAL, SpecialUse.SHARED}
)
_NO_CLIENTS: Final = frozenset({SpecialUse.MULTICAST, SpecialUse.RESERVED})
_INSTEAD: Final = "networks that are never to be examined belong in pass-networks, under [policy]"


class InvalidAllowance(ValueError):
    """The text is nothing that an exception can, or should, be made for."""


def read_target(kind: AllowanceKind, text: str) -> str:
    """The one spelling of what an exception is for. Raises InvalidAllowance."""
    try:
        if kind is AllowanceKind.ADDRESS:
            return Address.parse_literal(text).text
        if kind is AllowanceKind.NETWORK:
            return _network_text(Network(text))
        name = DomainName.parse(text.removeprefix("."))
    except (InvalidAddress, InvalidName) as error:
        raise InvalidAllowance(str(error)) from None
    if len(name.labels) < 2:
        raise InvalidAllowance(f"{text!r} is a whole top-level domain")
    return name.text


def _network_text(network: Network) -> str:
    base, slash, prefix = network.text.partition("/")
    address = Address.parse(base).text
    return f"{address}/{int(prefix)}" if slash else address


def require_harmless(kind: AllowanceKind, value: str) -> None:
    """Raises InvalidAllowance for a target, as ``read_target`` spells it, that is dangerous."""
    objection = _objection(kind, value)
    if objection:
        raise InvalidAllowance(f"no exception for {value}: {objection}")


def _objection(kind: AllowanceKind, value: str) -> str:
    if kind is AllowanceKind.ADDRESS:
        return _address_objection(Address.parse(value))
    if kind is AllowanceKind.NETWORK:
        return _network_objection(value)
    if not is_host_name(DomainName.parse(value)):
        return "it cannot be the name of a host or of a mail domain"
    if is_public_suffix(value):
        return "strangers register their domains below it"
    return ""


def _network_objection(value: str) -> str:
    base, _, prefix = value.partition("/")
    first = Address.parse(base)
    widest = _WIDEST_IPV6 if first.is_ipv6 else _WIDEST_IPV4
    if prefix and int(prefix) < widest and special_use(first) not in _HIDES_CLIENTS:
        return f"it is wider than a /{widest}; {_INSTEAD}"
    return _address_objection(first)


def _address_objection(address: Address) -> str:
    use = special_use(address)
    if use in _HIDES_CLIENTS:
        return f"it is not public ({use.value}), so it hides who the client is; {_INSTEAD}"
    if use in _NO_CLIENTS:
        return f"no client has such an address ({use.value})"
    return ""
