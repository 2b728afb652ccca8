"""A week of a small site's mail, as Postfix logs it, and what DNS says of its clients today."""

import time
from typing import Final

DAY: Final = 86_400
MONDAY: Final = 1_795_392_000.0  # 2026-11-23
TODAY: Final = """
. NS a.root.
10.30.20.81.in-addr.arpa. PTR mail.right.example.
mail.right.example. A 81.20.30.10
87.64.105.85.in-addr.arpa. PTR dsl.static851056487.ttnet.net.tr.
dsl.static851056487.ttnet.net.tr. TXT "no address"
partner.example. TXT "v=spf1 ip4:81.20.40.25 -all"
9.50.20.81.in-addr.arpa. PTR mail.repaired.example.
mail.repaired.example. A 81.20.50.9
"""
_DOUBT: Final = "warning: hostname {name} does not resolve to address {client}: {reason}"
_NODATA: Final = "No address associated with hostname"
_NXDOMAIN: Final = "Name or service not known"
_REJECT: Final = (
    "NOQUEUE: reject: RCPT from unknown[{client}]: 450 4.7.25 Client host rejected: cannot find "
    "your hostname, [{client}]; from=<{sender}> to=<you@our.example> proto=ESMTP helo=<{helo}>"
)
_UNKNOWN_USER: Final = (
    "NOQUEUE: reject: RCPT from unknown[{client}]: 550 5.1.1 <x@our.example>: Recipient address "
    "rejected: User unknown in local recipient table; from=<{sender}> to=<x@our.example> "
    "proto=ESMTP helo=<{helo}>"
)


class Week:
    """The lines, as they come."""

    def __init__(self) -> None:
        self._messages = 0
        self.lines: list[tuple[float, str]] = []

    def text(self) -> str:
        stamped = (
            (at, f"{time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime(at))} mx {line}\n")
            for at, line in self.lines
        )
        return "".join(line for _, line in sorted(stamped, key=lambda each: each[0]))

    def takes_in(
        self, at: float, client: str, sender: str, *, name: str = "unknown", doubt: str = ""
    ) -> None:
        self._messages += 1
        queue_id = f"4Zq{self._messages:05}"
        said = [
            ("smtpd", f"connect from {name}[{client}]"),
            ("smtpd", f"{queue_id}: client={name}[{client}]"),
            ("qmgr", f"{queue_id}: from=<{sender}>, size=1234, nrcpt=1 (queue active)"),
            ("smtpd", f"disconnect from {name}[{client}]"),
        ]
        self._say(at, [("smtpd", doubt)] * bool(doubt) + said)

    def turns_away(
        self, at: float, client: str, sender: str, helo: str, *, reply: str = _REJECT
    ) -> None:
        facts = {"client": client, "sender": sender, "helo": helo}
        self._say(
            at,
            [
                ("smtpd", f"connect from unknown[{client}]"),
                ("smtpd", reply.format(**facts)),
                ("smtpd", f"disconnect from unknown[{client}]"),
            ],
        )

    def _say(self, at: float, said: list[tuple[str, str]]) -> None:
        self.lines += [(at, f"postfix/{service}[7]: {line}") for service, line in said]


def doubt(name: str, client: str, reason: str) -> str:
    return _DOUBT.format(name=name, client=client, reason=reason)


def a_week() -> str:
    """One business that is right, three that are not, and two hundred taken-over machines."""
    week = Week()
    for hour in range(0, 7 * 24, 2):
        week.takes_in(
            MONDAY + hour * 3600, "81.20.30.10", "ann@right.example", name="mail.right.example"
        )
    name = "dsl.static851056487.ttnet.net.tr"
    for day in (0, 1, 2, 4):
        at = MONDAY + day * DAY + 9 * 3600
        note = doubt(name, "85.105.64.87", _NODATA)
        week.takes_in(at, "85.105.64.87", "orders@eddorre.com", doubt=note)
    for day in (1, 3, 5):
        at = MONDAY + day * DAY + 11 * 3600
        week.takes_in(at, "81.20.40.25", "bob@partner.example")
    week.turns_away(
        MONDAY + 5 * DAY + 50_000, "81.20.40.25", "bob@partner.example", "mail.partner.example"
    )
    for day in (0, 2, 3):
        at = MONDAY + day * DAY + 15 * 3600
        note = doubt("old.repaired.example", "81.20.50.9", _NXDOMAIN)
        week.takes_in(at, "81.20.50.9", "eve@repaired.example", doubt=note)
    for number in range(200):
        client = f"46.{number}.{number * 7 % 250}.{number + 1}"
        at = MONDAY + number * 3000
        reply = _UNKNOWN_USER if number % 4 == 0 else _REJECT
        week.turns_away(at, client, f"ceo{number}@bank.example", "user-pc", reply=reply)
    return week.text()
