"""The sender domain's SPF record as a voucher: it names the client, and not half of the Internet.

Owns the border to the library that evaluates SPF (RFC 7208): what it looks up goes through our
resolver, and nothing that strangers publish can make it raise, stall or ask without end. Imported
late, because the library is slow to load.
"""

import enum
from typing import Final

import msgspec
from spftrace import BaseResolver, Evaluator, Event, Limits, Result, SpfPermError

from gotrdns.lookup import Answer, Outcome, RecordType
from gotrdns.names import Address, DomainName, InvalidName
from gotrdns.policy import Voucher
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.testimony import Testimony, Word

# RFC 7208 section 4.6.4 would allow 111, for ten terms ``mx`` of ten hosts each.
MOST_QUESTIONS: Final = 40
LONGEST_EVALUATION: Final = 20.0  # seconds; RFC 7208 section 4.6.4
# RFC 7208 section 3.4 wants 512 octets in all. Parsing far more would hold up everybody's mail.
LONGEST_RECORD: Final = 4096
MOST_ADDRESSES: Final = 500

# ``all``, ``exists`` and ``ptr`` say nothing of an address that was thought of beforehand.
_VOUCHING: Final = frozenset({"a", "mx", "ip4", "ip6"})
_WIDEST: Final = {32: 24, 128: 48}
_RCODES: Final = {
    Outcome.FOUND: "NOERROR",
    Outcome.NODATA: "NOERROR",
    Outcome.NXDOMAIN: "NXDOMAIN",
    Outcome.TIMEOUT: "TIMEOUT",
    Outcome.UNPROVEN: "SERVFAIL",
    Outcome.SERVFAIL: "SERVFAIL",
    Outcome.REFUSED: "SERVFAIL",
    Outcome.UNREACHABLE: "SERVFAIL",
}


class SpfResult(enum.Enum):
    """The results of RFC 7208 section 2.6."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - a result, not a password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class MatchedTerm(msgspec.Struct, frozen=True):
    """The term that let a client pass, in the domain's record or one included from it.

    ``prefix`` is how many bits of an address it compares, of those of the client's family.
    """

    mechanism: str
    prefix: int
    text: str

    def vouches(self, client: Address) -> bool:
        """Whether it points at the client closely enough."""
        return self.mechanism in _VOUCHING and self.prefix >= _WIDEST[len(client) * 8]


class Evaluation(msgspec.Struct, frozen=True):
    """``term`` is given with a pass, ``explanation`` with a fail, if the domain has one."""

    result: SpfResult
    term: MatchedTerm | None = None
    explanation: str | None = None


_PERMERROR: Final = Evaluation(SpfResult.PERMERROR)


async def hear_spf(
    inquiry: Inquiry, client: Address, domain: DomainName, helo: DomainName | None
) -> Testimony:
    # The local part is not known here; where there is none, RFC 7208 section 2.4 says postmaster.
    sender = f"postmaster@{domain.text}"
    evaluation = await evaluate(inquiry, client, sender, (helo or domain).text)
    word, because = Word.SILENT, ""
    if evaluation.result is SpfResult.TEMPERROR:
        word = Word.UNKNOWN
    elif evaluation.term is not None:
        word = Word.VOUCHES if evaluation.term.vouches(client) else Word.COVERS
        because = evaluation.term.text
    return Testimony(Voucher.SPF, domain, word, because, inquiry.lifetime)


async def evaluate(inquiry: Inquiry, client: Address, sender: str, helo: str) -> Evaluation:
    """``check_host`` of RFC 7208 section 4, for ``sender`` (empty for bounces) and ``helo``."""
    limits = Limits(max_queries=MOST_QUESTIONS, time_limit=LONGEST_EVALUATION)
    evaluator = Evaluator(_Lookups(inquiry), limits)
    try:
        found = await evaluator.evaluate(client.text, sender, helo)
    except Exception:
        # Whatever a record makes the library raise, it is unusable.
        return _PERMERROR
    result = SpfResult(found.result)
    term = _matched_term(found, client) if result is SpfResult.PASS else None
    return Evaluation(result, term, found.explanation)


def _matched_term(found: Result, client: Address) -> MatchedTerm:
    # Nothing is begun after a match, and an include begins before the terms inside it.
    begun: Event = next(each for each in reversed(found.trace.events) if each.kind == "mech_start")
    given = begun.data["cidr6" if client.is_ipv6 else "cidr4"]
    prefix = len(client) * 8 if given is None else given
    return MatchedTerm(begun.data["mechanism"], prefix, begun.data["raw"])


class _Lookups(BaseResolver):
    """The library's look-ups, through our resolver. Names are in presentation form."""

    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry

    async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
        record_type = RecordType[rtype]
        try:
            answer = await self._inquiry.ask(DomainName.parse(name), record_type)
        except InvalidName:
            return _RCODES[Outcome.NXDOMAIN], []
        return _RCODES[answer.outcome], _texts(answer, record_type)


def _texts(answer: Answer, record_type: RecordType) -> list[str]:
    if record_type is RecordType.TXT:
        return _policies(answer.texts)
    if record_type is RecordType.MX:
        return [each.name.text for each in sorted(answer.exchanges)]
    if len(answer.addresses) > MOST_ADDRESSES:
        raise SpfPermError("more addresses than any host has")
    names = [each.text for each in answer.names]
    return names or [each.text for each in answer.addresses]


def _policies(texts: tuple[bytes, ...]) -> list[str]:
    long = [each for each in texts if len(each) > LONGEST_RECORD]
    if any(each[:6].lower() == b"v=spf1" for each in long):
        raise SpfPermError("a record longer than any that is meant to be read")
    return [each.decode("latin-1") for each in texts if each not in long]
