"""Remembered decisions made from the scenarios' worlds, as the daemon would have kept them."""

import asyncio
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from gotrdns.checking import check_address
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Rule
from gotrdns.policy.recorded import Evidence, RecordedDecision, RecordedVouching, evidence_of
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.verification import CheckedName, NameState, Result, Verdict

SCENARIOS = Path(__file__).parents[1] / "scenarios"
INCIDENT = "mfrggzdfmztwq2lk"
NOW = 1_795_869_180.0  # 2026-11-28 12:33 UTC
FOUNDING = "forward-nodata"


def scenarios() -> list[str]:
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def verdict_in(scenario: str) -> Verdict:
    written = tomllib.loads((SCENARIOS / f"{scenario}.toml").read_text())
    resolver = ScriptedResolver(World.parse(written["world"]))
    return asyncio.run(check_address(resolver, Address.parse(written["client"])))


def recorded(verdict: Verdict | None, **changes: Any) -> RecordedDecision:
    """A decision about a client with this verdict, as it comes back from the store."""
    refused = verdict is not None and verdict.result in {Result.FAIL, Result.PERMERROR}
    decision = RecordedDecision(
        id=INCIDENT,
        first_at=NOW - 1800,
        last_at=NOW,
        count=3,
        address=verdict.address.text if verdict else "",
        host_name=verdict.names[0].name.text if verdict and verdict.names else "",
        helo="srv1.bakery-schmitt.com",
        sender="anna@bakery-schmitt.com",
        recipient="bob@receiver.org",
        result=verdict.result if verdict else None,
        reason=verdict.cause.value if verdict else Rule.UNKNOWN_CLIENT.value,
        action=Action.REFUSE if refused else Action.DEFER,
        rule=Rule.STRICT,
        withheld=None,
        vouched=RecordedVouching(),
        allowance=None,
        follow_up=False,
        done_at=None,
        evidence=evidence_of(verdict) if verdict else Evidence(),
    )
    return msgspec.structs.replace(decision, **changes)


def recorded_in(scenario: str, **changes: Any) -> RecordedDecision:
    return recorded(verdict_in(scenario), **changes)


def named(name: DomainName) -> Verdict:
    """The founding example with another name in the PTR record."""
    verdict = verdict_in(FOUNDING)
    [checked] = verdict.names
    assert verdict.reverse is not None
    return msgspec.structs.replace(
        verdict,
        names=(CheckedName(name, NameState.NODATA, checked.answer),),
        reverse=msgspec.structs.replace(verdict.reverse, names=(name,)),
    )
