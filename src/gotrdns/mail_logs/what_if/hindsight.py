"""What a client's reverse DNS was like then, told from the log first and from today's DNS second.

Owns which verdicts a log's words leave possible, and what today's DNS may say about those left
open. Pure: nothing is looked up.
"""

import enum
import functools
from typing import Final, NamedTuple

from gotrdns.mail_logs.conclusions import claimed_name
from gotrdns.mail_logs.facts import Acceptance, Flaw, Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.names import Address, DomainName, InvalidName
from gotrdns.reports.logs.report import Ground
from gotrdns.reports.logs.what_if import Basis
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict


class Gap(enum.Enum):
    """What a log leaves open."""

    __hash__ = object.__hash__  # as those of causes

    UNCONFIRMED = "unconfirmed"  # some name did not lead back: Exim does not say in which way
    WRONG = "wrong"  # there is no PTR record, or its look-up failed: Postfix logs the same for both
    NOTHING = "nothing"  # the mail server did not look, or does not say what it saw


class Seen(NamedTuple):
    """What a log shows of a client at one moment; ``name`` confirmed, or did not."""

    said: Cause | Gap
    name: bytes = b""


class Hindsight(NamedTuple):
    """The verdicts that are possible, the gravest first; there is more than one if undecided."""

    verdicts: tuple[Verdict, ...]
    basis: Basis


_OF_GROUNDS: Final = {
    Ground.NO_PTR: Seen(Cause.NO_PTR),
    Ground.NO_PTR_OR_FAILED: Seen(Gap.WRONG),
    # The mail server asked a resolver, which says SERVFAIL for most kinds of trouble.
    Ground.REVERSE_FAILED: Seen(Cause.REVERSE_SERVFAIL),
    Ground.FORWARD_MISMATCH: Seen(Cause.FORWARD_MISMATCH),
    Ground.FORWARD_NODATA: Seen(Cause.FORWARD_NODATA),
    Ground.FORWARD_NXDOMAIN: Seen(Cause.FORWARD_NXDOMAIN),
    Ground.FORWARD_UNCONFIRMED: Seen(Gap.UNCONFIRMED),
    Ground.FORWARD_FAILED: Seen(Cause.FORWARD_SERVFAIL),
    Ground.PTR_UNUSABLE: Seen(Cause.PTR_UNUSABLE),
    Ground.LOOKUP_FAILED: Seen(Cause.REVERSE_SERVFAIL),
    Ground.DYNAMIC_NAME: Seen(Gap.NOTHING),  # right, most likely; but which name it was is unknown
    Ground.UNTOLD: Seen(Gap.WRONG),
}
_OF_FLAWS: Final = {
    Flaw.NO_NAME: Seen(Cause.NO_PTR),
    Flaw.MISMATCH: Seen(Cause.FORWARD_MISMATCH),
    Flaw.NXDOMAIN: Seen(Cause.FORWARD_NXDOMAIN),
    Flaw.NODATA: Seen(Cause.FORWARD_NODATA),
    Flaw.TEMPORARY: Seen(Cause.FORWARD_SERVFAIL),
    Flaw.UNUSABLE: Seen(Cause.PTR_UNUSABLE),
    Flaw.UNCONFIRMED: Seen(Gap.UNCONFIRMED),
    Flaw.UNDETERMINED: Seen(Cause.REVERSE_SERVFAIL),
}
_WRONG: Final = Seen(Gap.WRONG)
_NOTHING: Final = Seen(Gap.NOTHING)


def see(
    fact: Acceptance | Rejection, ground: Ground | None, noted: Noted, *, looks_up: bool
) -> Seen:
    """What the log shows of the client of an attempt.

    ``looks_up`` is false where the mail server seems to look up no client at all: then a client
    without a name is not one whose name is wrong.
    """
    if fact.name is not None:
        return Seen(Cause.CONFIRMED, fact.name)
    if noted.doubt is not None and ground in {None, Ground.UNTOLD, Ground.DYNAMIC_NAME}:
        return _OF_FLAWS[noted.doubt.flaw]._replace(name=noted.doubt.claimed)
    if ground is not None and isinstance(fact, Rejection):
        return _OF_GROUNDS[ground]._replace(name=claimed_name(fact, noted.doubt))
    return _WRONG if noted.is_whole and looks_up else _NOTHING


def judge_then(
    client: Address, seen: Seen, today: Verdict | None, *, confirms_at_times: bool
) -> Hindsight:
    """What the client's verdict was then, as far as that can be known.

    ``today`` is None where DNS was not asked. ``confirms_at_times`` says that the log has a
    confirmed name for the client at other moments.
    """
    said = seen.said
    if said is not Cause.CONFIRMED and today is not None and _shows_less(seen, today):
        return Hindsight((today,), Basis.TODAY)
    if isinstance(said, Cause):
        name = seen.name if said is Cause.CONFIRMED else b""
        return Hindsight((_verdict(client, said, name),), Basis.LOG)
    if said is Gap.UNCONFIRMED:
        if today is not None and today.result is Result.FAIL:
            return Hindsight((today,), Basis.LOG)
        return Hindsight((_verdict(client, Cause.FORWARD_MISMATCH),), Basis.LOG)
    if today is None or today.cause is Cause.RESOLVER_UNREACHABLE:
        return _open(client, said)
    if said is Gap.NOTHING:
        is_known = today.result is not Result.TEMPERROR
        return Hindsight((today,), Basis.TODAY) if is_known else _open(client, said)
    if today.cause is Cause.CONFIRMED:
        # It was wrong then. Whoever has been right before had trouble; of others the worse is
        # believed.
        cause = Cause.REVERSE_SERVFAIL if confirms_at_times else Cause.NO_PTR
        return Hindsight((_verdict(client, cause),), Basis.TODAY)
    return Hindsight((today,), Basis.TODAY)


def _shows_less(seen: Seen, today: Verdict) -> bool:
    """Whether DNS is as it was, and the log shows less of it than is judged.

    Postfix looks at the first of several names alone, finds names unusable that are not, and is not
    told by libc whether a server proved that there is no address.
    """
    if not seen.name or today.cause is Cause.RESOLVER_UNREACHABLE:
        return False
    is_unproven = (seen.said, today.cause) == (Cause.FORWARD_NODATA, Cause.FORWARD_UNPROVEN)
    if len(today.names) < 2 and seen.said is not Cause.PTR_UNUSABLE and not is_unproven:
        return False
    doubted = _name(seen.name)
    return doubted is not None and any(each.name == doubted for each in today.names)


def _open(client: Address, gap: Gap) -> Hindsight:
    other = Cause.CONFIRMED if gap is Gap.NOTHING else Cause.REVERSE_SERVFAIL
    verdicts = (_verdict(client, Cause.NO_PTR), _verdict(client, other))
    return Hindsight(verdicts, Basis.NOTHING)


@functools.lru_cache(maxsize=20_000)
def _verdict(client: Address, cause: Cause, name: bytes = b"") -> Verdict:
    confirming = _name(name)
    # None of a log that has more than a host name in its place.
    names = () if confirming is None else (CheckedName(confirming, NameState.CONFIRMED),)
    return Verdict(client, cause, names, reverse=None, secure=False)


def _name(octets: bytes) -> DomainName | None:
    if not octets:
        return None
    try:
        return DomainName.parse(octets.decode("utf-8", "replace"))
    except InvalidName:
        return None
