"""Which of the policy services and milters that Postfix calls are ours, and where they lead.

Owns reading Postfix's notation of a place, from inside a chroot or not.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from gotrdns.doctor.circumstances import MILTER, POSTFIX, Circumstances
from gotrdns.doctor.host import Host
from gotrdns.doctor.postfix_configuration import Place, PostfixConfiguration, Service
from gotrdns.doctor.restrictions import PolicyCall, read_group, split_list
from gotrdns.names import Address, InvalidAddress
from gotrdns.protocols.endpoints import Endpoint, TcpEndpoint, UnixEndpoint

_OUR_NAME: Final = "gotrdns"
_MILTERS: Final = "smtpd_milters"
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - somebody may listen there


class Call(msgspec.Struct, frozen=True):
    """Somebody whom a service asks: where that is written, and what it leads to.

    ``listened`` is whether the settings listen there; False also where they could not be read.
    """

    service: Service
    written: Place
    said: PolicyCall
    endpoints: tuple[Endpoint, ...]
    listened: bool

    @property
    def is_ours(self) -> bool:
        """It leads to us, or bears our name."""
        return self.listened or _OUR_NAME in self.said.place


def policy_calls(
    host: Host, around: Circumstances, postfix: PostfixConfiguration
) -> Iterator[Call]:
    """All of Postfix's, in all its services."""
    for service in postfix.smtpds:
        for written, each in postfix.restrictions(service):
            if isinstance(each, PolicyCall):
                endpoints = tuple(_lead_to(host, each.place, service, postfix.queue_directory))
                listened = _meet_any(endpoints, around.doors[POSTFIX])
                yield Call(service, written, each, endpoints, listened)


def milter_calls(
    host: Host, around: Circumstances, postfix: PostfixConfiguration
) -> Iterator[Call]:
    """As ``policy_calls``, of milters."""
    for service in postfix.smtpds:
        written = postfix.place(_MILTERS, service)
        for word in split_list(postfix.value(_MILTERS, service)):
            said = read_group(word)
            endpoints = tuple(_lead_to(host, said.place, service, postfix.queue_directory))
            yield Call(
                service, written, said, endpoints, _meet_any(endpoints, around.doors[MILTER])
            )


def _lead_to(host: Host, place: str, service: Service, queue: Path) -> Iterator[Endpoint]:
    """Every smtpd works in the queue directory, which is also the root of a chrooted one."""
    kind, _, rest = place.partition(":")
    if kind == "unix":
        yield UnixEndpoint(queue / (rest.lstrip("/") if service.chrooted else rest))
    elif kind == "inet":
        name, _, port = rest.rpartition(":")
        if port.isdecimal() and 0 < int(port) < 65_536:
            for address in _addresses(host, name or "localhost"):
                yield TcpEndpoint(address, int(port))


def _addresses(host: Host, name: str) -> tuple[Address, ...]:
    try:
        return (Address.parse(name.strip("[]")),)
    except InvalidAddress:
        return tuple(host.addresses_of(name))


def _meet_any(asked: Sequence[Endpoint], listening: Sequence[Endpoint]) -> bool:
    return any(_meet(one, other) for one in asked for other in listening)


def _meet(asked: Endpoint, listening: Endpoint) -> bool:
    if isinstance(asked, TcpEndpoint) and isinstance(listening, TcpEndpoint):
        everywhere = listening.address.text in _EVERYWHERE
        return asked.port == listening.port and (everywhere or asked.address == listening.address)
    return asked == listening
