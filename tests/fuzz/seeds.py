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


def mail_log_seeds() -> list[bytes]:
    """Logs as fuzz_mail_log takes them: the size of the pieces first."""
    syslog = b"Nov 23 17:33:02 mx postfix/smtpd[123]: "
    connect = b"connect from unknown[192.0.2.1]"
    lines = (
        syslog + connect,
        syslog + b"warning: hostname m.a.example does not resolve to address 192.0.2.1",
        syslog + b"NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.7.25 Client host rejected: "
        b"No; from=<a@a> to=<b@b> proto=ESMTP helo=<h>",
        syslog + b"1EFD3224941: client=m.a.example[192.0.2.1], sasl_method=PLAIN, sasl_username=u",
        bytes(10) + syslog + b"disconnect from unknown[192.0.2.1] ehlo=1 commands=1\r",
        b"2026-11-23T17:33:02.123456+01:00 mx postfix/smtpd[123]: " + connect,
        b'<22>1 2026-11-23T17:33:02Z mx postfix/smtpd 123 id [a@1 b="c"] ' + connect,
        b"mail-1  | " + syslog + connect,
        b'{"MESSAGE":"connect from unknown[192.0.2.1]","__REALTIME_TIMESTAMP":"1795455182000000",'
        b'"SYSLOG_IDENTIFIER":"postfix/smtpd","_PID":"123","_HOSTNAME":"mx"}',
        b"2026-11-23 17:33:02 H=m.a (h) [192.0.2.1]:4 F=<a@a> rejected RCPT <b@b>: 5.7.25 No",
        b"2026-11-23 17:33:02 1r7Abc-0001bc-Ab <= a@a H=(h) [192.0.2.1] P=esmtpsa A=plain:u S=12",
        b"2026-11-23 17:33:02 no host name found for IP address 192.0.2.1",
    )
    return [bytes([size]) + b"\n".join(lines) for size in (1, 7, 255)] + [
        b"\xff" + line for line in lines
    ]


def mail_log_message_seeds() -> list[bytes]:
    """What strangers say, as fuzz_mail_log_messages takes it."""
    return [
        b"mail.a.example\0a@a.example\0b@b.example",
        b'x>; from=<v> to=<w> proto=SMTP helo=<y\0"a>; from=<b"@a.example\0b',
        b'h\0a\0"b>: 5.7.25 host lookup failed"@b.example',
        b"h) [6.6.6.6] F=<> rejected RCPT <x>: host lookup failed (\0a\0b",
        b'h\0"x) [6.6.6.6] \\"@a> temporarily rejected RCPT <\0b',
    ]


SEEDS = {
    "fuzz_wire": wire_seeds,
    "fuzz_postfix_policy": postfix_policy_seeds,
    "fuzz_milter": milter_seeds,
    "fuzz_exim": exim_seeds,
    "fuzz_forms": form_seeds,
    "fuzz_visitors": visitor_seeds,
    "fuzz_mail_log": mail_log_seeds,
    "fuzz_mail_log_messages": mail_log_message_seeds,
}
