"""Which of the policy services and milters that Postfix calls are ours, and where they lead.

Owns reading Postfix's notation of a place, from inside a chroot or not. Until the settings have a
section for milters, ours is known by its name alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from gotrdns.doctor.circumstances import Circumstances
from gotrdns.doctor.host import Host
from gotrdns.doctor.postfix_configuration import Place, PostfixConfiguration, Service
from gotrdns.doctor.restrictions import PolicyCall, read_group, split_list
from gotrdns.names import Address, InvalidAddress
from gotrdns.servers.endpoints import Endpoint, TcpEndpoint, UnixEndpoint

_OUR_NAME: Final = "gotrdns"
_MILTERS: Final = "smtpd_milters"
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - somebody may listen there


class OurCall(msgspec.Struct, frozen=True):
    """A call of ours: by which service, where it is written, and what it leads to.

    ``listened`` is whether the settings listen there; False also where they could not be read.
    """

    service: Service
    written: Place
    call: PolicyCall
    endpoints: tuple[Endpoint, ...]
    listened: bool


def our_calls(
    host: Host, around: Circumstances, postfix: PostfixConfiguration
) -> Iterator[OurCall]:
    """Calls of a place that the settings listen at, or that bears our name."""
    for service in postfix.smtpds:
        for written, each in postfix.restrictions(service):
            if isinstance(each, PolicyCall):
                endpoints = tuple(_lead_to(host, each.place, service, postfix.queue_directory))
                listened = any(_meet(one, door) for one in endpoints for door in around.doors)
                if listened or _OUR_NAME in each.place:
                    yield OurCall(service, written, each, endpoints, listened)


class Milter(msgspec.Struct, frozen=True):
    """A milter that a service uses; ``default_action`` is what happens while it is away."""

    service: Service
    written: Place
    place: str
    default_action: str

    @property
    def is_ours(self) -> bool:
        return _OUR_NAME in self.place


def milters(postfix: PostfixConfiguration) -> Iterator[Milter]:
    for service in postfix.smtpds:
        written = postfix.place(_MILTERS, service)
        default = postfix.value("milter_default_action", service)
        for word in split_list(postfix.value(_MILTERS, service)):
            each = read_group(word)
            action = each.attributes.get("default_action", default)
            yield Milter(service, written, each.place, action)


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


def _meet(asked: Endpoint, listening: Endpoint) -> bool:
    if isinstance(asked, TcpEndpoint) and isinstance(listening, TcpEndpoint):
        everywhere = listening.address.text in _EVERYWHERE
        return asked.port == listening.port and (everywhere or asked.address == listening.address)
    return asked == listening
