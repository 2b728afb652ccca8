"""A day of Postfix's log, as documentation shows what is made of it."""

from collections.abc import Iterator
from typing import Final

CLIENT: Final = "85.105.64.87"
REJECT: Final = (
    "NOQUEUE: reject: RCPT from unknown[{client}]: 450 4.7.25 Client host rejected: cannot find "
    "your hostname, [{client}]; from=<{sender}> to=<you@our.example> proto=ESMTP helo=<{helo}>"
)
DOUBT: Final = "warning: hostname {name} does not resolve to address {client}: {reason}"
NODATA: Final = "No address associated with hostname"
NXDOMAIN: Final = "Name or service not known"


def session(time: str, *said: str) -> Iterator[str]:
    begin = f"Nov 23 {time} mx postfix/smtpd[7]: "
    for each in said:
        yield f"{begin}{each}\n"


def turned_away(time: str, client: str, sender: str, helo: str, *doubts: str) -> Iterator[str]:
    reject = REJECT.format(client=client, sender=sender, helo=helo)
    arrival, departure = f"connect from unknown[{client}]", f"disconnect from unknown[{client}]"
    return session(time, *doubts, arrival, reject, departure)


def a_business(sender: str, helo: str) -> Iterator[str]:
    """The founding example, which tries three times."""
    doubt = DOUBT.format(name="dsl.static851056487.ttnet.net.tr", client=CLIENT, reason=NODATA)
    for time in ("08:02:11", "08:19:54", "09:20:31"):
        yield from turned_away(time, CLIENT, sender, helo, doubt)


def a_day() -> Iterator[str]:
    """A business with a mistake in its DNS, one without, and thirty taken-over machines."""
    yield from a_business("orders@eddorre.com", "mail.eddorre.com")
    right = "mail.right.example[198.51.100.9]"
    for each in range(12):
        begin = f"{each + 8:02}:30:00"
        said = (
            f"connect from {right}",
            f"4Zq{each:03}: client={right}",
            f"disconnect from {right}",
        )
        yield from session(begin, *said)
    for each in range(18):
        yield from turned_away("20:10:00", f"203.0.113.{each}", "ceo@bank.example", "user-pc")
    for each in range(12):
        client = f"192.0.2.{each + 100}"
        name = f"{client.replace('.', '-')}.dyn.provider.example"
        doubt = DOUBT.format(name=name, client=client, reason=NXDOMAIN)
        yield from turned_away("21:44:00", client, "ceo@bank.example", name, doubt)
