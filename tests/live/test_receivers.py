"""That what `gotrdns.receivers` predicts of Postfix, Exim and OpenSMTPD is what they really do.

Every client is verified by gotrdns and sends a message to each mail server, through the same
resolver. A client with several names does so again with other names given first.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import pytest

from gotrdns.checking import check_address
from gotrdns.explaining.foreseeing import ask_and_foresee
from gotrdns.names import Address as ClientAddress
from gotrdns.receivers import Prediction, Reaction, Receiver, predict
from gotrdns.resolution.client import Client
from gotrdns.resolution.opening import open_client
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.verification import Verdict
from tests.live import mail_servers
from tests.live.gateway import Address
from tests.live.mail_servers import (
    MAIL_SERVERS,
    MailServer,
    ask_mail_servers,
    impatient,
    names_in_order,
    others_than_postfix,
)
from tests.live.postfix import Postfix
from tests.live.receiver_cases import CASES, Case
from tests.live.resolver import Resolver

FEW: Final = 4
"""Up to so many names, each of them is given first once."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was concluded of a client while the resolver gave its names in one order."""

    verdict: Verdict
    predictions: Sequence[Prediction]
    reactions: Mapping[MailServer, mail_servers.Reaction]

    def prediction(self, server: MailServer) -> Prediction:
        (prediction,) = (each for each in self.predictions if each.receiver is Receiver(server))
        return prediction

    @property
    def names(self) -> list[str]:
        """In the order in which the resolver gave them."""
        reverse = self.verdict.reverse
        return [] if reverse is None else [name.text for name in reverse.names]


AllSeen: TypeAlias = Mapping[Address, Sequence[Seen]]
Foreseen: TypeAlias = tuple[Verdict, Sequence[Prediction]]


@contextlib.contextmanager
def asking() -> Iterator[Client]:
    """Nothing is remembered, and silent servers are not waited for."""
    settings = ResolverSettings(timeout=1.0, cache_entries=0)
    with contextlib.closing(open_client(settings)) as client:
        yield client


async def foresee_all(clients: Sequence[Address]) -> Mapping[Address, Foreseen]:
    with asking() as resolver:

        async def verify(client: Address) -> Foreseen:
            verdict = await check_address(resolver, ClientAddress.parse(str(client)))
            return verdict, await ask_and_foresee(resolver, verdict)

        return dict(zip(clients, await asyncio.gather(*map(verify, clients)), strict=True))


async def confirming_name(client: Address, limit: int) -> list[str]:
    with asking() as resolver:
        verdict = await check_address(resolver, ClientAddress.parse(str(client)), limit=limit)
        return [name.text for name in verdict.confirmed[:1]]


def see(clients: Sequence[Address]) -> Mapping[Address, Seen]:
    foreseen = asyncio.run(foresee_all(clients))
    reactions = asyncio.run(ask_mail_servers(clients))
    return {
        each: Seen(*foreseen[each], {server: reactions[server][each] for server in MAIL_SERVERS})
        for each in clients
    }


def other_orders(client: Address, names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Those that put another name first; where there are many names, only one that confirms."""
    many = len(names) > FEW
    for first in asyncio.run(confirming_name(client, len(names))) if many else names[1:]:
        yield [first, *(name for name in names if name != first)]


@pytest.fixture(scope="module")
def all_seen(resolver: Resolver, postfix: Postfix, live_directory: Path) -> AllSeen:
    assert postfix.running
    clients = [case.address for case in CASES]
    with impatient(resolver), others_than_postfix(live_directory, clients):
        resolver.flush()
        seen = {client: [first] for client, first in see(clients).items()}
        orders = {client: list(other_orders(client, seen[client][0].names)) for client in clients}
        for turn in range(max(map(len, orders.values()))):
            names = {client: each[turn] for client, each in orders.items() if len(each) > turn}
            with names_in_order(resolver, names):
                for client, another in see(list(names)).items():
                    assert another.names == names[client]
                    seen[client].append(another)
    resolver.flush()
    return seen


@pytest.mark.parametrize("server", MAIL_SERVERS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_mail_server_does_as_predicted(
    case: Case, server: MailServer, all_seen: AllSeen
) -> None:
    seen = all_seen[case.address]
    prediction = seen[0].prediction(server)
    reactions = [each.reactions[server] for each in seen]
    kinds = {each.kind for each in reactions}

    if prediction.reaction is Reaction.CHANCE:
        assert len(kinds) > 1, reactions
    else:
        assert kinds == {prediction.reaction.value}, reactions
    for reply in (each.reply for each in reactions if each.reply is not None):
        assert (reply.code, reply.enhanced or None) == (prediction.code, prediction.enhanced)


@pytest.mark.parametrize("server", MAIL_SERVERS)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_order_of_names_changes_no_prediction(
    case: Case, server: MailServer, all_seen: AllSeen
) -> None:
    predictions = [each.prediction(server) for each in all_seen[case.address]]

    assert len({(each.reaction, each.code, each.enhanced) for each in predictions}) == 1


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_verdict_alone_predicts_the_same_or_leaves_it_open(case: Case, all_seen: AllSeen) -> None:
    for seen in all_seen[case.address]:
        for alone, foreseen in zip(predict(seen.verdict), seen.predictions, strict=True):
            assert alone.receiver is foreseen.receiver
            assert alone.reaction in {foreseen.reaction, Reaction.CHANCE}


@pytest.mark.parametrize(
    ("server", "kinds"),
    [
        ("postfix", {"accept", "refuse", "defer"}),
        ("exim", {"accept", "refuse", "defer"}),
        ("opensmtpd", {"accept", "refuse"}),
    ],
)
def test_the_cases_bring_about_all_that_a_mail_server_can_do(
    server: MailServer, kinds: set[str], all_seen: AllSeen
) -> None:
    everything = [each.reactions[server].kind for seen in all_seen.values() for each in seen]

    assert set(everything) == kinds
    assert all(everything.count(kind) >= 20 for kind in kinds)
