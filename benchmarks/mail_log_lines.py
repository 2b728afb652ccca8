"""Owns a Postfix log of any size, made from a seed: sessions as real servers log them, each with
what is true of it. Knows nothing of how logs are read.

The shapes are those of Postfix 3.7 and of what commonly shares a log with it; the mix is a small
site's: half of the clients are refused, and a third of the lines are not about clients at all."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD: Final = "confirmed"
# What is logged before the connection, and how often a client is of that kind.
DOUBTS: Final = {
    "no-ptr": "",
    "forward-mismatch": "warning: hostname {name} does not resolve to address {ip}",
    "forward-nxdomain": "warning: hostname {name} does not resolve to address {ip}: "
    "Name or service not known",
    "forward-nodata": "warning: hostname {name} does not resolve to address {ip}: "
    "No address associated with hostname",
    "forward-servfail": "warning: hostname {name} does not resolve to address {ip}: "
    "Temporary failure in name resolution",
    "ptr-unusable": "warning: numeric hostname: {ip}",
}
KINDS: Final = (GOOD, *DOUBTS)
SHARES: Final = (45, 25, 9, 12, 4, 4, 1)
REFUSED: Final = (
    "NOQUEUE: reject: RCPT from unknown[{ip}]: 450 4.7.25 Client host rejected: cannot find your "
    "hostname, [{ip}]; from=<{sender}> to=<{recipient}> proto=ESMTP helo=<{helo}>"
)
UNKNOWN_RECIPIENT: Final = (
    "NOQUEUE: reject: RCPT from {name}[{ip}]: 550 5.1.1 <{recipient}>: Recipient address rejected: "
    "User unknown in virtual mailbox table; from=<{sender}> to=<{recipient}> proto=ESMTP "
    "helo=<{helo}>"
)
TAKEN: Final = (
    (
        "smtpd",
        "Anonymous TLS connection established from {name}[{ip}]: TLSv1.3 with cipher "
        "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS",
    ),
    ("smtpd", "{queue}: client={name}[{ip}]"),
    ("cleanup", "{queue}: message-id=<{queue}.{pid}@{helo}>"),
    ("qmgr", "{queue}: from=<{sender}>, size={size}, nrcpt=1 (queue active)"),
)
DELIVERED: Final = (
    (
        "virtual",
        "{queue}: to=<{recipient}>, relay=virtual, delay=0.21, delays=0.19/0.01/0/0.01, "
        "dsn=2.0.0, status=sent (delivered to maildir)",
    ),
    ("qmgr", "{queue}: removed"),
)
OTHERS: Final = (
    "dovecot: imap-login: Login: user=<{recipient}>, method=PLAIN, rip={ip}, lip=192.0.2.25, "
    "mpid={pid}, TLS, session=<{queue}>",
    "opendkim[{pid}]: {queue}: s=mail d={helo} a=rsa-sha256 SSL",
    "postfix/smtp[{pid}]: {queue}: to=<{sender}>, relay=mx.{helo}[198.51.100.25]:25, delay=1.4, "
    "delays=0.03/0.01/0.7/0.66, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {queue})",
    "postfix/anvil[{pid}]: statistics: max connection rate 1/60s for (smtp:{ip}) at Nov  2 10:00",
)


@dataclass(slots=True)
class MailLog:
    """Lines and, as they are made, what is true of them: sessions and refusals for each kind of
    client, messages taken in, and all that were refused for something else."""

    seed: int
    began: float = 1_767_223_800.0  # half an hour before New Year 2026, which it leads across
    sessions: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    unknown_recipients: int = 0

    def sessions_of_lines(self) -> Iterator[list[str]]:
        """One session's lines after another, without end."""
        chance = random.Random(self.seed)
        now = self.began
        while True:
            now += chance.expovariate(0.5)
            stamp = time.strftime("%b %e %H:%M:%S", time.gmtime(now))
            yield [f"{stamp} mx {line}" for line in self._session(chance)]

    def lines(self, count: int) -> Iterator[str]:
        """At least as many, to the end of the last session."""
        for session in self.sessions_of_lines():
            yield from session
            count -= len(session)
            if count <= 0:
                return

    def _session(self, chance: random.Random) -> list[str]:
        [kind] = chance.choices(KINDS, SHARES)
        number = int(chance.paretovariate(0.3)) % 40_000 + 40_000 * KINDS.index(kind)
        known = random.Random(number)
        ip = f"203.{known.randrange(256)}.{known.randrange(256)}.{known.randrange(1, 255)}"
        dynamic = f"{ip.replace('.', '-')}.dyn.isp.example"
        business = known.random() < 0.3
        name = f"mail.firm-{number}.example" if business else dynamic
        values = {
            "ip": ip,
            "name": name,
            "helo": f"mail.firm-{number}.example" if business else f"host{number}",
            "sender": f"office{known.randrange(9)}@firm-{number}.example",
            "recipient": f"user{chance.randrange(89)}@recipient.example",
            "queue": f"{chance.randrange(1 << 44):011X}",
            "pid": str(1000 + chance.randrange(60)),
            "size": str(chance.randrange(900, 90_000)),
        }
        self.sessions[kind] += 1
        make = self._good if kind == GOOD else self._bad
        lines = make(kind, chance)
        while chance.random() < 0.45:
            lines.append(chance.choice(OTHERS))
        return [line.format_map(values) for line in lines]

    def _good(self, _: str, chance: random.Random) -> list[str]:
        lines = ["postfix/smtpd[{pid}]: connect from {name}[{ip}]"]
        if chance.random() < 0.08:
            self.unknown_recipients += 1
            lines += [f"postfix/smtpd[{{pid}}]: {UNKNOWN_RECIPIENT}"]
            end = " ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4"
        else:
            self.taken += 1
            lines += [f"postfix/{service}[{{pid}}]: {line}" for service, line in TAKEN]
            end = " ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7"
        lines.append("postfix/smtpd[{pid}]: disconnect from {name}[{ip}]" + end)
        if "rcpt=1 " in end:
            lines += [f"postfix/{service}[{{pid}}]: {line}" for service, line in DELIVERED]
        return lines

    def _bad(self, kind: str, chance: random.Random) -> list[str]:
        doubt = DOUBTS[kind]
        lines = [doubt] if doubt else []
        lines.append("connect from unknown[{ip}]")
        if chance.random() < 0.2:
            lines += ["lost connection after EHLO from unknown[{ip}]"]
            lines += ["disconnect from unknown[{ip}] ehlo=1 commands=1"]
        else:
            self.refused[kind] += 1
            lines += [REFUSED, "disconnect from unknown[{ip}] ehlo=1 mail=1 rcpt=0/1 commands=2/3"]
        return [f"postfix/smtpd[{{pid}}]: {line}" for line in lines]
