"""Whatever strangers publish as SPF: no fault, no hold-up, no end of questions."""

import asyncio
import time
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gotrdns.lookup import Answer, Listener, MailExchange, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.vouching import Word
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.spf import (
    LONGEST_RECORD,
    MOST_QUESTIONS,
    Evaluation,
    SpfResult,
    evaluate,
    hear_spf,
)
from tests.unit.vouchers import DOMAIN, ZOMBIE, ZOMBIE_V6, run

# What any of the records below takes is a tenth of it, on a machine that does nothing else.
LONGEST_CPU: Final = 0.5

MACROS = ["%{i}", "%{p}", "%{d2}", "%{l}", "%{S1r-+}", "%{h}", "%{v}", "%{ir}", "%%", "%_", "%-"]
BROKEN_MACROS = [
    "%",
    "%{",
    "%{}",
    "%{i",
    "%{i0}",
    "%{d" + "9" * 5000 + "}",
    "%{t}",
    "%{z}",
    "%{ir0r}",
]
names = st.lists(
    st.sampled_from([*MACROS, *BROKEN_MACROS, "a", "example", "..", ".", "org", "-", "\\", "\\9"]),
    max_size=8,
).map("".join) | st.sampled_from(["example.org", "b.example", "%{d}", "a" * 300, ".", ""])
prefixes = st.sampled_from(["", "/0", "/24", "/32", "/33", "//0", "//64", "/24//129", "/", "//"])
networks = st.sampled_from(
    ["85.105.64.87", "0.0.0.0", "1.2.3", "256.1.1.1", "2001:db8::1", "::ffff:1.2.3.4", "::/x", ""]
)
terms = (
    st.builds("{}{}:{}{}".format, st.sampled_from(["", "+", "-", "~", "?"]), st.sampled_from(
        ["a", "mx", "ptr", "include", "exists", "all", "A", "Ip4", "bogus"]), names, prefixes)
    | st.builds("{}:{}{}".format, st.sampled_from(["ip4", "ip6"]), networks, prefixes)
    | st.builds("{}={}".format, st.sampled_from(["redirect", "exp", "x", "", "1"]), names)
    | st.sampled_from(["a", "mx", "ptr", "all", "", "/", ":", "=", "a/24//48", "mx:", "-"])
    | st.text(max_size=12)
)  # fmt: skip
policies = st.lists(terms, max_size=14).map(lambda each: f"v=spf1 {' '.join(each)}".encode())
texts = policies | policies | st.binary(max_size=80) | st.just(b"v=spf1")
answers = st.sampled_from(
    [
        Answer(Outcome.NXDOMAIN),
        Answer(Outcome.NODATA),
        Answer(Outcome.SERVFAIL),
        Answer(Outcome.TIMEOUT),
    ]
)
some_names = st.sampled_from(
    [DomainName.parse(each) for each in (".", "a.example", "x\\.y.example", "\\000\\255", "m" * 63)]
)
some_addresses = st.sampled_from([ZOMBIE, ZOMBIE_V6, Address.parse("192.0.2.1")])


class HostileResolver:
    """Answers each question as it was drawn; the same question always alike."""

    reachable = True

    def __init__(self, data: st.DataObject) -> None:
        self._data = data
        self._given: dict[Question, Answer] = {}
        self.asked = 0

    def ask(self, question: Question, _listener: Listener, _token: int) -> Answer:
        self.asked += 1
        if question not in self._given:
            self._given[question] = self._data.draw(self._answers(question.type))
        return self._given[question]

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        pass

    def _answers(self, record_type: RecordType) -> st.SearchStrategy[Answer]:
        match record_type:
            case RecordType.TXT:
                found = st.lists(texts, min_size=1, max_size=2).map(
                    lambda each: Answer(Outcome.FOUND, texts=tuple(each), ttl=60)
                )
            case RecordType.MX:
                found = st.lists(some_names, max_size=12).map(
                    lambda each: Answer(
                        Outcome.FOUND, exchanges=tuple(MailExchange(1, name) for name in each)
                    )
                )
            case RecordType.PTR:
                found = st.lists(some_names, max_size=12).map(
                    lambda each: Answer(Outcome.FOUND, names=tuple(each))
                )
            case _:
                found = st.lists(some_addresses, max_size=4).map(
                    lambda each: Answer(Outcome.FOUND, addresses=tuple(each))
                )
        return found if record_type is RecordType.TXT else found | answers


@settings(max_examples=500)
@given(st.data(), some_addresses)
def test_any_records_get_a_result_within_bounds(data: st.DataObject, client: Address) -> None:
    resolver = HostileResolver(data)
    evaluation = run(evaluate(Inquiry(resolver), client, "postmaster@example.org", "[192.0.2.1]"))
    assert resolver.asked <= MOST_QUESTIONS
    assert (evaluation.term is not None) == (evaluation.result is SpfResult.PASS)


class Published:
    """The records of a domain and those it includes: strangers' own name servers."""

    reachable = True

    def __init__(self, first: str, others: str, names: int = 0) -> None:
        self._first = first
        self._others = others
        self._names = tuple(DomainName.parse(f"p{n}.example.net") for n in range(names))
        far = [Address(bytes([10, 0, n >> 8, n & 255])) for n in range(4000)]
        self._far = tuple(far)

    def ask(self, question: Question, _listener: Listener, _token: int) -> Answer:
        match question.type:
            case RecordType.TXT:
                text = self._first if question.name == DOMAIN else self._others
                return Answer(Outcome.FOUND, texts=(text.encode(),), ttl=60)
            case RecordType.MX:
                hosts = [DomainName.parse(f"m{n}.{question.name.text}") for n in range(10)]
                exchanges = tuple(MailExchange(1, each) for each in hosts)
                return Answer(Outcome.FOUND, exchanges=exchanges, ttl=60)
            case RecordType.PTR:
                return Answer(Outcome.FOUND, names=self._names, ttl=60)
            case _:
                own = (ZOMBIE,) if question.name in self._names else ()
                return Answer(Outcome.FOUND, addresses=self._far + own, ttl=60)

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        pass


def filled(begin: str, term: str, most: int = LONGEST_RECORD) -> str:
    """As long a record as is read."""
    return f"v=spf1 {begin}" + f" {term}" * ((most - len(begin) - 8) // (len(term) + 1))


INCLUDES = " ".join(f"include:i{n}.example.net" for n in range(10))
VALIDATED = " ".join(f"a:{'%{p}.' * 48}x{n}.example" for n in range(10))
HEAVY = {
    "networks": Published(filled(INCLUDES, "ip4:1.1.1.1"), filled("", "ip4:1.1.1.1")),
    "the same record ten times": Published(
        filled("include:i.example.net " * 10, "ip6:1::"), filled("", "ip6:1::")
    ),
    "modifiers": Published(filled(INCLUDES, "a=%%"), filled("", "a=%%")),
    "hosts with thousands of addresses": Published(
        " ".join(["v=spf1", *(f"mx:d{n}.example" for n in range(10))]), ""
    ),
    "validated names": Published(f"v=spf1 {VALIDATED}", "", names=100),
}


@pytest.mark.parametrize("records", HEAVY.values(), ids=HEAVY.keys())
def test_heavy_records_take_little_of_everybodys_time(records: Published) -> None:
    async def hear() -> tuple[Evaluation, float]:
        began = time.process_time()
        evaluation = await evaluate(Inquiry(records), ZOMBIE, "postmaster@example.org", "h.example")
        return evaluation, time.process_time() - began

    evaluation, seconds = run(hear())
    assert evaluation.result is not SpfResult.PASS
    assert seconds < LONGEST_CPU


def test_others_get_their_turn_between_two_records() -> None:
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def hear() -> None:
        counting = asyncio.ensure_future(count())
        chain = Published("v=spf1 include:i.example.net", "v=spf1 include:i.example.net")
        await evaluate(Inquiry(chain), ZOMBIE, "postmaster@example.org", "h.example")
        counting.cancel()

    run(hear())
    assert turns >= 10


@pytest.mark.parametrize(
    ("policy", "word"),
    [
        (filled("ip4:85.105.64.87", "ip4:192.0.2.1"), Word.VOUCHES),
        (filled("ip4:85.105.64.87", "ip4:192.0.2.1", LONGEST_RECORD + 20), Word.SILENT),
        ("v=spf1 include:a.example.net ip4:85.105.64.87", Word.VOUCHES),
        ("v=spf1 include:a.example.net include:b.example.net ip4:85.105.64.87", Word.SILENT),
    ],
)
def test_records_beyond_what_is_read_do_not_vouch(policy: str, word: Word) -> None:
    resolver = Published(policy, filled("", "ip4:192.0.2.2"))
    assert run(hear_spf(Inquiry(resolver), ZOMBIE, DOMAIN, None)).word is word


def test_a_long_text_that_is_no_spf_record_is_nobodys_business() -> None:
    texts = (b"v=spf10 " + b"x" * LONGEST_RECORD, b"v=spf1 ip4:85.105.64.87")

    class TwoTexts(Published):
        def ask(self, _question: Question, _listener: Listener, _token: int) -> Answer:
            return Answer(Outcome.FOUND, texts=texts, ttl=60)

    assert run(hear_spf(Inquiry(TwoTexts("", "")), ZOMBIE, DOMAIN, None)).word is Word.VOUCHES
