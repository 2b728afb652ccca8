"""The policy: a client, what its verification brought, and the settings become a Decision.

Owns the ``[policy]`` section and every rule about what is done with a verdict. Pure: no input or
output, no clock, no wording, and no knowledge of the mail server's protocol.
"""

import enum
import functools
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, assert_never

from msgspec import Meta, Struct, field

from gotrdns.names import (
    Address,
    DomainName,
    InvalidAddress,
    InvalidName,
    Network,
    special_use,
)
from gotrdns.verification import Cause, Result, Verdict


class InvalidSetting(ValueError):
    """A value that can be read, but must not be used. ``key`` is its place within the section."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


class Mode(enum.Enum):
    """What is done with clients that are not confirmed."""

    OBSERVE = "observe"
    STRICT = "strict"


class Action(enum.Enum):
    """What becomes of the mail."""

    PASS = "pass"  # noqa: S105 - an action, not a password
    DEFER = "defer"
    REFUSE = "refuse"


class Rule(enum.Enum):
    """The rule that decided. Codes are permanent."""

    AUTHENTICATED = "authenticated"
    LISTED_NETWORK = "listed-network"
    ROLE_RECIPIENT = "role-recipient"
    OPTED_OUT_RECIPIENT = "opted-out-recipient"
    UNKNOWN_CLIENT = "unknown-client"
    CONFIRMED = "confirmed"
    RESOLVER_UNREACHABLE = "resolver-unreachable"
    NON_PUBLIC_CLIENT = "non-public-client"
    OBSERVE = "observe"
    STRICT = "strict"
    OWN_ACTION = "own-action"


class Alarm(enum.Enum):
    """What the administrator of this host must hear about. Codes are permanent."""

    RESOLVER_UNREACHABLE = "resolver-unreachable"
    NON_PUBLIC_CLIENT = "non-public-client"


class Transaction(Struct, frozen=True, gc=False):
    """A client and the envelope it brings, as the mail server tells them.

    ``address`` is None when the mail server does not know it.
    """

    address: Address | None
    helo: str = ""
    authenticated: bool = False
    sender: str = ""
    recipient: str = ""


class Decision(Struct, frozen=True, cache_hash=True):
    """What is done, and why.

    ``verdict`` is None when the client was exempt from verification. ``marked`` asks for a mark in
    the message. ``withheld`` is the action that the rule held back, when it held one back.
    """

    action: Action
    rule: Rule
    verdict: Verdict | None = None
    marked: bool = False
    withheld: Action | None = None
    alarm: Alarm | None = None


_PASS: Final = Action.PASS
_CONFIRMED: Final = Cause.CONFIRMED

UNKNOWN_CLIENT: Final = Decision(_PASS, Rule.UNKNOWN_CLIENT)
_AUTHENTICATED: Final = Decision(_PASS, Rule.AUTHENTICATED)
_LISTED_NETWORK: Final = Decision(_PASS, Rule.LISTED_NETWORK)
_ROLE_RECIPIENT: Final = Decision(_PASS, Rule.ROLE_RECIPIENT)
_OPTED_OUT_RECIPIENT: Final = Decision(_PASS, Rule.OPTED_OUT_RECIPIENT)

# RFC 5321 section 4.5.1 demands the first; RFC 2142 section 4 is where a refused sender complains.
_ROLES: Final = frozenset({"postmaster", "abuse"})


def strict_action(cause: Cause) -> Action:
    """What the classic rule does about a cause."""
    if cause is Cause.RESOLVER_UNREACHABLE:
        return Action.PASS
    match cause.result:
        case Result.PASS:
            return Action.PASS
        case Result.FAIL | Result.PERMERROR:
            return Action.REFUSE
        case Result.TEMPERROR:
            return Action.DEFER


def allowed_actions(cause: Cause) -> tuple[Action, ...]:
    """What a site may do about a cause."""
    if strict_action(cause) is Action.PASS:
        return (Action.PASS,)
    if cause.result is Result.TEMPERROR:
        return (Action.PASS, Action.DEFER)
    return (Action.PASS, Action.DEFER, Action.REFUSE)


class PolicySettings(Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """What is done with clients whose reverse DNS is not right."""

    mode: Annotated[
        Mode,
        Meta(
            description="`observe` refuses and defers nothing, but marks and logs what `strict` "
            "would have done. `strict` refuses clients whose reverse DNS is missing or wrong "
            "(550 5.7.25), and defers those whose DNS does not answer (450 4.7.25)."
        ),
    ]
    pass_networks: Annotated[
        tuple[str, ...],
        Meta(
            description="Client addresses and networks that are let through without a look-up, "
            'such as `["192.0.2.0/24", "2001:db8::/32"]`.'
        ),
    ] = ()
    pass_recipient_domains: Annotated[
        tuple[str, ...],
        Meta(
            description="Recipient domains that opted out: mail to them is let through without a "
            "look-up. As in Postfix's tables, `example.org` is that domain alone and "
            "`.example.org` everything below it."
        ),
    ] = ()
    refuse_non_public: Annotated[
        bool,
        Meta(
            description="Whether clients with private, loopback and other non-public addresses are "
            "treated like any other. If not, they pass, marked, and an alarm is logged: behind a "
            "proxy or NAT, such an address is not the client's."
        ),
    ] = False
    mark_passes: Annotated[
        bool,
        Meta(
            description="Whether confirmed clients' messages are marked too (`X-Gotrdns:`). Those "
            "of others that are let through always are, unless an exemption applies."
        ),
    ] = False
    actions: Annotated[
        dict[Cause, Action],
        Meta(description="What is done about one cause, where that differs from `strict`."),
    ] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises InvalidSetting."""
        for text in self.pass_networks:
            _check_network(text)
        for text in self.pass_recipient_domains:
            _check_domain(text)
        for cause, action in self.actions.items():
            _check_action(cause, action)


def _check_network(text: str) -> None:
    try:
        Network(text)
    except InvalidAddress:
        raise InvalidSetting(
            "pass-networks",
            f'"{text}" is not a network: write 192.0.2.0/24, 2001:db8::/32 or one address, '
            "with no bits set after the prefix",
        ) from None


def _check_domain(text: str) -> None:
    try:
        valid = len(DomainName.parse(text.removeprefix("."))) > 1
    except InvalidName:
        valid = False
    if not valid or "@" in text:
        raise InvalidSetting(
            "pass-recipient-domains",
            f'"{text}" is not a domain: write example.org, or .example.org for all below it',
        )


def _check_action(cause: Cause, action: Action) -> None:
    if action in allowed_actions(cause):
        return
    if cause is Cause.CONFIRMED:
        reason = "a client whose reverse DNS is right must not be turned away"
    elif cause is Cause.RESOLVER_UNREACHABLE:
        reason = "while this host's own resolver is down, all mail would be held up"
    else:
        reason = 'a DNS outage must not refuse mail; use "defer" or "pass"'
    raise InvalidSetting(f"actions.{cause.value}", f'{cause.value} = "{action.value}": {reason}')


class _Networks:
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


class Policy:
    """The rules under one set of settings. ``exemption`` comes first, and needs no look-up."""

    __slots__ = (
        "_actions",
        "_domains",
        "_mark_passes",
        "_mode",
        "_networks",
        "_own_actions",
        "_refuse_non_public",
        "_special_use",
    )

    def __init__(self, settings: PolicySettings) -> None:
        self._mode = settings.mode
        self._mark_passes = settings.mark_passes
        self._refuse_non_public = settings.refuse_non_public
        self._networks = _Networks(settings.pass_networks) if settings.pass_networks else None
        self._domains = (
            _RecipientDomains(settings.pass_recipient_domains)
            if settings.pass_recipient_domains
            else None
        )
        self._own_actions: Mapping[Cause, Action] = settings.actions
        self._actions = {
            cause: settings.actions.get(cause, strict_action(cause)) for cause in Cause
        }
        # Asked about every client; a miss walks all the special blocks.
        self._special_use = functools.lru_cache(maxsize=4096)(special_use)

    def exemption(self, transaction: Transaction) -> Decision | None:
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

    def decide(self, verdict: Verdict) -> Decision:
        """The decision about a client that is not exempt."""
        cause = verdict.cause
        if cause is Cause.RESOLVER_UNREACHABLE:
            return Decision(
                _PASS,
                Rule.RESOLVER_UNREACHABLE,
                verdict,
                marked=True,
                alarm=Alarm.RESOLVER_UNREACHABLE,
            )
        action = self._actions[cause]
        if not self._refuse_non_public and self._special_use(verdict.address) is not None:
            return Decision(
                _PASS,
                Rule.NON_PUBLIC_CLIENT,
                verdict,
                marked=True,
                withheld=_unless_pass(action),
                alarm=Alarm.NON_PUBLIC_CLIENT,
            )
        if cause is _CONFIRMED:
            return Decision(_PASS, Rule.CONFIRMED, verdict, marked=self._mark_passes)
        match self._mode:
            case Mode.OBSERVE:
                return Decision(
                    _PASS, Rule.OBSERVE, verdict, marked=True, withheld=_unless_pass(action)
                )
            case Mode.STRICT:
                rule = Rule.OWN_ACTION if cause in self._own_actions else Rule.STRICT
                return Decision(action, rule, verdict, marked=action is _PASS)
            case _ as unreachable:
                assert_never(unreachable)


def _unless_pass(action: Action) -> Action | None:
    return None if action is _PASS else action
