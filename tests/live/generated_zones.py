"""Zones too long and too regular to be written by hand.

Owns the forty-name clients (81.20.36.0/24, `bulk.example`) and the prefix for load tests
(81.20.40.0/24, `load.example.net`); the crowd for soaks owns its own records. Knows neither servers
nor files.
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Final

from tests.live import crowd

HEADER = """\
$ORIGIN {origin}
$TTL 300
@ SOA ns.hosting.example. hostmaster.hosting.example. 1 7200 3600 1209600 300
@ NS {name_server}
"""

FORTY: Final = 40
ELSEWHERE: Final = IPv4Address("81.20.36.200")
LOAD_NETWORK: Final = IPv4Address("81.20.40.0")
LOAD_CLIENTS: Final = 250


def forty_names(group: str) -> tuple[str, ...]:
    """Forty host names in canonical order, too long together for a datagram of 1232 bytes."""
    # Names are compressed from the right, so the length has to be in the first label.
    return tuple(
        f"sender-{number:02}-of-a-pool-whose-names-fill-the-answer.{group}.bulk.example"
        for number in range(1, FORTY + 1)
    )


FORTY_NAME_CLIENTS: Final = {
    # client: its group of names, and which of them confirms it
    IPv4Address("81.20.36.10"): ("within", 7),
    IPv4Address("81.20.36.11"): ("beyond", 33),
}


def load_name(address: IPv4Address) -> str:
    return f"mta-{int(address) - int(LOAD_NETWORK)}.load.example.net"


def load_addresses() -> tuple[IPv4Address, ...]:
    return tuple(LOAD_NETWORK + number for number in range(1, LOAD_CLIENTS + 1))


def _reverse_forty() -> Iterator[str]:
    for address, (group, _) in FORTY_NAME_CLIENTS.items():
        for name in forty_names(group):
            yield f"{address.reverse_pointer}. PTR {name}."


def _forward_forty() -> Iterator[str]:
    for address, (group, confirming) in FORTY_NAME_CLIENTS.items():
        for number, name in enumerate(forty_names(group), start=1):
            yield f"{name}. A {address if number == confirming else ELSEWHERE}"


def _reverse_load() -> Iterator[str]:
    return (f"{each.reverse_pointer}. PTR {load_name(each)}." for each in load_addresses())


def _forward_load() -> Iterator[str]:
    return (f"{load_name(each)}. A {each}" for each in load_addresses())


def _zone(origin: str, name_server: str, records: Iterator[str]) -> str:
    return HEADER.format(origin=origin, name_server=name_server) + "\n".join(records) + "\n"


def generated_zones(server: str) -> Mapping[str, str]:
    """The names and texts of the zone files generated for that server."""
    provider, customer = "ns.hosting.example.", "ns.harbour.example."
    match server:
        case "provider":
            return {
                "reverse-forty": _zone("36.20.81.in-addr.arpa.", provider, _reverse_forty()),
                "reverse-load": _zone("40.20.81.in-addr.arpa.", provider, _reverse_load()),
                "reverse-crowd": _zone(crowd.REVERSE_ORIGIN, provider, crowd.reverse_records()),
            }
        case "customer":
            return {
                "forward-forty": _zone("bulk.example.", customer, _forward_forty()),
                "forward-load": _zone("example.net.", customer, _forward_load()),
                "forward-crowd": _zone(crowd.FORWARD_ORIGIN, customer, crowd.forward_records()),
            }
        case _:
            return {}
