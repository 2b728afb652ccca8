"""The catalogue of clients on the private Internet, and what is true of each.

Owns the expected verdicts (result and cause), the DNS answers behind them, and what Postfix's own
`reject_unknown_client_hostname` does. Asks nothing: `test_world` proves the DNS and Postfix parts.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Literal, TypeAlias

from tests.live.generated_zones import (
    FORTY_NAME_CLIENTS,
    forty_names,
    load_addresses,
    load_name,
)

Result: TypeAlias = Literal["pass", "fail", "permerror", "temperror"]

ReverseAnswer: TypeAlias = Literal[
    "names", "nodata", "nxdomain", "refused", "servfail", "timeout", "unproven"
]
"""What the resolver makes of the PTR question; `unproven` is NODATA without an SOA."""

ForwardState: TypeAlias = Literal[
    "confirmed",
    "mismatch",
    "nodata",
    "nxdomain",
    "refused",
    "servfail",
    "timeout",
    "unproven",
    "unusable",
]
"""What the resolver makes of a name's A or AAAA question."""

StockPostfix: TypeAlias = Literal["accepts", "defers"]


@dataclass(frozen=True, slots=True)
class Pointer:
    """One name that a client's address points to."""

    name: str
    state: ForwardState


@dataclass(frozen=True, slots=True)
class Client:
    """One address. `pointers` are in the order the resolver gives them.

    A timeout is one only for a resolver that was flushed: later it gives up (SERVFAIL).
    """

    title: str
    address: IPv4Address | IPv6Address
    result: Result
    cause: str
    reverse: ReverseAnswer = "names"
    pointers: tuple[Pointer, ...] = ()
    stock_postfix: StockPostfix = "defers"
    helo: str = "client.example"

    def __str__(self) -> str:
        return self.title


def _client(
    title: str,
    address: str,
    verdict: tuple[Result, str],
    *pointers: tuple[str, ForwardState],
    reverse: ReverseAnswer = "names",
    stock_postfix: StockPostfix = "defers",
    helo: str = "client.example",
) -> Client:
    return Client(
        title=title,
        address=ip_address(address),
        result=verdict[0],
        cause=verdict[1],
        reverse=reverse,
        pointers=tuple(Pointer(*pointer) for pointer in pointers),
        stock_postfix=stock_postfix,
        helo=helo,
    )


_CONFIRMED: Final = ("pass", "confirmed")
_NO_PTR: Final = ("permerror", "no-ptr")

FOUNDING: Final = _client(
    "founding example",
    "85.105.64.87",
    ("fail", "forward-nodata"),
    ("dsl.static851056487.ttnet.net.tr", "nodata"),
)
VOUCHED: Final = _client(
    "generic name, vouched for by HELO, MX and SPF of business.example",
    "85.105.64.88",
    ("fail", "forward-nodata"),
    ("dsl.static851056488.ttnet.net.tr", "nodata"),
    helo="mail.business.example",
)

RIGHT_PAIR: Final = _client(
    "right pair",
    "81.20.30.10",
    _CONFIRMED,
    ("mail.harbour.example", "confirmed"),
    stock_postfix="accepts",
    helo="mail.harbour.example",
)
TWO_NAMES_FIRST_CONFIRMS: Final = _client(
    "two names, the first confirms",
    "81.20.30.11",
    _CONFIRMED,
    ("alpha.harbour.example", "confirmed"),
    ("omega.harbour.example", "mismatch"),
    stock_postfix="accepts",
)
TWO_NAMES_LAST_CONFIRMS: Final = _client(
    "two names, the last confirms",
    "81.20.30.12",
    _CONFIRMED,
    ("alpha.harbour.example", "mismatch"),
    ("omega.harbour.example", "confirmed"),
)
FORWARD_CNAME: Final = _client(
    "CNAME as forward name",
    "81.20.30.13",
    _CONFIRMED,
    ("smtp.harbour.example", "confirmed"),
    stock_postfix="accepts",
)
SERVFAIL_BESIDE_CONFIRMED: Final = _client(
    "one name fails to resolve, another confirms",
    "81.20.30.14",
    _CONFIRMED,
    ("mail.refused.example", "servfail"),
    ("relay.harbour.example", "confirmed"),
)
LEADING_HYPHEN: Final = _client(
    "name with a leading hyphen",
    "81.20.30.15",
    _CONFIRMED,
    ("-outbound.harbour.example", "confirmed"),
)
DYNAMIC: Final = _client(
    "confirmed, under a dynamic name",
    "81.20.30.16",
    _CONFIRMED,
    ("dyn-81-20-30-16.pool.harbour.example", "confirmed"),
    stock_postfix="accepts",
)

NO_PTR: Final = _client("no PTR", "81.20.30.20", _NO_PTR, reverse="nxdomain")
NO_PTR_NODATA: Final = _client(
    "no PTR, though the reverse name exists", "81.20.30.21", _NO_PTR, reverse="nodata"
)
NO_PTR_ROOT: Final = _client("PTR to the root", "81.20.30.22", _NO_PTR, (".", "unusable"))

MISMATCH: Final = _client(
    "mismatch",
    "81.20.30.30",
    ("fail", "forward-mismatch"),
    ("elsewhere.harbour.example", "mismatch"),
)
FORWARD_NXDOMAIN: Final = _client(
    "name that does not exist",
    "81.20.30.31",
    ("fail", "forward-nxdomain"),
    ("gone.harbour.example", "nxdomain"),
)
FORWARD_CNAME_DANGLING: Final = _client(
    "CNAME to a name that does not exist",
    "81.20.30.32",
    ("fail", "forward-nxdomain"),
    ("dangling.harbour.example", "nxdomain"),
)
FORWARD_OTHER_FAMILY: Final = _client(
    "name with addresses of the other family only",
    "81.20.30.33",
    ("fail", "forward-nodata"),
    ("only-ipv6.harbour.example", "nodata"),
)
PTR_UNUSABLE: Final = _client(
    "PTR to an address literal",
    "81.20.30.34",
    ("fail", "ptr-unusable"),
    ("81.20.30.34", "unusable"),
)

FORWARD_SERVFAIL: Final = _client(
    "forward SERVFAIL",
    "81.20.30.40",
    ("temperror", "forward-servfail"),
    ("mail.refused.example", "servfail"),
)
FORWARD_TIMEOUT: Final = _client(
    "forward zone that drops every packet",
    "81.20.30.41",
    ("temperror", "forward-timeout"),
    ("mail.silent.example", "timeout"),
)
FORWARD_UNPROVEN: Final = _client(
    "forward zone that refers to itself",
    "81.20.30.42",
    ("temperror", "forward-unproven"),
    ("mail.lame.example", "unproven"),
)
FORWARD_REFUSED: Final = _client(
    "forward name the resolver refuses",
    "81.20.30.43",
    ("temperror", "forward-refused"),
    ("mail.forbidden.example", "refused"),
)
MISMATCH_BESIDE_SERVFAIL: Final = _client(
    "one name mismatches, another fails to resolve",
    "81.20.30.44",
    ("temperror", "forward-servfail"),
    ("elsewhere.harbour.example", "mismatch"),
    ("mail.refused.example", "servfail"),
)

REVERSE_SERVFAIL: Final = _client(
    "reverse SERVFAIL", "81.20.31.10", ("temperror", "reverse-servfail"), reverse="servfail"
)
REVERSE_TIMEOUT: Final = _client(
    "reverse zone that drops every packet",
    "81.20.32.10",
    ("temperror", "reverse-timeout"),
    reverse="timeout",
)
REVERSE_UNPROVEN: Final = _client(
    "reverse zone that refers to itself",
    "81.20.33.10",
    ("temperror", "reverse-unproven"),
    reverse="unproven",
)
REVERSE_REFUSED: Final = _client(
    "reverse name the resolver refuses",
    "81.20.34.10",
    ("temperror", "reverse-refused"),
    reverse="refused",
)

CLASSLESS_SLASH: Final = _client(
    "classless delegation, 0/25",
    "81.20.35.10",
    _CONFIRMED,
    ("mail.example.org", "confirmed"),
    stock_postfix="accepts",
)
CLASSLESS_HYPHEN: Final = _client(
    "classless delegation, 128-255",
    "81.20.35.140",
    _CONFIRMED,
    ("higher.example.org", "confirmed"),
    stock_postfix="accepts",
)
CLASSLESS_DANGLING: Final = _client(
    "classless delegation without the child's PTR", "81.20.35.11", _NO_PTR, reverse="nxdomain"
)

IPV6_RIGHT_PAIR: Final = _client(
    "right pair over IPv6",
    "2001:470:1f0b:10::25",
    _CONFIRMED,
    ("six.harbour.example", "confirmed"),
    stock_postfix="accepts",
    helo="six.harbour.example",
)
IPV6_NO_PTR: Final = _client(
    "no PTR over IPv6", "2001:470:1f0b:10::26", _NO_PTR, reverse="nxdomain"
)
IPV6_OTHER_FAMILY: Final = _client(
    "IPv6 client named after a host without IPv6",
    "2001:470:1f0b:10::27",
    ("fail", "forward-nodata"),
    ("mail.harbour.example", "nodata"),
)

PRIVATE_RIGHT_PAIR: Final = _client(
    "right pair of a private address",
    "192.168.1.1",
    _CONFIRMED,
    ("mail.eddorre.com", "confirmed"),
    stock_postfix="accepts",
    helo="mail.eddorre.com",
)


def _forty(title: str, address: str, verdict: tuple[Result, str]) -> Client:
    group, confirming = FORTY_NAME_CLIENTS[IPv4Address(address)]
    states: list[ForwardState] = ["mismatch"] * len(forty_names(group))
    states[confirming - 1] = "confirmed"
    return _client(title, address, verdict, *zip(forty_names(group), states, strict=True))


FORTY_NAMES_WITHIN_TEN: Final = _forty(
    "forty names, one of the first ten confirms", "81.20.36.10", _CONFIRMED
)
FORTY_NAMES_BEYOND_TEN: Final = _forty(
    "forty names, the 33rd confirms", "81.20.36.11", ("fail", "forward-mismatch")
)

CLIENTS: Final = (
    FOUNDING,
    VOUCHED,
    RIGHT_PAIR,
    TWO_NAMES_FIRST_CONFIRMS,
    TWO_NAMES_LAST_CONFIRMS,
    FORWARD_CNAME,
    SERVFAIL_BESIDE_CONFIRMED,
    LEADING_HYPHEN,
    DYNAMIC,
    NO_PTR,
    NO_PTR_NODATA,
    NO_PTR_ROOT,
    MISMATCH,
    FORWARD_NXDOMAIN,
    FORWARD_CNAME_DANGLING,
    FORWARD_OTHER_FAMILY,
    PTR_UNUSABLE,
    FORWARD_SERVFAIL,
    FORWARD_TIMEOUT,
    FORWARD_UNPROVEN,
    FORWARD_REFUSED,
    MISMATCH_BESIDE_SERVFAIL,
    REVERSE_SERVFAIL,
    REVERSE_TIMEOUT,
    REVERSE_UNPROVEN,
    REVERSE_REFUSED,
    CLASSLESS_SLASH,
    CLASSLESS_HYPHEN,
    CLASSLESS_DANGLING,
    IPV6_RIGHT_PAIR,
    IPV6_NO_PTR,
    IPV6_OTHER_FAMILY,
    PRIVATE_RIGHT_PAIR,
    FORTY_NAMES_WITHIN_TEN,
    FORTY_NAMES_BEYOND_TEN,
)


def load_clients() -> tuple[Client, ...]:
    """250 confirmed clients for load tests, not among CLIENTS."""
    return tuple(
        _client(
            f"load client {address}",
            str(address),
            _CONFIRMED,
            (load_name(address), "confirmed"),
            stock_postfix="accepts",
            helo=load_name(address),
        )
        for address in load_addresses()
    )
