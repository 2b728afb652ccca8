"""The ``[policy]`` section: what a site may set, and what is too dangerous to be set."""

import enum
from typing import Annotated

from msgspec import Meta, Struct, field

from gotrdns.names import DomainName, InvalidAddress, InvalidName, Network
from gotrdns.policy.decisions import Action
from gotrdns.verification import Cause, Result


class InvalidSetting(ValueError):
    """A value that can be read, but must not be used. ``key`` is its place within the section."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


class Mode(enum.Enum):
    """What is done with clients that are not confirmed."""

    OBSERVE = "observe"
    STRICT = "strict"
    PROTECT = "protect"


class Rehearsal(enum.Enum):
    """Which mode ``observe`` rehearses."""

    STRICT = "strict"
    PROTECT = "protect"


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
            description="`observe` refuses and defers nothing, but marks, records and logs what "
            "the mode in `rehearse` would have done. `strict` refuses clients whose reverse DNS is "
            "missing or wrong (550 5.7.25), and defers those whose DNS does not answer "
            "(450 4.7.25). `protect` refuses those that nobody vouches for, and only after it has "
            "seen them fail for a day; misconfigured businesses are let through and recorded."
        ),
    ]
    rehearse: Annotated[
        Rehearsal,
        Meta(description="Which mode `observe` rehearses."),
    ] = Rehearsal.STRICT
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
        Meta(
            description="What is done about one cause, whatever the mode would do: `pass`, `defer` "
            "or `refuse`. Under `protect` it takes the place of vouching and history."
        ),
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
