"""What the daemon counts, and what it writes about."""

import os
from pathlib import Path

import pytest

from gotrdns.daemon.journal import Journal, Level
from gotrdns.daemon.watch import Watch
from gotrdns.names import Address
from gotrdns.policy import Decision, Mode, Policy, PolicySettings, Transaction
from gotrdns.protocols.junk import Junk
from gotrdns.servers.connections import Closure
from gotrdns.verification import Cause, Verdict

CLIENT = Address.parse("85.105.64.87")
TRANSACTION = Transaction(CLIENT, helo='x" level=error', sender="a@example.com")


class Case:
    """A watch whose log is a file."""

    def __init__(self, directory: Path, level: Level = Level.INFO) -> None:
        self._path = directory / "log"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT)
        self.now = 0.0
        self.watch = Watch(Journal(descriptor, level), Mode.STRICT, lambda: self.now)
        self._descriptor = descriptor

    def decide(self, cause: Cause, *, mark_passes: bool = False) -> None:
        decision = Policy(PolicySettings(mode=Mode.STRICT, mark_passes=mark_passes)).decide(
            Verdict(CLIENT, cause, (), None, False)
        )
        self.watch.decided(TRANSACTION, decision, 0.0125)

    def lines(self) -> list[str]:
        """The events written so far, without their time."""
        return [line.split(" ", 1)[1] for line in self._path.read_text().splitlines()]

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.mark.parametrize("mark_passes", [False, True])
def test_a_client_that_simply_passed_is_only_counted(case: Case, *, mark_passes: bool) -> None:
    case.decide(Cause.CONFIRMED, mark_passes=mark_passes)
    assert case.lines() == []
    assert case.watch.tally.confirmed == 1
    case.close()


def test_an_exempt_client_is_only_counted(case: Case) -> None:
    exempt = Policy(PolicySettings(mode=Mode.STRICT)).exemption(Transaction(None))
    assert isinstance(exempt, Decision)
    case.watch.decided(Transaction(None), exempt, 0.0)
    assert case.lines() == []
    case.close()


def test_at_level_debug_passes_are_written_too(tmp_path: Path) -> None:
    case = Case(tmp_path, Level.DEBUG)
    case.decide(Cause.CONFIRMED)
    (line,) = case.lines()
    assert line.startswith("level=debug event=decision client=85.105.64.87 result=pass")
    case.close()


def test_a_decision_is_one_line_whatever_the_client_called_itself(case: Case) -> None:
    case.decide(Cause.NO_PTR)
    assert case.lines() == [
        "level=info event=decision client=85.105.64.87 result=permerror cause=no-ptr "
        'action=refuse rule=strict helo="x\\" level=error" '
        "sender-domain=example.com elapsed_ms=12.5"
    ]
    case.close()


def test_what_the_mail_server_told_stands_beside_the_decision(case: Case) -> None:
    decision = Policy(PolicySettings(mode=Mode.STRICT)).decide(
        Verdict(CLIENT, Cause.NO_PTR, (), None, False)
    )
    transaction = Transaction(CLIENT, queue_id="4fX1 y=z", mail_server_found="forged")
    case.watch.decided(transaction, decision, 0.0)
    (line,) = case.lines()
    assert line.endswith('mail-server-found=forged queue-id="4fX1 y=z" elapsed_ms=0.0')
    case.close()


def test_an_outage_of_our_resolver_is_one_alarm_and_one_recovery(case: Case) -> None:
    for _ in range(50):
        case.decide(Cause.RESOLVER_UNREACHABLE)
    case.now = 11.0
    case.watch.tick()
    case.watch.tick()
    others = [line for line in case.lines() if "event=decision" not in line]
    assert others == [
        "level=error event=alarm alarm=resolver-unreachable count=1",
        "level=warning event=recovered alarm=resolver-unreachable lasted_s=11.0",
    ]
    case.close()


def test_junk_is_told_with_who_sent_it(case: Case) -> None:
    for _ in range(3):
        case.watch.received_junk(Junk.OVERSIZE, "127.0.0.1:4321")
    assert case.lines() == ["level=warning event=junk kind=oversize count=1 peer=127.0.0.1:4321"]
    assert case.watch.tally.junk == {Junk.OVERSIZE: 3}
    case.close()


def test_ordinary_closings_are_only_counted(case: Case) -> None:
    case.watch.closed(Closure.IDLE, "unix")
    case.watch.closed(Closure.REFUSED_FULL, "unix")
    case.watch.write_summary(connections=7)
    closed, summary = case.lines()
    assert closed == "level=warning event=connection-closed kind=refused-full count=1 peer=unix"
    assert summary == (
        "level=info event=summary connections=7 passed=0 let_in=0 deferred=0 refused=0 junk=0 "
        "closed_idle=1 closed_refused_full=1"
    )
    case.close()
