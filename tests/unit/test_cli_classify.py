"""The `classify` verb, as the program a shell starts."""

import json

import pytest

from gotrdns.classification import ReasonKind
from gotrdns.reports.classification_text import _REASONS
from tests.unit.check_program import lines_of, redirected, run_program

PAIRS = """address,name,class
85.105.64.87,dsl.static851056487.ttnet.net.tr,static-generic
# a remark

24.1.68.211,"c-24-1-68-211.hsd1.il.comcast.net"
2001:db8::25,mail.example.com
"""


def test_one_name_is_told_of_in_sentences() -> None:
    done = run_program("classify", "85.105.64.87", "dsl.static851056487.ttnet.net.tr")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "dsl.static851056487.ttnet.net.tr (85.105.64.87): static-generic",
        "  Almost certain (0.98): the provider made this name, for an address that stays:",
        "  a business line or a rented machine.",
        '  - The name spells the address, its octets written together, "851056487".',
        '  - "static" says that the address stays.',
    ]


def test_the_json_of_one_name() -> None:
    done = run_program("classify", "--json", "[85.105.64.87]", "DSL.static851056487.ttnet.net.tr.")
    assert json.loads(done.stdout) == {
        "address": "85.105.64.87",
        "name": "dsl.static851056487.ttnet.net.tr",
        "class": "static-generic",
        "confidence": 0.98,
        "reasons": [
            {"kind": "octets-joined", "what": "851056487"},
            {"kind": "static-word", "what": "static"},
        ],
    }
    assert done.returncode == 0


def test_lines_are_answered_in_their_order() -> None:
    done = run_program("classify", "--json", "-", standard_input=PAIRS)
    assert [(each["address"], each["class"]) for each in lines_of(done.stdout)] == [
        ("85.105.64.87", "static-generic"),
        ("24.1.68.211", "dynamic"),
        ("2001:db8::25", "mail-host"),
    ]
    assert (done.returncode, done.stderr) == (0, "")


def test_for_people_each_line_is_a_line() -> None:
    done = run_program("classify", "-", standard_input=PAIRS)
    assert done.stdout.splitlines()[1] == (
        "24.1.68.211 c-24-1-68-211.hsd1.il.comcast.net: dynamic, almost certain: the name spells "
        'the address, "24-1-68-211"; "hsd" is a word for lines that people rent'
    )


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1.2.3,a.example", "'1.2.3' is not an IPv4 or IPv6 address"),
        ("1.2.3.4,a..example", "'a..example' is not a domain name: it has an empty label"),
        ("1.2.3.4", "it needs an address and a name, with a comma between them"),
        ("1.2.3.4,", "it needs an address and a name, with a comma between them"),
    ],
)
def test_a_bad_line_is_told_of_and_the_others_are_done(line: str, complaint: str) -> None:
    done = run_program("classify", "--json", "-", standard_input=f"{line}\n5.6.7.8,a.example\n")
    assert [each["address"] for each in lines_of(done.stdout)] == ["5.6.7.8"]
    assert done.stderr == f"gotrdns: line 1: {complaint}\n"
    assert done.returncode == 2


@pytest.mark.parametrize("arguments", [(), ("1.2.3.4",), ("1.2.3.4", "a", "b"), ("-", "a", "b")])
def test_anything_but_a_pair_is_refused(arguments: tuple[str, ...]) -> None:
    done = run_program("classify", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("gotrdns: write an address and its name")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("pair", [("1.2.3", "a.example"), ("1.2.3.4", "a..example")])
def test_a_bad_pair_is_told_of_in_one_line(pair: tuple[str, str]) -> None:
    done = run_program("classify", *pair)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_a_closed_standard_input_is_told_of() -> None:
    done = redirected("<&-", "classify", "-")
    assert (done.returncode, done.stderr) == (2, "gotrdns: standard input is closed\n")


def test_every_reason_has_its_words() -> None:
    assert set(_REASONS) == set(ReasonKind)


def test_a_hostile_name_cannot_steer_the_terminal() -> None:
    done = run_program("classify", "85.105.64.87", "\\027[31mdyn\\007-85-105-64-87.example")
    assert done.stdout.replace("\n", "").isprintable()
