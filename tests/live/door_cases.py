"""What a mail host does about clients, whichever way its mail server asks.

Owns the reading of `tests/scenarios/doors`: one file of cases for each way a daemon is set up. Asks
nothing.
"""

import tomllib
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from tests.live import logins
from tests.live.smtp import DEFAULT_RECIPIENTS, DEFAULT_SENDER, Envelope

SCENARIOS: Final = Path(__file__).parents[1] / "scenarios" / "doors"

Door: TypeAlias = Literal["policy", "milter", "exim"]
DOORS: Final[tuple[Door, ...]] = get_args(Door)

Fate: TypeAlias = Literal["accept", "defer", "refuse"]
Visits: TypeAlias = Literal["in turn", "at once", "one door"]


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From `hours` after the first time on. `fate` is every recipient's, or each one's in turn.

    `words` is how the words begin that a client is told; `otherwise` how they do at a door that has
    less room for them, or more. `mark` is a message's, without its incident.
    """

    hours: float = 0.0
    fate: Fate | tuple[Fate, ...]
    words: str = ""
    otherwise: Mapping[Door, str] = {}
    mark: str = ""

    @property
    def fates(self) -> tuple[Fate, ...]:
        return (self.fate,) if isinstance(self.fate, str) else self.fate


class Case(Expected, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One client and its envelope, and what it has come to `then`.

    `doors` leaves out those whose mail server never lets such a session come so far.
    """

    about: str
    client: str
    helo: str = "client.example"
    sender: str = DEFAULT_SENDER
    recipients: tuple[str, ...] = DEFAULT_RECIPIENTS
    doors: tuple[Door, ...] = DOORS
    login: bool = False
    then: tuple[Expected, ...] = ()

    def __str__(self) -> str:
        return self.about

    @property
    def address(self) -> IPv4Address | IPv6Address:
        """An IPv4 address in an IPv6 one is the IPv4 address."""
        written = ip_address(self.client)
        return (written.version == 6 and written.ipv4_mapped) or written

    def envelope(self, headers: Mapping[str, str]) -> Envelope:
        return Envelope(
            ip_address(self.client),
            self.helo,
            self.sender,
            self.recipients,
            headers,
            login=(logins.NAME, logins.PASSWORD) if self.login else None,
        )

    def expected(self, hours: float) -> Expected:
        """What holds then."""
        return [each for each in (self, *self.then) if each.hours <= hours][-1]


Turn: TypeAlias = tuple[Case, Door]


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A daemon's settings and its clients, who come at `hours`. `allow` are its exceptions.

    They come by one door after another, each of which is the first for a third of them; or by all
    doors at once; or by another one each time.
    """

    mode: Literal["observe", "strict", "protect"]
    mark_passes: bool = False
    actions: Mapping[str, str] = {}
    allow: tuple[str, ...] = ()
    resolver: Literal["up", "down"] = "up"
    hours: tuple[float, ...] = (0.0,)
    visits: Visits = "in turn"
    case: tuple[Case, ...]

    def turns(self, hours: float) -> Sequence[Sequence[Turn]]:
        """Who comes by which door: those at once, after one another."""
        turns = [
            [
                (each, door)
                for number, each in enumerate(self.case)
                if (door := DOORS[(number + turn) % len(DOORS)]) in each.doors
            ]
            for turn in range(len(DOORS))
        ]
        match self.visits:
            case "in turn":
                return turns
            case "at once":
                return [[each for turn in turns for each in turn]]
            case "one door":
                return [turns[self.hours.index(hours) % len(DOORS)]]


def _read(path: Path) -> Scenario:
    return msgspec.convert(tomllib.loads(path.read_text()), Scenario)


SCENARIO: Final[Mapping[str, Scenario]] = {
    path.stem: _read(path) for path in sorted(SCENARIOS.glob("*.toml"))
}


def clients_by(door: Door) -> Sequence[str]:
    """The addresses of all who come by that door."""
    cases = [each for scenario in SCENARIO.values() for each in scenario.case]
    return sorted({each.client for each in cases if door in each.doors})
