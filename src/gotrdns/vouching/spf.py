"""The sender domain's SPF record as a voucher: it names the client, and not half of the Internet.

Owns the border to the library that evaluates SPF (RFC 7208): what it looks up goes through our
resolver, and nothing that strangers publish can make it raise, stall or ask without end. Imported
late, because the library is slow to load.
"""

import asyncio
import enum
import re
from typing import Final

import msgspec
from spftrace import BaseResolver, Evaluator, Event, Limits, SpfPermError, Trace

from gotrdns.lookup import Answer, Outcome, RecordType
from gotrdns.names import Address, DomainName, InvalidName
from gotrdns.policy import Voucher
from gotrdns.vouching.inquiry import LONGEST_INQUIRY, Inquiry
from gotrdns.vouching.testimony import Testimony, Word

# RFC 7208 section 4.6.4 would allow 111, for ten terms ``mx`` of ten hosts each.
MOST_QUESTIONS: Final = 40
# RFC 7208 section 3.4 wants 512 octets in a record. Parsing far more, or many long ones that
# include one another, would hold up everybody's mail.
LONGEST_RECORD: Final = 4096
LONGEST_RECORDS: Final = 8192

# ``all``, ``exists`` and ``ptr`` say nothing of an address that was thought of beforehand.
_VOUCHING: Final = frozenset({"a", "mx", "ip4", "ip6"})
_WIDEST: Final = {32: 24, 128: 48}
# The client's address, HELO name and validated name; and the sender, whose local part it chooses.
_CLIENTS_MACROS: Final = frozenset("ihpsl")
_MACRO: Final = re.compile(r"%(?:[%_-]|\{(?P<letter>[a-z]))", re.IGNORECASE)
_SPF_RECORD: Final = b"v=spf1 "
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
    """The term that let a client pass, in the domain's record or one that it leads to.

    ``prefix`` is how many bits of an address it compares, of those of the client's family.
    ``is_made_for_client`` when its name, or one on the way to it, has a macro that the client
    fills in: then it may point at whoever asks.
    """

    mechanism: str
    prefix: int
    text: str
    is_made_for_client: bool

    def vouches(self, client: Address) -> bool:
        """Whether it points at the client, closely enough, and was there before it came."""
        return (
            self.mechanism in _VOUCHING
            and self.prefix >= _WIDEST[len(client) * 8]
            and not self.is_made_for_client
        )


class Evaluation(msgspec.Struct, frozen=True):
    """``term`` is given with a pass."""

    result: SpfResult
    term: MatchedTerm | None = None


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
    limits = Limits(max_queries=MOST_QUESTIONS, time_limit=LONGEST_INQUIRY)
    evaluator = _BoundedEvaluator(_Lookups(inquiry, client), limits)
    try:
        found = await evaluator.evaluate(client.text, sender, helo)
    except Exception:
        # Whatever a record makes the library raise, it is unusable.
        return _PERMERROR
    result = SpfResult(found.result)
    return Evaluation(
        result, _matched_term(found.trace, client) if result is SpfResult.PASS else None
    )


def _matched_term(trace: Trace, client: Address) -> MatchedTerm:
    """The last term that was begun, with those at whose names the record's way led to it."""
    way: list[Event] = []
    for each in trace.events:
        if each.kind == "mech_start" or _is_redirect(each):
            way[each.depth :] = [each]
    matched = way[-1].data
    given = matched["cidr6" if client.is_ipv6 else "cidr4"]
    return MatchedTerm(
        matched["mechanism"],
        len(client) * 8 if given is None else given,
        matched["raw"],
        any(_is_made_for_client(each.data) for each in way),
    )


def _is_redirect(event: Event) -> bool:
    return event.kind == "macro_expand" and event.data.get("mechanism") == "redirect"


def _is_made_for_client(term: dict[str, str | None]) -> bool:
    domain = term["before"] if term["mechanism"] == "redirect" else term["arg"]
    letters = {(each["letter"] or "").lower() for each in _MACRO.finditer(domain or "")}
    return not letters.isdisjoint(_CLIENTS_MACROS)


class _BoundedEvaluator(Evaluator):
    """Reads no more than a mail server has time for, and asks for no explanation."""

    _octets = 0

    async def _fetch_policy(self, domain: str) -> str:
        policy = await super()._fetch_policy(domain)
        self._octets += len(policy)
        if self._octets > LONGEST_RECORDS:
            raise SpfPermError("more records than are meant to be read")
        # Reading one takes milliseconds, in which nobody else gets a turn.
        await asyncio.sleep(0)
        return policy

    async def _explanation(self, *_: object) -> None:
        """RFC 7208 section 6.2: strangers' words, which nobody here would show."""


class _Lookups(BaseResolver):
    """The library's look-ups, through our resolver. Names are in presentation form."""

    def __init__(self, inquiry: Inquiry, client: Address) -> None:
        self._inquiry = inquiry
        self._client = client

    async def _lookup(self, name: str, rtype: str) -> tuple[str, list[str]]:
        record_type = RecordType[rtype]
        try:
            answer = await self._inquiry.ask(DomainName.parse(name), record_type)
        except InvalidName:
            return _RCODES[Outcome.NXDOMAIN], []
        return _RCODES[answer.outcome], self._texts(answer, record_type)

    def _texts(self, answer: Answer, record_type: RecordType) -> list[str]:
        match record_type:
            case RecordType.TXT:
                return _policies(answer.texts)
            case RecordType.MX:
                return [each.name.text for each in sorted(answer.exchanges)]
            case RecordType.PTR:
                return [each.text for each in answer.names]
            case _:
                return _closest(answer.addresses, self._client)


def _policies(texts: tuple[bytes, ...]) -> list[str]:
    long = [each for each in texts if len(each) > LONGEST_RECORD]
    if any(each[: len(_SPF_RECORD)].lower() == _SPF_RECORD for each in long):
        raise SpfPermError("a record longer than any that is meant to be read")
    return [each.decode("latin-1") for each in texts if each not in long]


def _closest(addresses: tuple[Address, ...], client: Address) -> list[str]:
    """Of thousands of addresses, the one that any network around the client has if it has one.

    The library compares each that it is given, again and again.
    """
    number = int.from_bytes(client)
    nearest = min(addresses, key=lambda each: int.from_bytes(each) ^ number, default=None)
    return [] if nearest is None else [nearest.text]
