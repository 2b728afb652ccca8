"""Whether what a client was turned away for has been repaired since."""

from typing import Any

import msgspec
import pytest

from gotrdns.mail_logs.complaints.repairs import stand
from gotrdns.names import Address, DomainName
from gotrdns.reports.logs.complaint import (
    STATES,
    Chronicle,
    Confirmation,
    Event,
    Standing,
    State,
    Story,
    Turning,
)
from gotrdns.reports.logs.report import Amount, Ground
from gotrdns.verification import Cause, Verdict
from tests.unit.explanation_cases import confirmed
from tests.unit.explanations import founding

THEN = 1_795_608_000.0
PASS = confirmed().verdict
FAIL = founding().verdict  # forward-nodata


def told(last: Turning | None, **others: Any) -> Story:
    story = Story(Address.parse("85.105.64.87"), (), Chronicle(()), Amount(), 0, 0, last=last)
    return msgspec.structs.replace(story, **others)


def turning(ground: Ground = Ground.FORWARD_NODATA, event: Event = Event.DEFERRED) -> Turning:
    return Turning(THEN, event, ground, "450 4.7.25 no")


def verdict(cause: Cause) -> Verdict:
    return msgspec.structs.replace(FAIL, cause=cause)


def test_who_was_never_turned_away_has_nothing_to_repair() -> None:
    assert stand(told(None), None) is stand(told(None), FAIL) is Standing.NEVER_TURNED_AWAY


@pytest.mark.parametrize("ground", [each for each in Ground if each is not Ground.DYNAMIC_NAME])
def test_what_dns_confirms_now_is_repaired_whatever_it_was(ground: Ground) -> None:
    assert stand(told(turning(ground)), PASS) is Standing.CONFIRMED_NOW


@pytest.mark.parametrize(
    ("ground", "cause", "standing"),
    [
        (Ground.FORWARD_NODATA, Cause.FORWARD_NODATA, Standing.SAME_CAUSE),
        (Ground.FORWARD_NODATA, Cause.NO_PTR, Standing.OTHER_CAUSE),
        (Ground.FORWARD_UNCONFIRMED, Cause.FORWARD_MISMATCH, Standing.SAME_CAUSE),
        (Ground.FORWARD_UNCONFIRMED, Cause.PTR_UNUSABLE, Standing.OTHER_CAUSE),
        (Ground.NO_PTR_OR_FAILED, Cause.NO_PTR, Standing.SAME_CAUSE),
        (Ground.FORWARD_FAILED, Cause.FORWARD_NXDOMAIN, Standing.OTHER_CAUSE),
        (Ground.DYNAMIC_NAME, Cause.FORWARD_NODATA, Standing.OTHER_CAUSE),
        (Ground.UNTOLD, Cause.FORWARD_NODATA, Standing.STILL_FAILS),
    ],
)
def test_what_fails_now_is_not_repaired(ground: Ground, cause: Cause, standing: Standing) -> None:
    assert stand(told(turning(ground)), verdict(cause)) is standing


def test_dns_says_more_than_what_the_log_shows_since() -> None:
    since = told(turning(), confirmed=Confirmation(THEN + 1, "x.example"), taken_in_at=THEN + 1)
    assert stand(since, FAIL) is Standing.SAME_CAUSE


@pytest.mark.parametrize("now", [None, verdict(Cause.REVERSE_TIMEOUT)])
def test_the_log_tells_where_dns_does_not(now: Verdict | None) -> None:
    confirmed_since = told(turning(), confirmed=Confirmation(THEN + 1, "x.example"))
    assert stand(confirmed_since, now) is Standing.CONFIRMED_SINCE
    assert stand(told(turning(), taken_in_at=THEN + 1), now) is Standing.TAKEN_IN_SINCE
    before = told(turning(), taken_in_at=THEN)
    unknown = Standing.NOT_ASKED if now is None else Standing.DNS_TROUBLE
    assert stand(before, now) is unknown
    assert STATES[unknown] is State.UNTOLD


def test_mail_that_is_only_warned_of_comes_in_whatever_is_wrong() -> None:
    warned = turning(event=Event.WARNED)
    assert stand(told(warned, taken_in_at=THEN + 1), None) is Standing.NOT_ASKED
    confirmed_since = told(warned, confirmed=Confirmation(THEN + 1, "x.example"))
    assert stand(confirmed_since, None) is Standing.CONFIRMED_SINCE


def test_a_name_that_still_looks_dynamic_is_not_repaired_though_it_leads_back() -> None:
    dynamic = DomainName.parse("85-105-64-87.dyn.provider.example")
    names = tuple(msgspec.structs.replace(each, name=dynamic) for each in PASS.names)
    address = Address.parse("85.105.64.87")
    still = msgspec.structs.replace(PASS, address=address, names=names)
    away = told(turning(Ground.DYNAMIC_NAME), confirmed=Confirmation(THEN + 1, dynamic.text))
    assert stand(away, still) is Standing.STILL_DYNAMIC
    assert stand(away, PASS) is Standing.CONFIRMED_NOW
    assert stand(away, None) is Standing.NOT_ASKED
    assert stand(msgspec.structs.replace(away, taken_in_at=THEN + 2), None) is (
        Standing.TAKEN_IN_SINCE
    )


def test_every_standing_has_a_state() -> None:
    assert set(STATES) == set(Standing)
