"""What `check` makes of its targets, and of what a client says in HELO."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from gotrdns.resolution.scripted import World
from tests.support.loopback_server import serve
from tests.unit.check_program import WORLD, check, lines_of


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(WORLD)) as place:
        yield place


@pytest.mark.parametrize(
    ("target", "error"),
    [
        ("300.1.2.3", "300.1.2.3 is neither an address nor a host name"),
        ("81.20.30.0/24", "81.20.30.0/24 is neither an address nor a host name"),
        ("::1%lo", "::1%lo is neither an address nor a host name"),
        ("a..b", "a..b is neither an address nor a host name"),
        ("\x1b[31m", r"'\x1b[31m' is neither an address nor a host name"),
        ("nowhere.example", "nowhere.example does not exist in DNS"),
        ("text.example", "text.example has no address"),
        ("broken.example", "the A records of broken.example are unknown: SERVFAIL"),
    ],
)
def test_a_target_that_cannot_be_checked_is_named_and_the_rest_is_checked(
    resolver: str, target: str, error: str
) -> None:
    done = check(resolver, "--json", target, "81.20.30.10")
    assert done.stderr.startswith(f"gotrdns: {error}")
    assert [line["address"] for line in lines_of(done.stdout)] == ["81.20.30.10"]


def test_a_host_name_stands_for_all_its_addresses(resolver: str) -> None:
    done = check(resolver, "--json", "mail.business.example")
    addresses = [line["address"] for line in lines_of(done.stdout)]
    assert addresses == ["81.20.30.10", "2001:470:1f0b:10::25"]


def test_a_domain_stands_for_its_mail_exchanges(resolver: str) -> None:
    done = check(resolver, "--mx", "business.example")
    assert "81.20.30.10  (mail.business.example, MX 10 of business.example)\n" in done.stdout
    assert "81.20.30.11  (backup.business.example, MX 20 of business.example)\n" in done.stdout


def test_a_domain_that_accepts_no_mail_is_said_to(resolver: str) -> None:
    done = check(resolver, "--mx", "nomail.example")
    assert "accepts no mail (null MX, RFC 7505)" in done.stderr
    assert (done.stdout, done.returncode) == ("", 2)


def test_a_domain_without_mail_exchanges_is_checked_itself(resolver: str) -> None:
    done = check(resolver, "--mx", "--json", "plain.example")
    assert "has no MX record: mail goes to the domain's own addresses" in done.stderr
    assert [line["address"] for line in lines_of(done.stdout)] == ["81.20.30.10"]
    assert done.returncode == 0


def test_an_address_is_no_domain(resolver: str) -> None:
    done = check(resolver, "--mx", "81.20.30.10")
    assert "81.20.30.10 is not a domain" in done.stderr
    assert done.returncode == 2


def test_an_address_may_stand_in_brackets(resolver: str) -> None:
    done = check(
        resolver, "--json", "[2001:470:1f0b:10::25]", "[IPv6:2001:db8::1]", "[81.20.30.10]"
    )
    addresses = [line["address"] for line in lines_of(done.stdout)]
    assert addresses == ["2001:470:1f0b:10::25", "2001:db8::1", "81.20.30.10"]


def test_what_is_wrong_with_a_domains_exchanges_names_the_domain(resolver: str) -> None:
    done = check(resolver, "--mx", "careless.example")
    assert done.stderr.splitlines() == [
        "gotrdns: 81.20.30.10 (MX 5 of careless.example) is an address, where an MX record has to "
        "hold a host name: mail servers do not use it (RFC 5321 section 5.1)",
        "gotrdns: gone.careless.example (MX 10 of careless.example) does not exist in DNS",
        "gotrdns: text.example (MX 20 of careless.example) has no address",
        "gotrdns: the A records of broken.example (MX 30 of careless.example) are unknown: "
        "SERVFAIL, its name servers failed",
        "gotrdns: the AAAA records of broken.example (MX 30 of careless.example) are unknown: "
        "SERVFAIL, its name servers failed",
        r"gotrdns: a\032b.example (MX 40 of careless.example) cannot be a host name: mail servers "
        "do not use it",
    ]
    assert "81.20.30.10  (mail.business.example, MX 50 of careless.example)" in done.stdout
    assert done.returncode == 2


def test_a_domain_without_exchanges_and_addresses_takes_no_mail(resolver: str) -> None:
    done = check(resolver, "--mx", "text.example")
    assert done.stderr == (
        "gotrdns: text.example has neither an MX record nor an address: it takes no mail\n"
    )
    assert done.returncode == 2


def findings(resolver: str, helo: str) -> list[Any]:
    done = check(resolver, "--json", "--helo", helo, "81.20.30.10")
    assert (done.returncode, done.stderr) == (0, "")
    printed: list[Any] = json.loads(done.stdout)["findings"]
    return printed


@pytest.mark.parametrize(
    "helo", ["[192.0.2.1]", "[IPv6:2001:db8::1]", "192.0.2.1", "2001:db8::1", "[81.20.30.10]"]
)
def test_an_address_in_helo_is_no_name_and_no_matter(resolver: str, helo: str) -> None:
    assert findings(resolver, helo) == []


@pytest.mark.parametrize(
    "helo",
    ["", "my server", "localhost.localdomain_!", "[192.0.2.1", "a..b", "stra\u00dfe.example"],
)
def test_a_helo_that_is_no_host_name_is_a_finding(resolver: str, helo: str) -> None:
    [finding] = findings(resolver, helo)
    assert (finding["code"], finding["severity"]) == ("helo-bad-syntax", "info")
    assert finding["details"] == {"helo": helo}


def test_octets_in_helo_that_are_no_text_are_shown_escaped(resolver: str) -> None:
    [finding] = findings(resolver, "caf\udce9")
    assert finding["details"] == {"helo": "caf\\udce9"}


def test_a_helo_of_one_label_is_looked_up(resolver: str) -> None:
    [finding] = findings(resolver, "WIN-ABC123")
    assert finding["code"] == "helo-unresolvable"


def test_a_helo_that_nobody_answers_for_costs_no_time_of_its_own(resolver: str) -> None:
    options = ["--timeout", "1.5", "--helo", "slow.example", "--json"]
    started = time.monotonic()
    done = check(resolver, *options, "81.20.30.12")  # nor is its PTR record answered for
    assert time.monotonic() - started < 2.7
    assert json.loads(done.stdout)["cause"] == "reverse-timeout"
