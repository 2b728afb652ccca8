"""What `gotrdns logs` reports on the logs of real mail servers is what was said and answered.

Every cause occurs, in sessions that go on at once, each with several messages to several people.
"""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.live import clients
from tests.live.clients import CLIENTS
from tests.live.daemon import Daemon
from tests.live.log_visits import (
    OTHER,
    READER,
    STRANGER,
    Account,
    Fate,
    Message,
    Visit,
    accounts_of,
    amount_of,
    cause_by_gotrdns,
    causes_of,
    make,
    report_on,
)
from tests.live.logins import Logins
from tests.live.port_numbers import Port
from tests.live.postfix import (
    MILTER_OVER_UNIX,
    POLICY_OVER_UNIX,
    Postfix,
    Service,
    standard_services,
)
from tests.live.process import wait_until
from tests.live.program import gotrdns
from tests.live.resolver import Resolver

HOSTNAME: Final = Port.LOG_HOSTNAME.value
REVERSE: Final = Port.LOG_REVERSE.value
WARNING: Final = Port.LOG_WARNING.value
PERMANENT: Final = Port.LOG_PERMANENT.value
SOFT: Final = Port.LOG_SOFT.value
SUBMISSION: Final = Port.LOG_SUBMISSION.value
POLICY: Final = Port.LOG_POLICY.value
MILTER: Final = Port.LOG_MILTER.value

BY_HOSTNAME: Final = "reject_unknown_client_hostname"
REFUSE_CONTENT: Final = {
    "header_checks": "regexp:{ {/^X-Refuse:/ REJECT no such header} "
    "{/^X-Later:/ REJECT 4.7.1 come again} {/^X-Lost:/ DISCARD} }",
    "body_checks": "regexp:{ {/^Refuse this/ REJECT} }",
    "strict_7bit_headers": "yes",
}
SETTINGS: Final = """\
[policy]
mode = "strict"

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = ["unix:{policy}"]

[milter]
listen = ["unix:{milter}"]

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = ""
"""
# What Postfix's words on the first name mean in a report.
OF_STATES: Final = {
    "mismatch": "forward-mismatch",
    "nxdomain": "forward-nxdomain",
    "nodata": "forward-nodata",
    "unproven": "forward-nodata",
    "servfail": "forward-failed",
    "refused": "forward-failed",
    "timeout": "forward-failed",
    "unusable": "ptr-unusable",
}


def services() -> list[Service]:
    standard = {each.port: each for each in standard_services("private/gotrdns", 0)}
    return [
        Service(HOSTNAME, {"smtpd_client_restrictions": BY_HOSTNAME}),
        Service(REVERSE, {"smtpd_client_restrictions": "reject_unknown_reverse_client_hostname"}),
        Service(WARNING, {"smtpd_client_restrictions": f"warn_if_reject {BY_HOSTNAME}"}),
        Service(
            PERMANENT,
            {"smtpd_client_restrictions": BY_HOSTNAME, "unknown_client_reject_code": "550"},
        ),
        Service(
            SOFT,
            {
                "smtpd_client_restrictions": BY_HOSTNAME,
                "unknown_client_reject_code": "550",
                "soft_bounce": "yes",
            },
        ),
        Service(
            SUBMISSION,
            {"smtpd_client_restrictions": f"permit_sasl_authenticated, {BY_HOSTNAME}"},
        ),
        Service(POLICY, standard[POLICY_OVER_UNIX].parameters),
        Service(MILTER, standard[MILTER_OVER_UNIX].parameters),
    ]


@pytest.fixture(scope="module")
def mail_host(resolver: Resolver, live_directory: Path) -> Iterator[Postfix]:
    """Postfix with a port for each way of turning clients away, and gotrdns behind two of them."""
    assert resolver.running
    directory = live_directory / "log-reports"
    directory.mkdir()
    logins = directory / "logins"
    postfix = Postfix(
        directory / "postfix",
        services=services(),
        parameters={
            "myorigin": "recipient.example",
            "smtpd_sasl_auth_enable": "yes",
            "smtpd_sasl_type": "dovecot",
            "smtpd_sasl_path": str(logins),
            **REFUSE_CONTENT,
        },
    )
    settings = directory / "gotrdns.toml"
    sockets = (postfix.policy_socket, postfix.milter_socket)
    settings.write_text(SETTINGS.format(policy=sockets[0], milter=sockets[1], directory=directory))
    with Logins(logins), postfix, Daemon(settings, sockets):
        yield postfix


FORGED: Final = (
    "X-Refuse: from unknown[6.6.6.6]; from=<a@v.example> proto=SMTP helo=<h>: 4.7.25 Client host "
    "rejected: cannot find your hostname, [6.6.6.6]"
)
TWO_MESSAGES: Final = (Message((READER, OTHER)), Message((READER, STRANGER)))
OF_CONTENT: Final = (
    Message(header="X-Refuse: yes"),
    Message((READER, OTHER, STRANGER), header=FORGED),
    Message(header="X-Later: yes"),
    Message(body="Refuse this"),
    Message(header="Subject: \u00e9"),
    Message(header="X-Lost: yes"),  # taken in, for all that its client knows
    Message(),
)
GIVEN_UP: Final = (Message(), Message(end="taken back"), Message(end="broken off"))


def visits() -> list[Visit]:
    ports = (HOSTNAME, REVERSE, WARNING, PERMANENT, SOFT, SUBMISSION, POLICY, MILTER)
    everyone = [Visit(client, port, TWO_MESSAGES) for client in CLIENTS for port in ports]
    users = [
        Visit(client, SUBMISSION, messages, logs_in=True)
        for client in (clients.FOUNDING, clients.NO_PTR, clients.RIGHT_PAIR)
        for messages in (TWO_MESSAGES, OF_CONTENT, GIVEN_UP)
    ]
    others = [
        Visit(client, port, messages)
        for client, port in ((clients.RIGHT_PAIR, HOSTNAME), (clients.FOUNDING, REVERSE))
        for messages in (OF_CONTENT, GIVEN_UP, (Message(end="taken back"),))
    ]
    return everyone + users + others


def cause(visit: Visit, recipient: str, fate: Fate) -> str | None:
    """Why this port turns that client away, as Postfix's log tells; None if it does not."""
    client = visit.client
    first = next(iter(client.pointers), None)
    if visit.port == POLICY:
        return cause_by_gotrdns(client)
    if visit.port == MILTER:  # is not asked about recipients whom Postfix refuses
        return None if recipient == STRANGER else cause_by_gotrdns(client)
    if visit.port == REVERSE:
        # libc takes a name with a leading hyphen for none.
        is_named = first is not None and first.state != "unusable"
        is_refused = not is_named or client is clients.LEADING_HYPHEN
    else:
        is_refused = client.stock_postfix == "defers" and not visit.logs_in
    if not is_refused:
        return None
    if first is None or first.state == "confirmed":
        return "no-ptr" if fate == "refused" else "no-ptr-or-reverse-failed"
    return "no-ptr" if first.name == "." else OF_STATES[first.state]


def told(log: Path) -> dict[str, Any]:
    """The report as a program gets it, with the causes by their codes."""
    done = gotrdns("logs", "--json", str(log))
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    report["causes"] = {each.pop("cause"): each for each in report["causes"]}
    return report


@dataclass(frozen=True, slots=True)
class Evening:
    """A log, and what everybody was told meanwhile."""

    log: Path
    accounts: Mapping[str, Account]


@pytest.fixture(scope="module")
def evening(mail_host: Postfix) -> Evening:
    made = make(visits())
    # Who delivered something is turned away afterwards, as the log's whole seconds tell.
    over = int(time.time())
    wait_until(lambda: int(time.time()) > over, "another second")
    made += make([Visit(client, PERMANENT) for client in CLIENTS])
    wait_until(
        lambda: sum(" disconnect from " in line for line in mail_host.log()) == len(made),
        "every session's end in the log",
        seconds=30.0,
    )
    log = mail_host.mail_log.with_name("evening.log")
    log.write_bytes(mail_host.mail_log.read_bytes())  # the queue manager may have more to say
    return Evening(log, accounts_of(made, cause, warning=WARNING))


def test_every_count_of_postfixs_log_is_what_was_answered(evening: Evening) -> None:
    report = told(evening.log)
    expected = report_on(evening.accounts)

    assert {key: report[key] for key in expected} == expected
    assert report["lines"] == evening.log.read_bytes().count(b"\n")
    assert (report["unread"], report["damaged"]) == (0, 0)
    assert expected["causes"].keys() == {
        "no-ptr",
        "no-ptr-or-reverse-failed",
        "reverse-failed",
        "forward-mismatch",
        "forward-nodata",
        "forward-nxdomain",
        "forward-failed",
        "ptr-unusable",
    }
    assert min(expected["deliveries"], expected["submissions"]) > 0
    assert all(expected["reverse_dns"].values())
    assert min(expected["otherwise"]["refused"], expected["otherwise"]["deferred"]) > 0


# By the domain of their PTR names, or of HELO where a provider made the name. All of them have had
# mail taken in where something else is asked; of the others, HELO or PTR name speak against them.
LIKELY: Final = {
    ("harbour.example", "81.20.30.0/24"): (
        clients.TWO_NAMES_LAST_CONFIRMS,
        clients.MISMATCH,
        clients.FORWARD_NXDOMAIN,
        clients.FORWARD_CNAME_DANGLING,
        clients.FORWARD_OTHER_FAMILY,
        clients.MISMATCH_BESIDE_SERVFAIL,
    ),
    ("harbour.example", "2001:470:1f0b::/48"): (clients.IPV6_OTHER_FAMILY,),
    ("business.example", "85.105.64.0/24"): (clients.VOUCHED,),
    ("refused.example", "81.20.30.0/24"): (
        clients.SERVFAIL_BESIDE_CONFIRMED,
        clients.FORWARD_SERVFAIL,
    ),
    ("silent.example", "81.20.30.0/24"): (clients.FORWARD_TIMEOUT,),
    ("forbidden.example", "81.20.30.0/24"): (clients.FORWARD_REFUSED,),
    ("lame.example", "81.20.30.0/24"): (clients.FORWARD_UNPROVEN,),
}


def test_of_each_sender_that_looks_legitimate_every_count_is_what_was_answered(
    evening: Evening,
) -> None:
    report = told(evening.log)
    senders = {(each["domain"], each["network"]): each for each in report["senders"]}
    others = {address for address, account in evening.accounts.items() if account.reverse_dns}

    assert senders.keys() == LIKELY.keys()
    for key, members in LIKELY.items():
        addresses = {str(each.address) for each in members}
        accounts = [evening.accounts[address] for address in addresses]
        sender = senders[key]
        assert {code: sender[code] for code in amount_of(accounts)} == amount_of(accounts)
        assert sender["causes"] == causes_of(accounts)
        assert sender["deliveries"] == sum(each.deliveries for each in accounts)
        assert sender["otherwise_refused"] == sum(each.otherwise["refused"] for each in accounts)
        assert set(sender["addresses"]) <= addresses
        others -= addresses
    expected = amount_of([evening.accounts[address] for address in others])
    assert {code: report["others"][code] for code in expected} == expected


def test_people_read_the_same_counts(evening: Evening) -> None:
    done = gotrdns("logs", str(evening.log))
    text = " ".join(done.stdout.split())
    expected = report_on(evening.accounts)
    for_reverse_dns, otherwise = expected["reverse_dns"], expected["otherwise"]
    rows = re.findall(r"^  .+? {2,}(\d+) +(\d+) +(\d+) +(\d+)$", done.stdout, re.MULTILINE)

    assert (done.returncode, done.stderr) == (1, "")
    for told_of in (
        f"Clients {expected['clients']}, which connected {expected['connections']} times",
        f"Taken in {expected['deliveries']} messages, {expected['submissions']} from users who",
        f"Turned away for reverse DNS {for_reverse_dns['clients']} clients: "
        f"refused {for_reverse_dns['refused']} times, deferred {for_reverse_dns['deferred']} "
        f"times, let in {for_reverse_dns['warned']} times with a warning",
        f"Turned away otherwise {otherwise['clients']} clients: "
        f"refused {otherwise['refused']} times, deferred {otherwise['deferred']} times",
    ):
        assert told_of in text
    assert sorted(tuple(map(int, row)) for row in rows) == sorted(
        tuple(amount.values()) for amount in expected["causes"].values()
    )
