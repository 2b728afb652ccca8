"""The official test suite of RFC 7208, every case, through our adapter of the library.

Explanations are not compared: RFC 7208 section 6.2 leaves it to the receiver to show them, and
nobody here does.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gotrdns.lookup import Answer, Listener, MailExchange, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.spf import evaluate
from tests.unit.vouchers import run

SUITE: Final = Path(__file__).parents[1] / "data" / "rfc7208" / "rfc7208-tests.yml"
CASES: Final = 203
_TIMEOUT: Final = "TIMEOUT"
_LONGEST_CHAIN: Final = 8


class SuiteResolver:
    """Answers from one of the suite's zones.

    ``TIMEOUT`` stands for silence: about all types that have no record there, or about its own.
    A record of type SPF stands for TXT as well, unless the owner has TXT records of its own.
    """

    reachable = True

    def __init__(self, zone: dict[str, list[Any]]) -> None:
        self._zone = {DomainName.parse(owner): entries for owner, entries in zone.items()}

    def ask(self, question: Question, _listener: Listener, _token: int) -> Answer:
        return self._answer(question, 0)

    def forget(self, question: Question, listener: Listener, token: int) -> None:
        pass

    def _answer(self, question: Question, followed: int) -> Answer:
        if question.name not in self._zone:
            return Answer(Outcome.NXDOMAIN)
        entries = self._zone[question.name]
        records = [each for each in entries if isinstance(each, dict)]
        found = list(_data(records, question.type.name))
        if question.type is RecordType.TXT and not any("TXT" in each for each in records):
            found = list(_data(records, "SPF"))
        aliases = list(_data(records, "CNAME"))
        if _TIMEOUT in found or (not found and _TIMEOUT in entries):
            return Answer(Outcome.TIMEOUT)
        if found:
            return _found(question.type, found)
        if not aliases:
            return Answer(Outcome.NODATA)
        if followed == _LONGEST_CHAIN:
            return Answer(Outcome.SERVFAIL)
        return self._answer(Question(DomainName.parse(aliases[0]), question.type), followed + 1)


def _data(records: list[dict[str, Any]], type_text: str) -> Iterator[Any]:
    for record in records:
        if type_text in record and record[type_text] != "NONE":
            yield record[type_text]


def _found(record_type: RecordType, data: list[Any]) -> Answer:
    match record_type:
        case RecordType.A | RecordType.AAAA:
            return Answer(Outcome.FOUND, addresses=tuple(map(Address.parse, data)))
        case RecordType.PTR:
            return Answer(Outcome.FOUND, names=tuple(map(DomainName.parse, data)))
        case RecordType.MX:
            exchanges = tuple(MailExchange(first, DomainName.parse(name)) for first, name in data)
            return Answer(Outcome.FOUND, exchanges=exchanges)
        case RecordType.TXT:
            texts = ("".join(each).encode("latin-1") for each in data)
            return Answer(Outcome.FOUND, texts=tuple(texts))
        case _:
            raise AssertionError(record_type)


def read_suite() -> list[Any]:
    scenarios = [each for each in yaml.safe_load_all(SUITE.read_text()) if each]
    return [
        pytest.param(case, each["zonedata"], id=f"{each['description']}: {name}")
        for each in scenarios
        for name, case in each["tests"].items()
    ]


def test_no_case_is_left_out() -> None:
    assert len(read_suite()) == CASES


@pytest.mark.parametrize(("case", "zone"), read_suite())
def test_the_result_is_one_that_the_suite_allows(
    case: dict[str, Any], zone: dict[str, Any]
) -> None:
    allowed = case["result"] if isinstance(case["result"], list) else [case["result"]]
    inquiry = Inquiry(SuiteResolver(zone))
    client = Address.parse(case["host"])
    evaluation = run(evaluate(inquiry, client, case["mailfrom"] or "", case["helo"]))
    assert evaluation.result.value in allowed
    assert (evaluation.term is not None) == (evaluation.result.value == "pass")
