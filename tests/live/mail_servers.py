"""Real mail servers' reactions to clients, whose names the resolver gives in the order that is set.

Owns asking Postfix, Exim and OpenSMTPD, and the order of names. Knows nothing of what is right.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from tests.live import exim, opensmtpd, postfix
from tests.live.exim import Exim
from tests.live.gateway import Address, addresses_on_loopback, gateway
from tests.live.opensmtpd import OpenSmtpd
from tests.live.port_numbers import Port
from tests.live.resolver import Resolver
from tests.live.smtp import Conversation, Envelope, Reply, deliver_many

EXIM_GATEWAY: Final = Port.EXIM_GATEWAY
OPENSMTPD_GATEWAY: Final = Port.OPENSMTPD_GATEWAY

MailServer: TypeAlias = Literal["postfix", "exim", "opensmtpd"]
MAIL_SERVERS: Final[tuple[MailServer, ...]] = get_args(MailServer)


@dataclass(frozen=True, slots=True)
class Reaction:
    """``kind`` is `accept`, `refuse` or `defer`, or what broke the conversation off.

    Postfix says 450 to both of the latter two; ``reply`` is what it said as it comes.
    """

    kind: str
    reply: Reply | None = None

    def __str__(self) -> str:
        return self.kind if self.reply is None else f"{self.kind}: {self.reply}"


Reactions: TypeAlias = Mapping[MailServer, Mapping[Address, Reaction]]


@contextlib.contextmanager
def others_than_postfix(directory: Path, clients: Sequence[Address]) -> Iterator[None]:
    """Exim and OpenSMTPD, ready to be connected to by these clients."""
    with (
        Exim(directory / "exim"),
        OpenSmtpd(directory / "opensmtpd"),
        addresses_on_loopback(clients),
    ):
        yield


async def ask_mail_servers(clients: Sequence[Address]) -> Reactions:
    """What each does with each client's message; all are asked at once."""
    async with (
        gateway(EXIM_GATEWAY, exim.PORT),
        gateway(OPENSMTPD_GATEWAY, opensmtpd.PORT),
    ):
        stock, permanent, of_exim, of_opensmtpd = await asyncio.gather(
            _send(clients, postfix.STOCK),
            _send(clients, postfix.STOCK_PERMANENT),
            _send(clients, EXIM_GATEWAY),
            _send(clients, OPENSMTPD_GATEWAY),
        )
    return {
        "postfix": {
            each: Reaction(_reaction(permanent[each]).kind, stock[each].refusal) for each in clients
        },
        "exim": {each: _reaction(of_exim[each]) for each in clients},
        "opensmtpd": {each: _reaction(of_opensmtpd[each]) for each in clients},
    }


async def _send(clients: Sequence[Address], port: int) -> Mapping[Address, Conversation]:
    conversations = await deliver_many([Envelope(each) for each in clients], port, at_once=30)
    return dict(zip(clients, conversations, strict=True))


def _reaction(conversation: Conversation) -> Reaction:
    if conversation.accepted:
        return Reaction("accept")
    if conversation.broken is not None or conversation.refusal is None:
        return Reaction(f"broken: {conversation.broken}")
    permanent = conversation.refusal.code >= 500
    return Reaction("refuse" if permanent else "defer", conversation.refusal)


@contextlib.contextmanager
def impatient(resolver: Resolver) -> Iterator[None]:
    """The resolver gives up on silent servers within seconds: mail servers wait as long as it."""
    option = "infra-cache-max-rtt"
    usual = resolver.control("get_option", option).strip()
    resolver.control("set_option", f"{option}:", "4000")
    try:
        yield
    finally:
        resolver.control("set_option", f"{option}:", usual)


@contextlib.contextmanager
def names_in_order(resolver: Resolver, names: Mapping[Address, Sequence[str]]) -> Iterator[None]:
    """For a while the resolver gives these names, in this order, as it would when it rotates them.

    They are the PTR targets in zone-file syntax, without the last dot.
    """
    owners = {client: f"{client.reverse_pointer}." for client in names}
    for client, targets in names.items():
        # Unbound gives what it was told last first.
        for target in reversed(targets):
            resolver.control("local_data", f"{owners[client]} 300 IN PTR {target.rstrip('.')}.")
    try:
        yield
    finally:
        for owner in owners.values():
            resolver.control("local_zone_remove", owner)
