"""Who is let through without a look-up: before any question is asked, and whatever the mode.

Owns the rules of RFC 5321 section 4.5.1 and the listed networks and domains. Pure.
"""

from collections.abc import Iterable
from typing import Final

from gotrdns.names import Address, DomainName, InvalidName
from gotrdns.policy.decisions import Action, Decision, Rule, Transaction
from gotrdns.policy.settings import PolicySettings

UNKNOWN_CLIENT: Final = Decision(Action.PASS, Rule.UNKNOWN_CLIENT)
_AUTHENTICATED: Final = Decision(Action.PASS, Rule.AUTHENTICATED)
_LISTED_NETWORK: Final = Decision(Action.PASS, Rule.LISTED_NETWORK)
_ROLE_RECIPIENT: Final = Decision(Action.PASS, Rule.ROLE_RECIPIENT)
_OPTED_OUT_RECIPIENT: Final = Decision(Action.PASS, Rule.OPTED_OUT_RECIPIENT)

# RFC 5321 section 4.5.1 demands the first; RFC 2142 section 4 is where a refused sender complains.
_ROLES: Final = frozenset({"postmaster", "abuse"})


class Networks:
    """Many networks, asked at the cost of one look-up a prefix length."""

    __slots__ = ("_prefixes",)

    def __init__(self, texts: Iterable[str]) -> None:
        prefixes: dict[tuple[int, int], set[int]] = {}
        for text in texts:
            base, _, length = text.partition("/")
            address = Address.parse(base)
            shift = len(address) * 8 - int(length) if length else 0
            bits = int.from_bytes(address) >> shift
            prefixes.setdefault((len(address), shift), set()).add(bits)
        self._prefixes = prefixes

    def __contains__(self, address: Address) -> bool:
        number = int.from_bytes(address)
        return any(
            len(address) == width and number >> shift in bits
            for (width, shift), bits in self._prefixes.items()
        )


class _RecipientDomains:
    """Domains that opted out, alone or with everything below them."""

    __slots__ = ("_domains", "_parents")

    def __init__(self, texts: Iterable[str]) -> None:
        domains: set[str] = set()
        parents: set[str] = set()
        for text in texts:
            domain = DomainName.parse(text.removeprefix(".")).text
            (parents if text.startswith(".") else domains).add(domain)
        self._domains = frozenset(domains)
        self._parents = frozenset(parents)

    def __contains__(self, domain: str) -> bool:
        try:
            name = domain if domain.isascii() else DomainName.parse(domain).text
        except InvalidName:
            return False
        name = name.removesuffix(".")
        if name in self._domains:
            return True
        while self._parents and name:
            name = name.partition(".")[2]
            if name in self._parents:
                return True
        return False


class Exemptions:
    """What one set of settings exempts."""

    __slots__ = ("_domains", "_networks")

    def __init__(self, settings: PolicySettings) -> None:
        self._networks = Networks(settings.pass_networks) if settings.pass_networks else None
        self._domains = (
            _RecipientDomains(settings.pass_recipient_domains)
            if settings.pass_recipient_domains
            else None
        )

    def decide(self, transaction: Transaction) -> Decision | None:
        """The decision about a transaction that is let through whatever its client's DNS says."""
        if transaction.authenticated:
            return _AUTHENTICATED
        address = transaction.address
        if address is None:
            return UNKNOWN_CLIENT
        if self._networks is not None and address in self._networks:
            return _LISTED_NETWORK
        local_part, at, domain = transaction.recipient.lower().rpartition("@")
        if not at:  # RFC 5321 section 4.5.1 allows <Postmaster> without a domain
            local_part, domain = domain, ""
        if local_part in _ROLES:
            return _ROLE_RECIPIENT
        if self._domains is not None and domain in self._domains:
            return _OPTED_OUT_RECIPIENT
        return None
