"""What resolvers on loopback answer, for the tests of the client."""

import dns.flags
import dns.message
import dns.name
import dns.rcode

from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address, DomainName
from tests.unit.loopback import Handler, LoopbackServer, reply

CLIENT = Address.parse("85.105.64.87")
PTR = Question(CLIENT.reverse_name, RecordType.PTR)
OWNER = "87.64.105.85.in-addr.arpa."
NAME = DomainName.parse("mail.example.org")
FOUND = f"{OWNER} 3600 IN PTR mail.example.org."
SOA = "example. 300 IN SOA ns.example. hostmaster.example. 1 2 3 4 60"


def is_control(query: dns.message.Message) -> bool:
    return query.question[0].name.to_text() == "."


def answering(handler: Handler) -> Handler:
    """A server that answers the control question and the proof question as resolvers do."""

    def handle(query: dns.message.Message) -> list[bytes]:
        if is_control(query):
            return [reply(query, ". 60 IN NS a.root.")]
        if query.question[0].name.to_text() == "arpa.":
            return [reply(query, authority=("arpa. 60 IN SOA a.root. h.root. 1 2 3 4 5",))]
        return handler(query)

    return handle


def positive(query: dns.message.Message) -> list[bytes]:
    return [reply(query, FOUND)]


def silent(_query: dns.message.Message) -> list[bytes]:
    return []


def failing(rcode: dns.rcode.Rcode) -> Handler:
    return lambda query: [reply(query, rcode=rcode)]


def asked(server: LoopbackServer) -> int:
    return sum(query.question[0].name.to_text() == OWNER for query in server.queries)


def nodata_without_soa(query: dns.message.Message) -> list[bytes]:
    return [reply(query)]
