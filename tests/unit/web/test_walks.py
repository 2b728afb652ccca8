"""Walks for visitors: who shares one, who waits, who is told to come back, and what ends when."""

import asyncio

import msgspec
import pytest

from gotrdns.checking.targets import Expansion, Place, expand_host
from gotrdns.diagnosis.helo import MalformedHelo
from gotrdns.evidence import Reply
from gotrdns.explaining.expert import NOTHING_ELSE, Asked
from gotrdns.names import Address, DomainName, read_host_name
from gotrdns.web.limits import TooMany
from gotrdns.web.private import PrivateTarget
from gotrdns.web.walks import Walks
from tests.unit.web.measured_experts import (
    PLENTY,
    VISITOR,
    Expert,
    run,
    sighted_walk,
    target,
    turns,
)


def test_those_who_ask_the_same_share_one_walk_and_hear_it_from_its_beginning() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, PLENTY, keep=0.0)
        replies = sighted_walk().reverse.legs[0].zones[0].replies
        first: list[Reply] = []
        late: list[Reply] = []
        one = asyncio.create_task(walks.explain(VISITOR, target(1), on_step=first.append))
        await turns()
        assert expert.tell is not None
        expert.tell(replies[0])
        two = asyncio.create_task(walks.explain(None, target(1), on_step=late.append))
        await turns()
        expert.tell(replies[0])
        expert.go.set()
        assert await one is await two
        assert first == late == [replies[0]] * 2
        assert len(expert.explained) == 1

    run(main())


def test_an_explanation_is_given_again_for_a_while_and_costs_nothing() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        page = msgspec.structs.replace(PLENTY, walks_a_minute=2)
        walks = Walks(expert, page, keep=0.05)
        for _ in range(10):
            await walks.explain(VISITOR, target(1))
        assert len(expert.explained) == 1
        await asyncio.sleep(0.1)
        await walks.explain(VISITOR, target(1))
        assert len(expert.explained) == 2
        with pytest.raises(TooMany) as caught:
            await walks.explain(VISITOR, target(2))
        assert caught.value.of_all

    run(main())


def test_what_else_was_asked_makes_another_walk() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        asked = Asked(name=DomainName.parse("mail.example.org"))
        await walks.explain(VISITOR, target(1))
        await walks.explain(VISITOR, target(1), asked)
        assert expert.explained == [(target(1), NOTHING_ELSE), (target(1), asked)]

    run(main())


def test_of_many_explanations_only_the_latest_are_kept() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        for number in range(100):
            await walks.explain(VISITOR, target(number))
        assert walks.kept <= 16
        await walks.explain(VISITOR, target(99))
        assert len(expert.explained) == 100

    run(main())


def test_one_who_leaves_takes_nothing_from_the_others_and_the_last_ends_the_walk() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, PLENTY)
        visitors = [asyncio.create_task(walks.explain(VISITOR, target(1))) for _ in range(3)]
        await turns()
        visitors[0].cancel()
        visitors[1].cancel()
        await turns()
        assert expert.at_once == 1
        again = asyncio.create_task(walks.explain(VISITOR, target(1)))
        await turns()
        visitors[2].cancel()
        again.cancel()
        await turns()
        assert expert.at_once == 0
        assert len(expert.explained) == 1
        expert.go.set()
        await walks.explain(VISITOR, target(1))
        assert len(expert.explained) == 2

    run(main())


def test_a_full_queue_tells_others_to_come_back_and_takes_nothing_from_their_budget() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, msgspec.structs.replace(PLENTY, walks_at_once=1))
        waiting = [asyncio.create_task(walks.explain(VISITOR, target(n))) for n in range(5)]
        await turns()
        with pytest.raises(TooMany) as caught:
            await walks.explain(VISITOR, target(9))
        assert caught.value.of_all
        expert.go.set()
        await asyncio.gather(*waiting)
        assert expert.most_at_once == 1
        await walks.explain(VISITOR, target(9))

    run(main())


def test_a_walk_without_end_is_ended_for_all_who_wait() -> None:
    async def main() -> None:
        walks = Walks(Expert(), PLENTY, patience=0.02)
        visitors = [walks.explain(VISITOR, target(1)) for _ in range(2)]
        for outcome in await asyncio.gather(*visitors, return_exceptions=True):
            assert isinstance(outcome, TooMany)

    run(main())


def test_a_fault_reaches_all_who_wait_and_is_not_kept() -> None:
    async def main() -> None:
        expert = Expert(turns=3)
        expert.error = RuntimeError("a fault")
        walks = Walks(expert, PLENTY)
        visitors = [walks.explain(VISITOR, target(1)) for _ in range(2)]
        for outcome in await asyncio.gather(*visitors, return_exceptions=True):
            assert outcome is expert.error
        expert.error = None
        await walks.explain(VISITOR, target(1))

    run(main())


def test_closing_ends_everything() -> None:
    async def main() -> None:
        expert = Expert()
        walks = Walks(expert, PLENTY)
        visitor = asyncio.create_task(walks.explain(VISITOR, target(1)))
        looks = asyncio.create_task(anext(walks.watch(VISITOR, target(2))))
        await turns()
        await walks.close()
        for outcome in await asyncio.gather(visitor, looks, return_exceptions=True):
            assert isinstance(outcome, TooMany)
        assert expert.at_once == 0

    run(main())


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("10.0.0.1", NOTHING_ELSE),
        ("64:ff9b::a00:1", NOTHING_ELSE),
        ("81.20.30.1", Asked(name=DomainName.parse("db.internal"))),
    ],
)
def test_private_targets_are_refused_unless_they_are_allowed(address: str, asked: Asked) -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        private = Address.parse(address)
        with pytest.raises(PrivateTarget):
            await walks.explain(VISITOR, private, asked)
        with pytest.raises(PrivateTarget):
            await anext(walks.watch(VISITOR, private, asked))
        assert expert.ended == 0
        allowing = Walks(expert, msgspec.structs.replace(PLENTY, private_targets=True))
        assert await allowing.expand(VISITOR, expand_host, "mail.example") == Expansion(
            (Place(Address.parse("10.1.1.1"), DomainName.parse("mail.example")),)
        )

    run(main())


def test_a_private_helo_name_is_not_asked_about_and_a_malformed_one_is_kept() -> None:
    async def main() -> None:
        expert = Expert(turns=1)
        walks = Walks(expert, PLENTY)
        malformed = Asked(helo=MalformedHelo("x y"))
        for helo in (b"\x02pc\x05local\x00", b"\x02pc\x00"):
            await walks.explain(VISITOR, target(1), Asked(helo=read_host_name(helo)))
        await walks.explain(VISITOR, target(1), malformed)
        assert expert.explained == [(target(1), NOTHING_ELSE), (target(1), malformed)]

    run(main())


def test_looking_up_names_has_a_budget_of_its_own() -> None:
    async def main() -> None:
        walks = Walks(Expert(turns=1), PLENTY)
        with pytest.raises(TooMany):
            for _ in range(100):
                await walks.expand(VISITOR, expand_host, "mail.example")
        await walks.explain(VISITOR, target(1))
        await walks.expand(target(1), expand_host, "mail.example")

    run(main())
