"""More explanations built by hand: each shows one thing that a walk can find, or cannot."""

from typing import Final

import msgspec

from gotrdns.contacts.holder import Contact, Holder, Role
from gotrdns.contacts.mailbox import mailbox_of
from gotrdns.diagnosis.findings import Details, Fixer, Severity
from gotrdns.evidence import Ending, Kind, Leg, Path, Record, Reply, Walk
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
from tests.unit.explanations import (
    RESOLVERS,
    alias,
    finding,
    founding,
    name,
    server,
    swept,
    upper,
)


def classless() -> Explanation:
    """An RFC 2317 child zone without the PTR record that the alias leads to."""
    client = Address.parse("81.20.30.14")
    owner, target = client.reverse_name, name("14.0-31.30.20.81.in-addr.arpa")
    asked = Question(owner, RecordType.PTR)
    parents = [server(f"ns{n}.isp.net", f"81.20.0.{n}") for n in (1, 2)]
    children = [server("ns1.dnshost.net", "46.4.4.1")]
    aliased = swept(
        "30.20.81.in-addr.arpa",
        [
            Reply(each, asked, Kind.ALIAS, 0.02, "udp", "NOERROR", True, (alias(owner, target),))
            for each in parents
        ],
    )
    there = Question(target, RecordType.PTR)
    missing = swept(
        "0-31.30.20.81.in-addr.arpa",
        [Reply(children[0], there, Kind.NXDOMAIN, 0.0003, "udp", "NXDOMAIN", True)],
    )
    above = (
        upper(".", 13, asked, "in-addr.arpa"),
        upper("in-addr.arpa", 6, asked, "30.20.81.in-addr.arpa"),
    )
    child = name("0-31.30.20.81.in-addr.arpa")
    example = name("mail.example.com")
    return Explanation(
        verdict=Verdict(
            client,
            Cause.NO_PTR,
            (),
            Answer(Outcome.NXDOMAIN, ttl=60, aliases=(target,), zone=child),
            secure=False,
        ),
        findings=(
            finding(
                "classless-target-missing",
                Severity.ERROR,
                Fixer.DELEGATE,
                child.text,
                {"owner": target.text, "target": target.text, "zone": child.text},
            ),
        ),
        walk=Walk(
            Path(
                asked,
                (Leg(owner, (*above, aliased)), Leg(target, (*above, aliased, missing))),
                Ending.ANSWERED,
            )
        ),
        host=HostName(example, Choice.EXAMPLE),
        records=(
            Publication(example, "A", client.text, Fixer.DOMAIN_OWNER),
            Publication(target, "PTR", f"{example}.", Fixer.DELEGATE, child, "14", 60),
        ),
        responsible=(
            Responsible(Fixer.DOMAIN_OWNER, None),
            Responsible(
                Fixer.DELEGATE, child, (children[0].name,), mailbox_of(name("root.localhost"))
            ),
        ),
        resolvers=RESOLVERS,
        elapsed=0.4,
    )


def ipv6() -> Explanation:
    """An IPv6 client without a name; the registry's own zone denies it."""
    client = Address.parse("2a01:4f8:c0c:1234::25")
    owner = client.reverse_name
    asked = Question(owner, RecordType.PTR)
    zone = "4.3.2.1.c.0.c.0.8.f.4.0.1.0.a.2.ip6.arpa"
    servers = [
        server("ns1.hoster.net", "2a01:4f8:0:a101::a:1"),
        server("ns2.hoster.net", "213.133.1.1"),
    ]
    last = swept(
        zone,
        [Reply(each, asked, Kind.NXDOMAIN, 0.009, "udp", "NXDOMAIN", True) for each in servers],
        left_out=(server("ns3.hoster.net", "2a01:4f8:0:a102::a:1"),),
    )
    host = name("mx1.customer.org")
    return Explanation(
        verdict=Verdict(
            client, Cause.NO_PTR, (), Answer(Outcome.NXDOMAIN, ttl=3600, zone=name(zone)), False
        ),
        findings=(
            finding(
                "no-ptr",
                Severity.ERROR,
                Fixer.ADDRESS_OWNER,
                zone,
                {"owner": owner.text, "zone": zone, "null_target": False},
            ),
        ),
        walk=Walk(
            Path(
                asked,
                (
                    Leg(
                        owner,
                        (
                            upper(".", 13, asked, "ip6.arpa"),
                            upper("ip6.arpa", 6, asked, zone),
                            last,
                        ),
                    ),
                ),
                Ending.ANSWERED,
            )
        ),
        host=HostName(host, Choice.HELO),
        records=(
            Publication(
                owner,
                "PTR",
                f"{host}.",
                Fixer.ADDRESS_OWNER,
                name(zone),
                "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0",
                90000,
            ),
        ),
        responsible=(
            Responsible(Fixer.ADDRESS_OWNER, name(zone), tuple(each.name for each in servers)),
        ),
        resolvers=RESOLVERS,
        elapsed=0.2,
        no_rdap="the registry did not answer within 10 seconds",
    )


def lame(*, remark: str = "22 (No Reachable Authority): zone expired") -> Explanation:
    """A reverse zone whose servers each fail in another way; its contact lies in a broken zone."""
    client = Address.parse("81.20.30.12")
    asked = Question(client.reverse_name, RecordType.PTR)
    zone = "30.20.81.in-addr.arpa"
    one, two = server("ns1.isp.net", "81.20.0.1"), server("ns2.isp.net", "81.20.0.2")
    last = swept(
        zone,
        [
            Reply(one, asked, Kind.REFUSED, 0.014, "udp", "REFUSED", extended_errors=(remark,)),
            Reply(two, asked, Kind.TIMEOUT, 4.0),
            Reply(one, asked, Kind.REFUSED, 0.013, "udp", "REFUSED"),
            Reply(two, asked, Kind.TIMEOUT, 4.0, "tcp"),
        ],
        unresolvable=(name("ns3.gone.net"),),
        left_out=(server("ns4.isp.net", "10.0.0.53"),),
    )
    return Explanation(
        verdict=Verdict(client, Cause.REVERSE_SERVFAIL, (), Answer(Outcome.SERVFAIL), False),
        findings=(
            finding(
                "reverse-lame",
                Severity.TEMPORARY,
                Fixer.ADDRESS_OWNER,
                zone,
                {
                    "owner": client.reverse_name.text,
                    "servers": [f"{each.name} ({each.address})" for each in (one, two)],
                    "kinds": ["refused", "timeout"],
                },
            ),
            finding(
                "reverse-parent-child-differ",
                Severity.INFO,
                Fixer.ADDRESS_OWNER,
                zone,
                {"at_parent": ["ns1.isp.net", "ns2.isp.net"], "at_child": ["ns1.isp.net"]},
            ),
        ),
        walk=Walk(
            Path(
                asked,
                (Leg(client.reverse_name, (upper(".", 13, asked, zone), last)),),
                Ending.BROKEN,
            ),
            cut_short=True,
        ),
        host=HostName(name("mail.example.com"), Choice.EXAMPLE),
        records=(),
        responsible=(
            Responsible(
                Fixer.ADDRESS_OWNER,
                name(zone),
                (one.name, two.name),
                mailbox_of(name(f"dns.{zone}")),
            ),
        ),
        resolvers=RESOLVERS,
        elapsed=9.0,
    )


def confirmed() -> Explanation:
    client = Address.parse("81.20.30.10")
    host = name("mail.business.org")
    return Explanation(
        verdict=Verdict(
            client,
            Cause.CONFIRMED,
            (
                CheckedName(
                    host, NameState.CONFIRMED, Answer(Outcome.FOUND, addresses=(client,), ttl=3600)
                ),
                CheckedName(name("old.business.org"), NameState.NXDOMAIN, Answer(Outcome.NXDOMAIN)),
            ),
            Answer(Outcome.FOUND, names=(host, name("old.business.org")), ttl=3600),
            False,
        ),
        findings=(
            finding(
                "reverse-lame-some",
                Severity.WARNING,
                Fixer.ADDRESS_OWNER,
                "30.20.81.in-addr.arpa",
                {"servers": ["ns2.isp.net (81.20.0.2)"], "kinds": ["servfail"]},
            ),
        ),
        walk=None,
        host=HostName(host, Choice.CONFIRMED),
        records=(),
        responsible=(),
        resolvers=RESOLVERS,
        elapsed=0.1,
    )


def without_walk() -> Explanation:
    whole = founding()
    records = tuple(
        msgspec.structs.replace(each, zone=None, relative=None, wait=None) for each in whole.records
    )
    return msgspec.structs.replace(whole, walk=None, records=records)


def resolver_fault() -> Explanation:
    whole = founding()
    return msgspec.structs.replace(
        whole,
        verdict=Verdict(
            whole.verdict.address, Cause.REVERSE_TIMEOUT, (), Answer(Outcome.TIMEOUT), False
        ),
        findings=(finding("resolver-fault", Severity.TEMPORARY, Fixer.RECEIVER),),
        records=(),
        responsible=(Responsible(Fixer.RECEIVER, None),),
    )


def stale() -> Explanation:
    whole = founding()
    details: Details = {"owner": "dsl.static851056487.ttnet.net.tr", "type": "A", "seconds": 240}
    return msgspec.structs.replace(
        whole,
        findings=(finding("cache-stale", Severity.INFO, Fixer.NOBODY, None, details),),
        records=(),
        responsible=(),
    )


def many_names(number: int = 40) -> Explanation:
    """A PTR record set of many names; ten were walked, as many as the verdict evaluates."""
    whole = founding()
    assert whole.walk is not None
    names = [name(f"host{n}.ttnet.net.tr") for n in range(number)]
    [path] = whole.walk.forward
    answer = Answer(Outcome.NODATA, ttl=300)
    checked = [
        CheckedName(each, NameState.NODATA, answer)
        if n < 10
        else CheckedName(each, NameState.NOT_ASKED)
        for n, each in enumerate(names)
    ]
    paths = [
        msgspec.structs.replace(
            path, question=Question(each, RecordType.A), legs=(Leg(each, path.last.zones),)
        )
        for each in names
    ]
    details = {**whole.findings[0].details, "names": [each.text for each in names]}
    return msgspec.structs.replace(
        whole,
        verdict=msgspec.structs.replace(
            whole.verdict,
            names=tuple(checked),
            reverse=Answer(Outcome.FOUND, names=tuple(names), ttl=60),
        ),
        findings=(msgspec.structs.replace(whole.findings[0], details=details),),
        walk=msgspec.structs.replace(whole.walk, forward=tuple(paths)),
    )


def hostile(text: str) -> Explanation:
    """Strangers' text wherever strangers can write: RDAP, extended errors, record data, a cause."""
    octets = text.encode("utf-8", "replace")[:40] or b"x"
    target = DomainName(bytes([len(octets)]) + octets.lower() + b"\x03net\x00")
    whole = lame(remark=text)
    assert whole.walk is not None
    zone = whole.walk.reverse.last.zone
    odd = Record(whole.verdict.address.reverse_name, 60, "PTR", text, target=target)
    bare = Record(whole.verdict.address.reverse_name, 60, "PTR", text)
    replies = (
        msgspec.structs.replace(zone.replies[0], kind=Kind.ANSWER, records=(odd, bare)),
        msgspec.structs.replace(zone.replies[1], kind=Kind.ERROR, rcode=text),
        *zone.replies[2:],
    )
    path = whole.walk.reverse
    leg = msgspec.structs.replace(
        path.last, zones=(path.last.zones[0], msgspec.structs.replace(zone, replies=replies))
    )
    holder = Holder(text, text, text, text, text, (Contact(Role.TECHNICAL, text, text),))
    [role] = whole.responsible
    return msgspec.structs.replace(
        whole,
        walk=msgspec.structs.replace(
            whole.walk, reverse=msgspec.structs.replace(path, legs=(leg,))
        ),
        responsible=(
            msgspec.structs.replace(role, holder=holder, mailbox=mailbox_of(target)),
            msgspec.structs.replace(role, zone=target),
        ),
        no_rdap=text,
    )


CASES: Final = {
    "founding": founding,
    "classless": classless,
    "ipv6": ipv6,
    "lame": lame,
    "confirmed": confirmed,
    "without-walk": without_walk,
    "resolver-fault": resolver_fault,
    "stale": stale,
    "many-names": many_names,
}
