"""Good input for each fuzzer to start from: it would take long to find by itself."""

import dns.message
import dns.rcode
import dns.rrset

from gotrdns.lookup import Question, RecordType
from gotrdns.names import Address
from gotrdns.resolution.wire import question_section

OWNER = f"{Address.parse('85.105.64.87').reverse_name}."
ANSWERS = (
    (RecordType.PTR, f"{OWNER} 60 IN PTR mail.example."),
    (RecordType.PTR, f"{OWNER} 60 IN CNAME 87.0-127.example."),
    (RecordType.A, f"{OWNER} 60 IN A 85.105.64.87"),
    (RecordType.AAAA, f"{OWNER} 60 IN AAAA 2001:db8::1"),
    (RecordType.MX, f"{OWNER} 60 IN MX 10 mail.example."),
    (RecordType.TXT, f'{OWNER} 60 IN TXT "v=spf1" "-all"'),
    (RecordType.SOA, f"{OWNER} 60 IN SOA a.b. c.d. 1 2 3 4 5"),
)
KINDS = list(RecordType)


def wire_seeds() -> list[bytes]:
    """Replies as fuzz_wire takes them: the record type, the header, what follows the question."""
    seeds = []
    for kind, line in ANSWERS:
        question = Question(Address.parse("85.105.64.87").reverse_name, kind)
        for rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            query = dns.message.make_query(OWNER, kind.name, use_edns=0)
            response = dns.message.make_response(query)
            response.set_rcode(rcode)
            name, ttl, _, text, data = line.split(maxsplit=4)
            section = response.answer if rcode == dns.rcode.NOERROR else response.authority
            section.append(dns.rrset.from_text(name, int(ttl), "IN", text, data))
            message = response.to_wire()
            rest = message[12 + len(question_section(question)) :]
            choice = next(n for n in range(0x80, 0x100) if KINDS[n % len(KINDS)] is kind)
            seeds.append(bytes([choice]) + message[:12] + rest)
    return seeds


def postfix_policy_seeds() -> list[bytes]:
    """Requests as fuzz_postfix_policy takes them: the size of the pieces first."""
    request = (
        b"request=smtpd_access_policy\nprotocol_state=RCPT\nclient_address=85.105.64.87\n"
        b"client_name=unknown\nhelo_name=mail.example\nsender=a@example\nrecipient=b@example\n"
        b"sasl_username=\ninstance=1a2b.5f.0\n\n"
    )
    return [bytes([size]) + request * 2 for size in (1, 7, 255)]


def milter_seeds() -> list[bytes]:
    """Sessions as fuzz_milter takes them: the size of the pieces first."""
    session = (
        (b"O", b"\0\0\0\x06\0\0\x01\xff\0\x1f\xff\xff"),
        (b"D", b"Cj\0mx.recipient.example\0{client_resolve}\0FORGED\0"),
        (b"C", b"unknown\x004\x10\xe185.105.64.87\0"),
        (b"C", b"unknown\x006\x10\xe1IPv6:2001:db8::1\0"),
        (b"H", b"mail.example\0"),
        (b"M", b"<a@example>\0SIZE=1\0"),
        (b"R", b'<@a,@b:"b"@example>\0'),
        (b"L", b'Authentication-Results\0(a (b) c) "mx.recipient.example" 1; iprev=pass\0'),
        (b"E", b""),
        (b"K", b""),
    )
    stream = b"".join(
        (len(fields) + 1).to_bytes(4) + command + fields for command, fields in session
    )
    return [bytes([size]) + stream for size in (1, 7, 255)]


def exim_seeds() -> list[bytes]:
    """Lines as fuzz_exim takes them: where they are cut first."""
    line = b'check ip=85.105.64.87 helo=mail.example sender="\\"a b\\"@example" auth=""\n'
    return [bytes([cut]) + line for cut in (0, 9, 200)]


def form_seeds() -> list[bytes]:
    return [b"token=abc&reason=a+b%20c&target=192.0.2.1", b"=&==&a", b"a=%C3%BC", b"a=1&a=2"]


def visitor_seeds() -> list[bytes]:
    """Headers, a line each."""
    return [
        b"192.0.2.1, 127.0.0.1",
        b"192.0.2.1:4711\n[2001:db8::1]:80, 198.51.100.7",
        b'for="[2001:db9::1]", unknown',
        b"::ffff:192.0.2.1,,\t127.0.0.5",
    ]


SEEDS = {
    "fuzz_wire": wire_seeds,
    "fuzz_postfix_policy": postfix_policy_seeds,
    "fuzz_milter": milter_seeds,
    "fuzz_exim": exim_seeds,
    "fuzz_forms": form_seeds,
    "fuzz_visitors": visitor_seeds,
}
