"""A main log of Exim of any size, made from a seed, and what is true of it.

The shapes are those of Exim 4.96 with ``log_selector = +smtp_connection +pid +incoming_port``.
Knows nothing of how logs are read.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gotrdns.mail_logs.facts import Flaw

FAILED: Final = "rejected RCPT <{recipient}>: host lookup failed "
# How often a client is of that kind, and what it is answered.
KINDS: Final[dict[Flaw | None, tuple[int, str]]] = {
    None: (45, ""),
    Flaw.NO_NAME: (25, FAILED + "(failed to find host name from IP address)"),
    Flaw.UNCONFIRMED: (20, FAILED + "({ip} does not match any IP address for {name})"),
    Flaw.UNDETERMINED: (
        10,
        "temporarily rejected RCPT <{recipient}>: host lookup deferred for reverse lookup check",
    ),
}
RELAYING: Final = "rejected RCPT <{recipient}>: relay not permitted"


@dataclass(slots=True)
class EximLog:
    """Lines and, as they are made, how many there are of what."""

    seed: int
    began: float = 1_767_223_800.0
    sessions: Counter[Flaw | None] = field(default_factory=Counter)
    rejected: Counter[Flaw | None] = field(default_factory=Counter)
    taken: int = 0

    def lines(self, count: int) -> Iterator[str]:
        """At least as many, to the end of the last session."""
        chance = random.Random(self.seed)
        now = self.began
        while count > 0:
            now += chance.expovariate(0.5)
            session = list(self._session(chance))
            count -= len(session)
            stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
            yield from (f"{stamp} {line}" for line in session)

    def _session(self, chance: random.Random) -> Iterator[str]:
        weights = [weight for weight, _ in KINDS.values()]
        [kind] = chance.choices(list(KINDS), weights)
        number = chance.randrange(40_000)
        ip = f"203.{number % 251}.{number % 241}.{number % 239}"
        if chance.random() < 0.2:
            ip = f"2001:db8::{number:x}"
        values = {
            "ip": ip,
            "name": f"mail.firm-{number}.example",
            "helo": chance.choice((f"mail.firm-{number}.example", f"host{number}", f"[{ip}]")),
            "sender": chance.choice((f"office@firm-{number}.example", "")),
            "recipient": f"user{chance.randrange(89)}@recipient.example",
            "port": str(chance.randrange(1024, 65_536)),
        }
        self.sessions[kind] += 1
        pid = f"[{chance.randrange(1000, 30_000)}] "
        known = "{name} ({helo})" if kind is None else "({helo})"
        client = f"{known} [{{ip}}]:{{port}}"
        forms = [f"{pid}SMTP connection from [{{ip}}]:{{port}} (TCP/IP connection count = 3)"]
        forms += self._good(pid, client, chance) if kind is None else self._bad(pid, client, kind)
        forms.append(f"{pid}SMTP connection from {client} closed by QUIT")
        yield from (form.format_map(values) for form in forms)

    def _good(self, pid: str, client: str, chance: random.Random) -> list[str]:
        if chance.random() < 0.2:
            self.rejected[None] += 1
            return [f"{pid}H={client} F=<{{sender}}> {RELAYING}"]
        self.taken += 1
        made = "".join(chance.choices("0123456789ABCDEFGHabcdefgh", k=6))
        message = f"1v{made[:4]}-00{made[2:]}-1{made[:1]}"
        return [
            f"{pid}{message} <= office@{{name}} H={client} P=esmtps X=TLS1.3:ECDHE_RSA:256 CV=no "
            f"S={chance.randrange(900, 9000)} id={message}@{{name}}",
            f"{pid}{message} => {{recipient}} R=local T=mailbox",
            f"{pid}{message} Completed",
        ]

    def _bad(self, pid: str, client: str, kind: Flaw) -> list[str]:
        self.rejected[kind] += 2
        answer = f"{pid}H={client} F=<{{sender}}> {KINDS[kind][1]}"
        first = [f"{pid}no host name found for IP address {{ip}}"] if kind is Flaw.NO_NAME else []
        return [*first, answer, f"{pid}H={client} incomplete transaction (RSET) from <>", answer]
