"""What a look at the servers would mean to a receiver that asked those which are ahead.

Owns reading a verdict out of a look of a wait, without asking our resolver, which would take up the
old answer anew. What some servers have and others lack is on its way, so that what is wrong by this
verdict is what somebody has to change still.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from gotrdns.diagnosis.sweeps import alias_targets
from gotrdns.evidence import DENIALS, Kind, Reply
from gotrdns.explaining.standing import Place, Progress, Sought, Standing
from gotrdns.lookup import Answer, Outcome, RecordType
from gotrdns.names import DomainName
from gotrdns.verification import Verdict, Verification

_OUTCOMES: Final = {
    Kind.ANSWER: Outcome.FOUND,
    Kind.ALIAS: Outcome.SERVFAIL,  # a chain that nobody follows to its end
    Kind.NXDOMAIN: Outcome.NXDOMAIN,
    Kind.NODATA: Outcome.NODATA,
    Kind.REFERRAL: Outcome.SERVFAIL,
    Kind.EMPTY: Outcome.UNPROVEN,
    Kind.LAME_REFERRAL: Outcome.SERVFAIL,
    Kind.NOT_AUTHORITATIVE: Outcome.SERVFAIL,
    Kind.REFUSED: Outcome.REFUSED,
    Kind.SERVFAIL: Outcome.SERVFAIL,
    Kind.ERROR: Outcome.SERVFAIL,
    Kind.MALFORMED: Outcome.SERVFAIL,
    Kind.TIMEOUT: Outcome.TIMEOUT,
    Kind.UNREACHABLE: Outcome.TIMEOUT,
}
_AHEAD: Final = (
    Standing.HAS,
    Standing.VARIES,
    Standing.LACKS,
    Standing.FAILS,
    Standing.SILENT,
    Standing.NOT_ASKED,
)
_NO_ANSWER: Final = Answer(Outcome.TIMEOUT)


def verdict_of(progress: Progress) -> Verdict | None:
    """The verdict; None where no server that could have the change was seen."""
    reverse = dict(_places(progress, reverse=True))
    forward = dict(_places(progress, reverse=False))
    if not reverse:
        return None
    verification = Verification(progress.address)
    heard = _follow(progress, reverse, progress.address.reverse_name)
    names = tuple(each for each in heard.names if each in progress.names)
    for index, name in enumerate(
        verification.reverse_heard(msgspec.structs.replace(heard, names=names or heard.names))
    ):
        verification.forward_heard(index, _follow(progress, forward, name))
    return verification.verdict()


def _places(progress: Progress, *, reverse: bool) -> Iterator[tuple[DomainName, Place]]:
    """Those that hold an owner's records, by the owner, without the delegations above."""
    for place in progress.places:
        is_reverse = place.question.type is RecordType.PTR
        if is_reverse is reverse and place.sought is not Sought.DELEGATION:
            yield place.question.name, place


def _follow(progress: Progress, places: Mapping[DomainName, Place], owner: DomainName) -> Answer:
    """The answer at the end of the aliases."""
    aliases: list[DomainName] = []
    while True:
        place = places.get(owner)
        reply = _ahead(progress, place) if place is not None else None
        if place is None or reply is None:
            return _NO_ANSWER
        following = next((each for each in alias_targets(reply) if each in places), None)
        if following is None or following in aliases:
            return _answer(place, reply, aliases)
        aliases.append(following)
        owner = following


def _answer(place: Place, reply: Reply, aliases: Sequence[DomainName]) -> Answer:
    found = reply.answers
    lasting = reply.soa.negative_ttl if reply.soa else 0
    return Answer(
        outcome=_OUTCOMES[reply.kind],
        names=tuple(each.target for each in found if each.target is not None),
        addresses=tuple(each.address for each in found if each.address is not None),
        ttl=min((each.ttl for each in found), default=lasting),
        aliases=tuple(aliases),
        zone=place.zone if reply.kind in DENIALS else None,
    )


def _ahead(progress: Progress, place: Place) -> Reply | None:
    """What the server said that is ahead, and the best of that where it says now this, now that."""
    states = sorted(place.servers, key=lambda each: _AHEAD.index(each.standing))
    said = next((each.said for each in states if each.said), ())
    return max(said, key=lambda each: _leads_on(progress, each), default=None)


def _leads_on(progress: Progress, reply: Reply) -> bool:
    return reply.kind is Kind.ALIAS or any(
        each.target in progress.names or each.address == progress.address for each in reply.answers
    )
