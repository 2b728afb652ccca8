"""Which addresses this host sends from, and what the HELO name has to do with them."""

import msgspec
import pytest

from gotrdns.names import Address
from gotrdns.reports.examination import Check, Fault, Well
from tests.unit.doctor.hosts import IPV4, IPV6, WISHES, FakeHost, faults, find

OTHER = "81.20.30.12"


def examined(host: FakeHost) -> list[str]:
    return sorted(
        each.details["address"] for each in find(host) if each.check is Check.SENDING_PUBLIC
    )


def test_the_routes_tell_where_no_setting_does() -> None:
    assert examined(FakeHost()) == sorted([IPV4.text, IPV6.text])


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("smtp_bind_address", OTHER, [IPV6.text, OTHER]),
        ("smtp_bind_address6", "2001:470:1f0b:10::99", ["2001:470:1f0b:10::99", IPV4.text]),
        ("inet_interfaces", f"127.0.0.1, {OTHER}", [IPV6.text, OTHER]),
        ("inet_interfaces", f"[::1] {OTHER} 81.20.30.13", [IPV6.text, IPV4.text]),
        ("inet_interfaces", "$myhostname", [IPV6.text, IPV4.text]),
        ("inet_protocols", "ipv4", [IPV4.text]),
        ("inet_protocols", "ipv6", [IPV6.text]),
        ("proxy_interfaces", OTHER, [OTHER]),
    ],
)
def test_postfix_settings_say_which_addresses_it_sends_from(
    parameter: str, value: str, expected: list[str]
) -> None:
    host = FakeHost()
    host.main[parameter] = value
    assert examined(host) == sorted(expected)


def test_what_the_sending_service_overrides_counts() -> None:
    host = FakeHost()
    host.overrides += f"smtp/unix/smtp_bind_address = {OTHER}\n"
    assert OTHER in examined(host)


def test_a_link_local_address_sends_nothing_to_others() -> None:
    host = FakeHost()
    host.sources[True] = Address.parse("fe80::1")
    assert examined(host) == [IPV4.text]


def test_named_addresses_are_examined_instead() -> None:
    host = FakeHost()
    wishes = msgspec.structs.replace(WISHES, addresses=(Address.parse(OTHER),))
    found = faults(find(host, wishes))
    [unconfirmed] = found[Fault.SENDING_UNCONFIRMED]
    assert unconfirmed == {"address": OTHER, "cause": "no-ptr"}
    [differs] = found[Fault.SENDING_HELO_DIFFERS]
    assert (differs["address"], differs["found"]) == (OTHER, IPV4.text)


def test_ipv6_without_a_ptr_is_found_beside_ipv4_that_passes() -> None:
    host = FakeHost()
    host.world = "\n".join(line for line in host.world.splitlines() if "ip6.arpa" not in line)
    found = find(host)
    assert faults(found) == {Fault.SENDING_UNCONFIRMED: [{"address": IPV6.text, "cause": "no-ptr"}]}
    assert [
        each.details["address"]
        for each in found
        if isinstance(each, Well) and each.check is Check.SENDING_CONFIRMED
    ] == [IPV4.text]


@pytest.mark.parametrize("helo", ["", "mail", "[81.20.30.10]", "mail_host..example", "10.1.2.3"])
def test_what_is_no_full_name_is_no_helo_name(helo: str) -> None:
    host = FakeHost()
    host.main["smtp_helo_name"] = helo
    assert list(faults(find(host))) == [Fault.SENDING_HELO_UNQUALIFIED]


def test_trouble_about_the_helo_name_is_not_its_fault() -> None:
    host = FakeHost()
    host.main["smtp_helo_name"] = "mx.broken.example"
    host.world += "mx.broken.example. servfail\n"
    assert faults(find(host)) == {}
