"""Explanations built by hand, as the walk and the resolver would have made them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from gotrdns.contacts.holder import Contact, Holder, Role
from gotrdns.contacts.mailbox import mailbox_of
from gotrdns.diagnosis.findings import Details, Finding, Fixer, Severity
from gotrdns.evidence import Ending, Kind, Leg, Path, Record, Reply, Server, Soa, Walk, Zone
from gotrdns.explaining.explanation import (
    Choice,
    Explanation,
    HostName,
    Publication,
    Responsible,
)
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.verification import Cause, CheckedName, NameState, Verdict

RESOLVERS: Final = ("127.0.0.1",)


def name(text: str) -> DomainName:
    return DomainName.parse(text)


def server(host: str, address: str) -> Server:
    return Server(name(host), Address.parse(address))


def pointer(owner: DomainName, target: DomainName, ttl: int = 3600) -> Record:
    return Record(owner, ttl, "PTR", f"{target}.", target=target)


def alias(owner: DomainName, target: DomainName) -> Record:
    return Record(owner, 300, "CNAME", f"{target}.", target=target)


def upper(zone: str, servers: int, question: Question, below: str) -> Zone:
    """A zone above the last: one server was asked, and it referred on."""
    host = name(zone).text.strip(".")
    names = [server(f"ns{n}.{host or 'root'}.net", f"198.41.0.{n}") for n in range(servers)]
    reply = Reply(names[0], question, Kind.REFERRAL, 0.011, "udp", "NOERROR", referral=name(below))
    return Zone(name(zone), servers=tuple(names), replies=(reply,))


def swept(zone: str, replies: Sequence[Reply], **more: object) -> Zone:
    servers = tuple(dict.fromkeys(each.server for each in replies))
    built = Zone(
        name(zone),
        delegated_to=tuple(dict.fromkeys(each.name for each in servers)),
        servers=servers,
        replies=tuple(replies),
        swept=True,
    )
    return msgspec.structs.replace(built, **more)


def soa(zone: str, contact: str, *, minimum: int = 300) -> Soa:
    return Soa(name(zone), name(f"ns1.{zone}"), name(contact), 2026112301, 3600, minimum)


def finding(
    code: str,
    severity: Severity,
    fixer: Fixer,
    zone: str | None = None,
    details: "Details | None" = None,
) -> Finding:
    return Finding(code, severity, fixer, details or {}, zone)


TURKISH_SERVERS: Final = (
    server("ns1.ttnet.net.tr", "195.175.39.10"),
    server("ns2.ttnet.net.tr", "195.175.39.11"),
)
HOLDER: Final = Holder(
    "85.105.0.0/16",
    "Turk Telekomunikasyon Anonim Sirketi",
    "TR-TELEKOM",
    "TR",
    "ripe",
    (
        Contact(Role.ABUSE, "Abuse desk", "abuse@ttnet.net.tr"),
        Contact(Role.TECHNICAL, "DNS team", "dns@ttnet.net.tr"),
    ),
)


def founding() -> Explanation:
    """85.105.64.87: the PTR record's name exists, and has no A record."""
    client = Address.parse("85.105.64.87")
    host = name("dsl.static851056487.ttnet.net.tr")
    owner = client.reverse_name
    asked = Question(owner, RecordType.PTR)
    forward = Question(host, RecordType.A)
    reverse_zone = swept(
        "64.105.85.in-addr.arpa",
        [
            Reply(each, asked, Kind.ANSWER, 0.048, "udp", "NOERROR", True, (pointer(owner, host),))
            for each in TURKISH_SERVERS * 2
        ],
        soas=((TURKISH_SERVERS[0], soa("64.105.85.in-addr.arpa", "hostmaster.ttnet.net.tr")),),
    )
    forward_zone = swept(
        "ttnet.net.tr",
        [
            Reply(each, forward, Kind.NODATA, 0.051, "udp", "NOERROR", True)
            for each in TURKISH_SERVERS
        ],
    )
    walk = Walk(
        Path(
            asked,
            (
                Leg(
                    owner,
                    (
                        upper(".", 13, asked, "in-addr.arpa"),
                        upper("in-addr.arpa", 6, asked, "85.in-addr.arpa"),
                        upper("85.in-addr.arpa", 5, asked, "64.105.85.in-addr.arpa"),
                        reverse_zone,
                    ),
                ),
            ),
            Ending.ANSWERED,
        ),
        (
            Path(
                forward,
                (
                    Leg(
                        host,
                        (
                            upper(".", 13, forward, "tr"),
                            upper("tr", 6, forward, "ttnet.net.tr"),
                            forward_zone,
                        ),
                    ),
                ),
                Ending.ANSWERED,
            ),
        ),
        questions=19,
        elapsed=0.73,
    )
    zone = name("64.105.85.in-addr.arpa")
    mail = name("mail.eddorre.com")
    return Explanation(
        verdict=Verdict(
            client,
            Cause.FORWARD_NODATA,
            (CheckedName(host, NameState.NODATA, Answer(Outcome.NODATA, ttl=300)),),
            Answer(Outcome.FOUND, names=(host,), ttl=3600),
            secure=False,
        ),
        findings=(
            finding(
                "forward-nodata",
                Severity.ERROR,
                Fixer.ADDRESS_OWNER,
                "64.105.85.in-addr.arpa",
                {
                    "names": [host.text],
                    "type": "A",
                    "addresses": [],
                    "aliases": [],
                    "made_from_address": True,
                },
            ),
            finding(
                "helo-differs",
                Severity.INFO,
                Fixer.DOMAIN_OWNER,
                None,
                {"helo": "eddorre.com", "addresses": ["192.0.2.9"]},
            ),
        ),
        walk=walk,
        host=HostName(mail, Choice.DOMAIN),
        records=(
            Publication(
                mail, "A", client.text, Fixer.DOMAIN_OWNER, name("eddorre.com"), "mail", 300
            ),
            Publication(owner, "PTR", f"{mail}.", Fixer.ADDRESS_OWNER, zone, "87", 3600),
        ),
        responsible=(
            Responsible(
                Fixer.DOMAIN_OWNER,
                name("eddorre.com"),
                (name("ns1.registrar.net"), name("ns2.registrar.net")),
                mailbox_of(name("hostmaster.registrar.net")),
            ),
            Responsible(
                Fixer.ADDRESS_OWNER,
                zone,
                tuple(each.name for each in TURKISH_SERVERS),
                mailbox_of(name("hostmaster.ttnet.net.tr")),
                HOLDER,
            ),
        ),
        resolvers=RESOLVERS,
        elapsed=0.81,
    )
