"""The work of ``gotrdns decide``: a client and its envelope in, a decision with its grounds out.

Owns where settings and the past come from, and what is printed. The decision is made of the same
parts as the daemon's, over a memory that only reads.
"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from gotrdns.checking import check_address
from gotrdns.cli.colour import choose_paint
from gotrdns.cli.options import DEFAULT_SETTINGS
from gotrdns.cli.output import Failure, complain, write, write_octets
from gotrdns.cli.stores import opened, read_store_settings
from gotrdns.deciding.counsel import Counsel, is_dynamic, read_name, sender_domain
from gotrdns.deciding.sentinel import Sentinel
from gotrdns.names import Address, InvalidAddress
from gotrdns.policy import Action, Mode, Policy, PolicySettings, Transaction
from gotrdns.policy.allowances import Allowances
from gotrdns.policy.confirmations import Confirmations
from gotrdns.policy.history import History, client_key
from gotrdns.reports.deliberation import Deliberation
from gotrdns.reports.deliberation_json import encode_deliberation
from gotrdns.reports.deliberation_text import tell
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.servers import InvalidServer, NoServers
from gotrdns.settings import Settings
from gotrdns.store.settings import NOWHERE, sqlite_path
from gotrdns.vouching import Reach, Testimony, Vouching
from gotrdns.vouching.reach import Spoken

STATUSES: Final = {Action.PASS: 0, Action.REFUSE: 1, Action.DEFER: 3}
_WITHOUT_SETTINGS: Final = Settings(policy=PolicySettings(mode=Mode.PROTECT))


class _Past(msgspec.Struct, frozen=True):
    """A memory of one client that is only read; implements ``deciding.memory.Memory``."""

    known: History = History()
    allowances: Allowances = Allowances()
    confirmations: Confirmations = Confirmations()
    spoken: tuple[Spoken, ...] = ()

    @property
    def allowances_known(self) -> bool:
        return True

    async def history(self, client: bytes) -> History | None:  # noqa: ARG002 - there is but one
        return self.known

    def note_sighting(
        self, client: bytes, result: object, now: float, *, dynamic: bool
    ) -> None: ...

    def note_pass(self, client: Address, now: float) -> None: ...

    def remember(self, transaction: Transaction, decision: object, now: float) -> str:  # noqa: ARG002
        return ""

    def repeat(self, incident: str, now: float) -> bool:  # noqa: ARG002
        return True

    def note_hit(self, allowance: int, now: float) -> None: ...


def deliberate(options: Mapping[str, Any]) -> int:
    """Decide and print, by the options' parameters' names; returns the exit status."""
    client = _read_address(options["address"])
    settings = _choose_settings(options)
    past = _read_past(settings, options["url"], client)
    transaction = Transaction(
        client, helo=options["helo"], sender=options["sender"], recipient=options["recipient"]
    )
    try:
        found = asyncio.run(_decide(settings, transaction, client, past))
    except (InvalidServer, NoServers) as error:
        raise Failure(str(error)) from None
    if options["as_json"]:
        write_octets(encode_deliberation(found) + b"\n")
    else:
        write(tell(found, choose_paint()))
    return STATUSES[found.decision.action]


def _read_address(text: str) -> Address:
    try:
        return Address.parse_literal(text)
    except InvalidAddress as error:
        raise click.UsageError(str(error)) from None


def _choose_settings(options: Mapping[str, Any]) -> Settings:
    path: Path = options["path"]
    if str(path) == DEFAULT_SETTINGS and not path.exists():
        if options["mode"] is None:
            complain(f"there are no settings at {path}: decided as in the mode protect")
        settings = _WITHOUT_SETTINGS
    else:
        settings = read_store_settings(path, None) or _WITHOUT_SETTINGS
    policy, resolver = settings.policy, settings.resolver
    if options["mode"] is not None:
        policy = msgspec.structs.replace(policy, mode=Mode(options["mode"]))
    if options["resolvers"]:
        resolver = msgspec.structs.replace(resolver, servers=tuple(options["resolvers"]))
    resolver = msgspec.structs.replace(resolver, timeout=options["timeout"])
    return msgspec.structs.replace(settings, policy=policy, resolver=resolver)


def _read_past(settings: Settings, url: str | None, client: Address) -> _Past:
    """What the store has; nothing where there is none yet."""
    place = url or settings.store.url
    path = sqlite_path(place)
    if place == NOWHERE or (url is None and path is not None and not path.exists()):
        return _Past()
    with opened(place) as store:
        history = store.history_of(client_key(client)) or History()
        confirmation = store.confirmation_of(client)
        return _Past(
            history,
            Allowances(store.list_allowances()),
            Confirmations([confirmation] if confirmation else []),
            store.spoken(),
        )


async def _decide(
    settings: Settings, transaction: Transaction, client: Address, past: _Past
) -> Deliberation:
    policy = Policy(settings.policy)
    mode = settings.policy.mode
    exemption = policy.exemption(transaction)
    if exemption is not None:
        return Deliberation(transaction, mode, exemption)
    resolver = open_client(settings.resolver)
    control = open_client(msgspec.structs.replace(settings.resolver, cache_entries=0))
    try:
        sentinel = Sentinel(control, time.monotonic)
        reach = Reach()
        reach.load(past.spoken)
        vouching = Vouching(resolver, reach, clock=time.time, on_spoken=lambda _spoken: None)
        counsel = Counsel(past, vouching, sentinel, time.time)
        helo = read_name(transaction.helo)
        verdict = await check_address(
            resolver, client, helo=helo, limit=settings.verification.ptr_limit
        )
        verdict = past.confirmations.apply(verdict, time.time())
        if policy.is_settled(verdict, dynamic=is_dynamic(policy, verdict)):
            return Deliberation(transaction, mode, policy.decide(verdict))
        patience = settings.verification.deadline
        given = await counsel.gather(policy, transaction, verdict, patience)
        heard: tuple[Testimony, ...] = ()
        if policy.protects:  # asked a moment ago, so the answers are there
            heard = await vouching.hear(
                client, helo=helo, sender=sender_domain(transaction), deadline=patience
            )
        vouching.close()
    finally:
        resolver.close()
        control.close()
    decision = policy.decide(verdict, given)
    return Deliberation(transaction, mode, decision, given, heard, policy.protects)
