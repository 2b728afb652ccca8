"""Every scenario through every door: the rules, `check`, and the doors of the mail servers."""

import asyncio
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from gotrdns.checking import check_address
from gotrdns.checking.helo import read_helo
from gotrdns.cli.verbs import program
from gotrdns.deciding import Decider, VerificationSettings
from gotrdns.diagnosis import diagnose
from gotrdns.diagnosis.helo import Helo, HeloEvidence, MalformedHelo
from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, HostName
from gotrdns.policy import Decision, Mode, Policy, PolicySettings, Transaction
from gotrdns.protocols.junk import Junk
from gotrdns.reports.english import FINDINGS
from gotrdns.reports.english_walk import FINDINGS_OF_A_WALK
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.servers.connections import Closure, Server
from gotrdns.servers.exim import EximServer
from gotrdns.servers.milter import MilterServer
from gotrdns.servers.policy import PolicyServer
from gotrdns.servers.settings import EximSettings, MilterSettings, PostfixSettings
from gotrdns.verification import Cause, Verdict
from tests.support.loopback_server import serve
from tests.unit.milter_service import (
    END,
    EVERYTHING,
    QUIT,
    connect,
    helo,
    offer,
    read_packets,
    recipient,
    sender,
    verdict_field,
)

REPOSITORY = Path(__file__).parents[2]
SCENARIOS = REPOSITORY / "tests" / "scenarios"


class VerdictExpected(msgspec.Struct, forbid_unknown_fields=True):
    result: str
    cause: str
    names: list[str] | None = None


class CheckExpected(msgspec.Struct, forbid_unknown_fields=True):
    findings: list[str]
    status: int


class PostfixExpected(msgspec.Struct, forbid_unknown_fields=True):
    action: str


class Scenario(msgspec.Struct, forbid_unknown_fields=True):
    about: str
    client: str
    world: str
    verdict: VerdictExpected
    check: CheckExpected
    postfix: PostfixExpected
    helo: str | None = None

    @property
    def said(self) -> HostName | MalformedHelo | None:
        return None if self.helo is None else read_helo(self.helo)

    @property
    def helo_name(self) -> HostName | None:
        return self.said if isinstance(self.said, HostName) else None

    @property
    def helo_evidence(self) -> Helo | None:
        if not isinstance(self.said, HostName):
            return self.said
        world = World.parse(self.world)
        questions = [Question(self.said, kind) for kind in (RecordType.A, RecordType.AAAA)]
        return HeloEvidence(self.said, tuple(map(world.answer, questions)))


def load(path: Path) -> Scenario:
    return msgspec.convert(tomllib.loads(path.read_text()), Scenario)


every_scenario = pytest.mark.parametrize(
    "scenario",
    [pytest.param(load(path), id=path.stem) for path in sorted(SCENARIOS.glob("*.toml"))],
)


def verify(scenario: Scenario, *, later: bool) -> Verdict:
    async def run() -> Verdict:
        schedule = asyncio.get_running_loop().call_soon if later else None
        resolver = ScriptedResolver(World.parse(scenario.world), schedule=schedule)
        address = Address.parse(scenario.client)
        return await check_address(resolver, address, helo=scenario.helo_name)

    return asyncio.run(run())


@every_scenario
@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
def test_the_rules_give_the_verdict(scenario: Scenario, later: bool) -> None:
    verdict = verify(scenario, later=later)
    assert (verdict.result.value, verdict.cause.value) == (
        scenario.verdict.result,
        scenario.verdict.cause,
    )
    if scenario.verdict.names is not None:
        assert [each.name.text for each in verdict.names] == scenario.verdict.names


@every_scenario
def test_the_answers_give_the_findings(scenario: Scenario) -> None:
    findings = diagnose(verify(scenario, later=False), helo=scenario.helo_evidence)
    assert [finding.code for finding in findings] == scenario.check.findings


@every_scenario
def test_check_says_the_same_through_a_resolver(scenario: Scenario) -> None:
    with serve(World.parse(scenario.world)) as resolver:
        options = ["--resolver", resolver, "--timeout", "0.5", "--json"]
        if scenario.helo is not None:
            options += ["--helo", scenario.helo]
        outcome = CliRunner().invoke(program, ["check", *options, scenario.client])
    assert outcome.exit_code == scenario.check.status
    printed = json.loads(outcome.stdout)
    assert (printed["result"], printed["cause"]) == (
        scenario.verdict.result,
        scenario.verdict.cause,
    )
    assert [finding["code"] for finding in printed["findings"]] == scenario.check.findings


class Unobserved:
    """An observer that looks away."""

    def decided(self, transaction: Transaction, decision: Decision, seconds: float) -> None:
        pass

    def received_junk(self, junk: Junk, peer: str) -> None:
        pass

    def closed(self, closure: Closure, peer: str) -> None:
        pass


NewServer = Callable[[Decider, asyncio.AbstractEventLoop], Server[Any]]


async def ask(scenario: Scenario, socket: Path, new_server: NewServer, request: bytes) -> bytes:
    """What a door answers to all that is said to it."""
    loop = asyncio.get_running_loop()
    resolver = ScriptedResolver(World.parse(scenario.world), schedule=loop.call_soon)
    policy = Policy(PolicySettings(mode=Mode.STRICT))
    decider = Decider(policy, resolver, VerificationSettings(), loop.call_later)
    server = new_server(decider, loop)
    listener = await loop.create_unix_server(server.new_connection, socket)
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(request)
    writer.write_eof()
    reply = await reader.read()
    writer.close()
    await writer.wait_closed()
    listener.close()
    await server.stop()
    return reply


@every_scenario
def test_postfix_is_told_what_to_do(scenario: Scenario, tmp_path: Path) -> None:
    attributes = {
        "request": "smtpd_access_policy",
        "protocol_state": "RCPT",
        "client_address": scenario.client,
        "helo_name": scenario.helo or "",
        "sender": "someone@business.example",
        "recipient": "someone@recipient.example",
    }
    request = "".join(f"{key}={value}\n" for key, value in attributes.items()) + "\n"

    def new_server(decider: Decider, loop: asyncio.AbstractEventLoop) -> Server[Any]:
        return PolicyServer(PostfixSettings(), decider, Unobserved(), loop)

    reply = asyncio.run(ask(scenario, tmp_path / "policy", new_server, request.encode()))
    assert reply.startswith(f"action={scenario.postfix.action}".encode())


EXIM_IS_TOLD = {
    "DUNNO": "PASS",
    "PREPEND X-Gotrdns:": "PASS X-Gotrdns: ",
    "450 4.7.25": "DEFER 450 4.7.25 ",
    "550 5.7.25": "REFUSE 550 5.7.25 ",
}


@every_scenario
def test_exim_is_told_the_same(scenario: Scenario, tmp_path: Path) -> None:
    request = f'check ip={scenario.client} helo="{scenario.helo or ""}"\n'

    def new_server(decider: Decider, loop: asyncio.AbstractEventLoop) -> Server[Any]:
        return EximServer(EximSettings(), decider, Unobserved(), loop)

    answered = asyncio.run(ask(scenario, tmp_path / "exim", new_server, request.encode()))
    reply = answered.decode().strip()
    expected = EXIM_IS_TOLD[scenario.postfix.action]
    assert reply == expected if expected == "PASS" else reply.startswith(expected)


MILTERS_ANSWER = {
    "DUNNO": b"c",
    "PREPEND X-Gotrdns:": b"c",
    "450 4.7.25": b"y450 4.7.25 ",
    "550 5.7.25": b"y550 5.7.25 ",
}


@every_scenario
def test_a_mail_server_with_a_milter_is_told_the_same(scenario: Scenario, tmp_path: Path) -> None:
    client = Address.parse(scenario.client)
    name = (scenario.helo or "").encode()
    session = [connect(client), helo(name), sender(), recipient(), END, QUIT]
    request = b"".join([offer(*EVERYTHING), *session])

    def new_server(decider: Decider, loop: asyncio.AbstractEventLoop) -> Server[Any]:
        return MilterServer(MilterSettings(), decider, Unobserved(), loop)

    answered = asyncio.run(ask(scenario, tmp_path / "milter", new_server, request))
    _agreement, told, *changes, end = read_packets(answered)
    assert told.startswith(MILTERS_ANSWER[scenario.postfix.action])
    assert end == b"c"
    marks = [each for each in changes if each.startswith(b"i\0\0\0\0X-Gotrdns\0")]
    assert len(marks) == (scenario.postfix.action == "PREPEND X-Gotrdns:")
    expected = verdict_field(scenario.verdict.result, scenario.verdict.cause, client)
    assert changes[-1] == b"".join(expected)


CODES = sorted({cause.value for cause in Cause} | set(FINDINGS))


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_scenario(code: str) -> None:
    scenario = load(SCENARIOS / f"{code}.toml")
    assert code in {scenario.verdict.cause, *scenario.check.findings}


@pytest.mark.parametrize("code", sorted(FINDINGS_OF_A_WALK))
def test_every_code_of_a_walk_has_its_scenario_and_page(code: str) -> None:
    # What the servers hold there, and how `explain` finds it, is in the live tests.
    path = SCENARIOS / "walk" / f"{code}.toml"
    assert code in tomllib.loads(path.read_text())["findings"]
    page = (REPOSITORY / "docs" / "findings" / f"{code}.md").read_text()
    assert page.startswith(f"# `{code}`\n")


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_page(code: str) -> None:
    page = (REPOSITORY / "docs" / "findings" / f"{code}.md").read_text()
    assert page.startswith(f"# `{code}`\n")


def test_no_scenario_expects_an_unknown_code() -> None:
    expected: set[Any] = set()
    for path in SCENARIOS.glob("*.toml"):
        expected |= set(load(path).check.findings)
    assert expected <= set(FINDINGS)
