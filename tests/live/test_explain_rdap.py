"""`gotrdns explain --rdap`: the address block's holder, from a registry played on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import clients
from tests.live.internet import Internet
from tests.live.program import explain
from tests.live.resolver import Resolver
from tests.unit.registrar import APNIC, RIPE, Page, Registrar

CLIENT = str(clients.FOUNDING.address)
LOOKED_UP = f"/rir/ip/{CLIENT}"


@pytest.fixture
def registrar() -> Iterator[Registrar]:
    opened = Registrar()
    opened.publish_lists()
    opened.publish(RIPE)
    yield opened
    opened.close()


class Asker:
    """Runs `explain --rdap` with a cache of its own."""

    def __init__(self, hints: Path, cache: Path, bootstrap: str) -> None:
        self.cache = cache
        self._hints = hints
        self._options = ("--rdap", "--rdap-bootstrap", bootstrap)

    def report(self, address: str = CLIENT, *options: str) -> str:
        environment = {"XDG_CACHE_HOME": str(self.cache)}
        done = explain(self._hints, *self._options, *options, address, environment=environment)
        assert (done.returncode, done.stderr) == (1, "")
        return done.stdout

    def responsible(self, address: str = CLIENT) -> dict[str, object]:
        """Who keeps the reverse zone, as the JSON has it."""
        printed = json.loads(self.report(address, "--json"))
        [owner] = [each for each in printed["responsible"] if each["fixer"] == "address-owner"]
        assert isinstance(owner, dict)
        return owner


@pytest.fixture
def asker(internet: Internet, resolver: Resolver, registrar: Registrar, tmp_path: Path) -> Asker:
    assert resolver.running
    return Asker(internet.root_hints, tmp_path / "cache", f"{registrar.url}iana/")


def words(text: str) -> str:
    """Without the line breaks of a terminal's width."""
    return " ".join(text.split())


def test_the_holder_stands_in_the_report(asker: Asker) -> None:
    report = words(asker.report())

    assert "85.105.64.0/19, Example Telecom A.S., TR" in report
    assert "dns@example.net" in report
    assert "whois" not in report


def test_the_holder_stands_in_the_json(asker: Asker, registrar: Registrar) -> None:
    holder = asker.responsible()["holder"]

    assert holder == {
        "network": "85.105.64.0/19",
        "name": "Example Telecom A.S.",
        "handle": "85.105.64.0 - 85.105.95.255",
        "country": "TR",
        "registry": "ripe",
        "contacts": [
            {"role": "technical", "name": "Example NOC", "email": "dns@example.net"},
            {"role": "registrant", "name": "Example Telecom A.S.", "email": "info@example.net"},
            {"role": "abuse", "name": "Abuse desk", "email": "abuse@example.net"},
        ],
    }
    assert registrar.asked == ["/iana/ipv4.json", LOOKED_UP]


def test_the_letter_goes_to_the_holder(asker: Asker) -> None:
    assert "To: dns@example.net" in asker.report(CLIENT, "--letter")


def test_the_second_time_the_holder_comes_from_disk(asker: Asker, registrar: Registrar) -> None:
    first = asker.responsible()
    kept = sorted(path.name for path in (asker.cache / "gotrdns" / "rdap").glob("*/*"))
    asked = list(registrar.asked)
    second = asker.responsible()
    neighbour = asker.responsible(str(clients.VOUCHED.address))

    assert kept == ["55694000-556940ff.json", "registries-ipv4.json"]
    assert second == first
    assert neighbour["holder"] == first["holder"]
    assert registrar.asked == asked


def test_an_ipv6_client_has_a_holder_too(asker: Asker, registrar: Registrar) -> None:
    client = clients.IPV6_NO_PTR.address
    registrar.publish_lists(ipv6="2001:400::/23")
    registrar.pages[f"/rir/ip/{client}"] = Page(
        json.dumps(
            APNIC
            | {
                "startAddress": "2001:470::",
                "endAddress": "2001:470:ffff:ffff:ffff:ffff:ffff:ffff",
                "cidr0_cidrs": [{"v6prefix": "2001:470::", "length": 32}],
            }
        ).encode()
    )

    assert "2001:470::/32, Example K.K., JP" in words(asker.report(str(client)))
    assert registrar.asked == ["/iana/ipv6.json", f"/rir/ip/{client}"]


def test_without_the_registry_the_report_stands_and_says_so(
    asker: Asker, registrar: Registrar
) -> None:
    registrar.close()
    report = words(asker.report())

    assert "FAIL (forward-nodata)" in report
    assert "IN PTR" in report
    assert "127.0.0.1 cannot be reached" in report
    assert asker.responsible()["holder"] is None


def test_what_is_on_disk_outlives_the_registry(asker: Asker, registrar: Registrar) -> None:
    asker.report()
    registrar.close()

    assert "Example Telecom A.S." in asker.report()


def test_a_registry_that_says_no_costs_only_the_holder(asker: Asker, registrar: Registrar) -> None:
    registrar.pages[LOOKED_UP] = Page(status=429)
    report = words(asker.report())

    assert "127.0.0.1 wants fewer questions from here" in report
    assert "IN PTR" in report


@pytest.mark.usefixtures("asker")
def test_without_rdap_no_registry_is_asked(internet: Internet, registrar: Registrar) -> None:
    done = explain(internet.root_hints, CLIENT)

    assert done.returncode == 1
    assert registrar.asked == []
