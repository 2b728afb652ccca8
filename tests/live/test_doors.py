"""One decision, every door: whichever way a mail server asks, the same becomes of the mail.

The clients of `tests/scenarios/doors` come to one daemon through Postfix's policy protocol, through
its milter and through Exim, and are told the same words.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import pytest

from gotrdns.policy.recorded import RecordedDecision
from gotrdns.store.queries import LONGEST_LIST, Search, Store
from tests.live.door_cases import SCENARIO, Case, Door, Scenario, clients_by
from tests.live.doors import MailHost, Reaction
from tests.live.hosted import Hosted
from tests.live.resolver import Resolver
from tests.unit.check_program import run_program

POLICY: Final = """\
pass-networks = ["85.105.64.90"]
pass-recipient-domains = ["optout.example"]
mark-passes = {mark_passes}
actions = {{ {actions} }}
"""
HOUR: Final = 3600.0
HEEDED_AFTER: Final = 1.0  # seconds, for an exception
LONGEST_LINE: Final = 512  # RFC 5321 section 4.5.3.1.5

Reactions: TypeAlias = Mapping[Door, Reaction]


class Played(NamedTuple):
    """What happened in a scenario: by case and hour at each door, and what is kept of it."""

    reactions: Mapping[tuple[str, float], Reactions]
    kept: Mapping[str, RecordedDecision]


@pytest.fixture(scope="module")
def mail_host(resolver: Resolver, live_directory: Path) -> Iterator[MailHost]:
    assert resolver.running
    with MailHost(live_directory / "doors", clients_by("exim")) as host:
        yield host


@pytest.fixture(scope="module")
def played(
    mail_host: MailHost, resolver: Resolver, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Played]:
    return {
        name: asyncio.run(play(scenario, mail_host, resolver, tmp_path_factory.mktemp(name)))
        for name, scenario in SCENARIO.items()
    }


async def play(
    scenario: Scenario, mail_host: MailHost, resolver: Resolver, directory: Path
) -> Played:
    actions = ", ".join(f'{cause} = "{action}"' for cause, action in scenario.actions.items())
    policy = POLICY.format(mark_passes=str(scenario.mark_passes).lower(), actions=actions)
    async with mail_host.hosted(directory, scenario.mode, policy) as daemon:
        await grant(daemon, scenario)
        if scenario.resolver == "down":
            resolver.stop()
        try:
            reactions = await ask(scenario, mail_host, resolver, daemon)
        finally:
            if scenario.resolver == "down":
                resolver.start()
    with Store(daemon.url) as store:
        kept = {each.id: each for each in store.find(Search(limit=LONGEST_LIST))}
    return Played(reactions, kept)


async def grant(daemon: Hosted, scenario: Scenario) -> None:
    """Make the exceptions, and wait until they are heeded."""
    for target in scenario.allow:
        command = ("allow", "add", target, "--for-ever", "--reason", "x", "--store", daemon.url)
        done = await asyncio.to_thread(run_program, *command)
        assert done.returncode == 0, done.stderr
    if scenario.allow:
        await asyncio.sleep(HEEDED_AFTER)


async def ask(
    scenario: Scenario, mail_host: MailHost, resolver: Resolver, daemon: Hosted
) -> Mapping[tuple[str, float], Reactions]:
    found: dict[tuple[str, float], dict[Door, Reaction]] = defaultdict(dict)
    beginning = daemon.now
    for hours in scenario.hours:
        daemon.now = beginning + hours * HOUR
        for turns in scenario.turns(hours):
            if resolver.running:
                resolver.flush()
            reactions = await mail_host.ask(turns)
            for (case, door), reaction in zip(turns, reactions, strict=True):
                found[case.about, hours][door] = reaction
    return found


EVERYBODY: Final = [
    pytest.param(name, case, hours, id=f"{name}: {case}" + (f" after {hours:g} h" if hours else ""))
    for name, scenario in SCENARIO.items()
    for case in scenario.case
    for hours in scenario.hours
]
every_client = pytest.mark.parametrize(("name", "case", "hours"), EVERYBODY)


@every_client
def test_the_same_becomes_of_the_mail(
    name: str, case: Case, hours: float, played: Mapping[str, Played]
) -> None:
    reactions = played[name].reactions[case.about, hours]
    expected = dict.fromkeys(reactions, case.expected(hours).fates)

    assert {door: each.fates for door, each in reactions.items()} == expected


@every_client
def test_the_same_words_are_said_in_lines_that_fit_smtp(
    name: str, case: Case, hours: float, played: Mapping[str, Played]
) -> None:
    expected = case.expected(hours)
    reactions = played[name].reactions[case.about, hours]
    told: dict[str, set[str]] = defaultdict(set)
    for door, reaction in reactions.items():
        told[expected.otherwise.get(door, expected.words)].update(reaction.words)

    for beginning, words in told.items():
        assert len(words) == bool(beginning), words
        assert all(each.startswith(beginning) for each in words)
    assert all(each.longest_line <= LONGEST_LINE for each in reactions.values())


@every_client
def test_a_message_gets_the_same_mark(
    name: str, case: Case, hours: float, played: Mapping[str, Played]
) -> None:
    mark = case.expected(hours).mark
    reactions = played[name].reactions[case.about, hours]
    marks = {door: each.marks for door, each in reactions.items()}

    assert len(set(marks.values())) == 1, marks
    assert [re.sub(r" incident=\w+$", "", each) for each in marks.popitem()[1]] == [mark] * bool(
        mark
    )


@every_client
def test_it_is_one_incident_whichever_the_door(
    name: str, case: Case, hours: float, played: Mapping[str, Played]
) -> None:
    reactions, kept = played[name].reactions[case.about, hours], played[name].kept
    told = {each for reaction in reactions.values() for each in (*reaction.words, *reaction.marks)}
    incidents = {found for each in told for found in re.findall(r"(?:/i/|incident=)(\w+)$", each)}
    if not told or "rule=confirmed" in "".join(told):
        assert not incidents
        return
    (incident,) = incidents

    assert ip_address(kept[incident].address) == case.address
    assert kept[incident].count >= len(reactions)
