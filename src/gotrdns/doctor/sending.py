"""This host as a client of others: its own addresses confirm, and its HELO name leads to them.

Owns which addresses it sends from. The verdict is the one that clients here get.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Final

from gotrdns.checking import check_address
from gotrdns.doctor.circumstances import Absent, Circumstances
from gotrdns.doctor.conclusions import conclude
from gotrdns.doctor.host import Host
from gotrdns.doctor.postfix_configuration import PostfixConfiguration
from gotrdns.doctor.restrictions import split_list
from gotrdns.lookup import TEMPORARY, Question, RecordType, Resolver, ask_and_wait
from gotrdns.names import (
    Address,
    DomainName,
    HostName,
    InvalidAddress,
    InvalidName,
    SpecialUse,
    is_host_name,
    special_use,
)
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong
from gotrdns.resolution.servers import InvalidServer, NoServers
from gotrdns.verification import Result

_BIND: Final = {False: "smtp_bind_address", True: "smtp_bind_address6"}
_FAMILY: Final = {False: "ipv4", True: "ipv6"}
_CHECKS: Final = (Check.SENDING_PUBLIC, Check.SENDING_CONFIRMED, Check.SENDING_HELO)


async def examine_sending(host: Host, around: Circumstances) -> AsyncIterator[Finding]:
    obstacle = _relayed(around)
    addresses = around.wishes.addresses or tuple(_own_addresses(host, around))
    if obstacle is None and not addresses:
        obstacle = Absent(Obstacle.NO_ADDRESS)
    if obstacle is not None:
        for check in _CHECKS:
            yield obstacle.hinders(check)
        return
    public = [each for each in addresses if special_use(each) is None]
    for each in addresses:
        if each in public:
            yield Well(Check.SENDING_PUBLIC, {"address": each.text})
        else:
            yield Wrong(Fault.SENDING_BEHIND_NAT, {"address": each.text})
    if not public:
        for check in (Check.SENDING_CONFIRMED, Check.SENDING_HELO):
            yield Unmade(check, Obstacle.NOT_PUBLIC)
        return
    async for found in _check_all(host, around, public):
        yield found


def _relayed(around: Circumstances) -> Absent | None:
    """Mail that another host sends on is judged by that host's address."""
    postfix = around.postfix
    if around.wishes.addresses or isinstance(postfix, Absent) or not postfix.value("relayhost"):
        return None
    return Absent(Obstacle.RELAYED, {"relay": postfix.value("relayhost")})


def _own_addresses(host: Host, around: Circumstances) -> Iterator[Address]:
    postfix = None if isinstance(around.postfix, Absent) else around.postfix
    if postfix is not None:
        proxied = list(_addresses(postfix.value("proxy_interfaces")))
        if proxied:  # what is before this host, in its administrator's own words
            yield from proxied
            return
    for ipv6 in (False, True):
        address = _bound(postfix, ipv6=ipv6) if postfix is not None else None
        if postfix is None or _speaks(postfix, ipv6=ipv6):
            address = address or host.source_address(ipv6=ipv6)
            if address is not None and special_use(address) is not SpecialUse.LINK_LOCAL:
                yield address


def _speaks(postfix: PostfixConfiguration, *, ipv6: bool) -> bool:
    protocols = split_list(postfix.value("inet_protocols"))
    return "all" in protocols or _FAMILY[ipv6] in protocols


def _bound(postfix: PostfixConfiguration, *, ipv6: bool) -> Address | None:
    """postconf(5), smtp_bind_address: where it is not set, the only interface there is counts."""
    bound = list(_addresses(postfix.sending(_BIND[ipv6])))
    if bound:
        return bound[0]
    interfaces = [
        each
        for each in _addresses(postfix.sending("inet_interfaces"))
        if each.is_ipv6 is ipv6 and special_use(each) is not SpecialUse.LOOPBACK
    ]
    return interfaces[0] if len(interfaces) == 1 else None


def _addresses(text: str) -> Iterator[Address]:
    for word in split_list(text):
        try:
            yield Address.parse(word.strip("[]"))
        except InvalidAddress:
            continue


async def _check_all(
    host: Host, around: Circumstances, addresses: list[Address]
) -> AsyncIterator[Finding]:
    try:
        servers = host.servers(around.resolvers)
    except (InvalidServer, NoServers):
        for check in (Check.SENDING_CONFIRMED, Check.SENDING_HELO):
            yield Unmade(check, Obstacle.RESOLVER_DOWN, {"server": ""})
        return
    with host.resolver(servers) as resolver:
        confirmed = asyncio.gather(*(_confirmed(resolver, each) for each in addresses))
        found, about_helo = await asyncio.gather(confirmed, _helo(resolver, around, addresses))
    for each in (*found, *about_helo):
        yield each


async def _confirmed(resolver: Resolver, address: Address) -> Finding:
    verdict = await check_address(resolver, address)
    details = {"address": address.text, "cause": verdict.cause.value}
    match verdict.result:
        case Result.PASS:
            names = ", ".join(each.text for each in verdict.confirmed)
            return Well(Check.SENDING_CONFIRMED, {**details, "names": names})
        case Result.FAIL | Result.PERMERROR:
            return Wrong(Fault.SENDING_UNCONFIRMED, details)
        case Result.TEMPERROR:
            details = {"subject": address.text, "outcome": verdict.cause.value}
            return Unmade(Check.SENDING_CONFIRMED, Obstacle.UNDETERMINED, details)


async def _helo(
    resolver: Resolver, around: Circumstances, addresses: list[Address]
) -> list[Finding]:
    check = Check.SENDING_HELO
    if isinstance(around.postfix, Absent):
        return [around.postfix.hinders(check)]
    text = around.postfix.sending("smtp_helo_name")
    name = _qualified(text)
    if name is None:
        return [Wrong(Fault.SENDING_HELO_UNQUALIFIED, {"helo": text})]
    kinds = {RecordType.AAAA if each.is_ipv6 else RecordType.A for each in addresses}
    answers = await asyncio.gather(
        *(ask_and_wait(resolver, Question(name, kind)) for kind in kinds)
    )
    trouble = [each.outcome.value for each in answers if each.outcome in TEMPORARY]
    if trouble:
        details = {"subject": name.text, "outcome": trouble[0]}
        return [Unmade(check, Obstacle.UNDETERMINED, details)]
    found = [address for each in answers for address in each.addresses]
    if not found:
        kind_names = ", ".join(sorted(each.name for each in kinds))
        return [Wrong(Fault.SENDING_HELO_UNRESOLVABLE, {"helo": name.text, "types": kind_names})]
    leads_to = ", ".join(each.text for each in found)
    details = {"helo": name.text, "found": leads_to}
    differing = [
        Wrong(Fault.SENDING_HELO_DIFFERS, {**details, "address": each.text})
        for each in addresses
        if each not in found
    ]
    return conclude(check, differing, details)


def _qualified(text: str) -> HostName | None:
    """A name that a host on the Internet may give for itself (RFC 5321 section 2.3.5)."""
    try:
        name = DomainName.parse(text)
    except InvalidName:
        return None
    return name if is_host_name(name) and len(name.labels) > 1 else None
