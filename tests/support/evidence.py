"""Walks made up for tests: what servers said, in a line or two."""

from collections.abc import Iterable, Mapping

from gotrdns.evidence import (
    Ending,
    Kind,
    Leg,
    Path,
    Probe,
    Purpose,
    Record,
    Reply,
    Server,
    Soa,
    Walk,
    Zone,
)
from gotrdns.lookup import Answer, Outcome, Question, RecordType
from gotrdns.names import Address, DomainName
from gotrdns.verification import Verdict, Verification

CLIENT = Address.parse("81.20.30.10")
OWNER = CLIENT.reverse_name
HOST = DomainName.parse("mail.business.example")
REVERSE_ZONE = "30.20.81.in-addr.arpa"
FORWARD_ZONE = "business.example"


def name(text: str) -> DomainName:
    return DomainName.parse(text)


def server(text: str) -> Server:
    """``ns1.hosting.example 81.20.0.1``"""
    host, address = text.split()
    return Server(name(host), Address.parse(address))


NS1 = server("ns1.hosting.example 81.20.0.1")
NS2 = server("ns2.hosting.example 81.20.0.2")
NS6 = server("ns6.hosting.example 2001:470::53")
ROOT_SERVER = server("a.root-servers.net 198.41.0.4")
REGISTRY_SERVER = server("pri.authdns.ripe.net 193.0.9.5")

# What a server said: a kind, or the data of the records that it gave.
Said = Kind | str


def record(owner: DomainName, record_type: str, data: str) -> Record:
    if record_type in {"A", "AAAA"}:
        return Record(owner, 300, record_type, data, address=Address.parse(data))
    return Record(owner, 300, record_type, data, target=name(data))


def reply(by: Server, question: Question, said: Said) -> Reply:
    """``mail.example`` is a PTR answer, ``192.0.2.1`` an address; ``CNAME a b`` aliases."""
    if isinstance(said, Kind):
        return Reply(by, question, said, 0.01)
    words = said.split()
    if words[0] == "CNAME":
        records = tuple(record(question.name, "CNAME", each) for each in words[1:])
        return Reply(by, question, Kind.ALIAS, 0.01, records=records, authoritative=True)
    records = tuple(record(question.name, question.type.name, each) for each in words)
    return Reply(by, question, Kind.ANSWER, 0.01, records=records, authoritative=True)


def zone(
    text: str,
    question: Question,
    said: Mapping[Server, Iterable[Said] | Said],
    *,
    left_out: tuple[Server, ...] = (),
    unresolvable: tuple[str, ...] = (),
    delegated_to: tuple[str, ...] | None = None,
    claims: tuple[str, ...] | None = None,
    serials: Mapping[Server, int] | None = None,
    signed: bool | None = False,
    swept: bool = True,
    rounds: int = 2,
) -> Zone:
    """A zone whose servers said the same in each round, or a list of things one after the other."""
    replies = [
        reply(by, question, each)
        for by, what in said.items()
        for each in ([what] * rounds if isinstance(what, Kind | str) else what)
    ]
    names = tuple(dict.fromkeys(each.name for each in said))
    contact = name("hostmaster.hosting.example")
    apex = name(text)
    return Zone(
        apex,
        delegated_to=names if delegated_to is None else tuple(map(name, delegated_to)),
        claims=None if claims is None else tuple(map(name, claims)),
        servers=tuple(said),
        unresolvable=tuple(map(name, unresolvable)),
        left_out=left_out,
        replies=tuple(replies),
        soas=tuple(
            (by, Soa(apex, NS1.name, contact, serial, 300, 300))
            for by, serial in (serials or {}).items()
        ),
        swept=swept,
        signed=signed,
    )


def leg(owner: DomainName, *zones: Zone) -> Leg:
    question = Question(owner, RecordType.PTR)
    above = zone(".", question, {ROOT_SERVER: Kind.REFERRAL}, delegated_to=(), swept=False)
    return Leg(owner, (above, *zones))


REVERSE = Question(OWNER, RecordType.PTR)
FORWARD = Question(HOST, RecordType.A)


def reverse_path(*legs: Leg, ending: Ending = Ending.ANSWERED) -> Path:
    return Path(REVERSE, legs, ending)


def forward_path(last: Zone, owner: DomainName = HOST, *, ending: Ending = Ending.ANSWERED) -> Path:
    return Path(Question(owner, FORWARD.type), (leg(owner, last),), ending)


def pointing(said: Said = HOST.text) -> Path:
    """A reverse path whose two servers say the same."""
    return reverse_path(leg(OWNER, zone(REVERSE_ZONE, REVERSE, {NS1: said, NS2: said})))


def leading(said: Said = CLIENT.text) -> Path:
    """A forward path whose two servers say the same."""
    return forward_path(zone(FORWARD_ZONE, FORWARD, {NS1: said, NS2: said}))


def walk(reverse: Path, *forward: Path, probes: tuple[Probe, ...] = ()) -> Walk:
    return Walk(reverse, forward, probes)


def probe(
    purpose: Purpose,
    owner: str,
    said: Said,
    *,
    beside: Said | None = None,
    asked_of: str = REVERSE_ZONE,
    record_type: RecordType = RecordType.PTR,
) -> Probe:
    question = Question(name(owner), record_type)
    other = Question(name("random.example"), record_type)
    answered_beside = None if beside is None else reply(NS1, other, beside)
    return Probe(purpose, name(asked_of), reply(NS1, question, said), answered_beside)


def verdict_of(reverse: Answer, *forward: Answer, client: Address = CLIENT) -> Verdict:
    """What our resolver's answers came to; the forward answers are in canonical order of names."""
    verification = Verification(client)
    for position, _ in enumerate(verification.reverse_heard(reverse)):
        verification.forward_heard(position, forward[position])
    return verification.verdict()


FOUND = Answer(Outcome.FOUND, names=(HOST,), ttl=3600)
LEADS = Answer(Outcome.FOUND, addresses=(CLIENT,), ttl=600)
NONE = Answer(Outcome.NXDOMAIN, ttl=900, zone=name(REVERSE_ZONE))
CONFIRMED = verdict_of(FOUND, LEADS)
NO_PTR = verdict_of(NONE)
