"""What ``gotrdns explain`` was asked: the command line's options, read once.

Owns the step from options to the values that the work takes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from gotrdns.checking.helo import read_helo
from gotrdns.checking.targets import parse_mail_host
from gotrdns.cli.explain_options import Format
from gotrdns.diagnosis.helo import MalformedHelo
from gotrdns.explaining.awaiting import Pace
from gotrdns.explaining.expert import Asked
from gotrdns.names import HostName
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.resolution.walk import WalkSettings


class Inquiry(msgspec.Struct, frozen=True):
    """``pace`` is for waiting until a repair is everywhere, None explains at once.

    ``rdap_bootstrap`` is where RDAP begins instead of at IANA.
    """

    resolver: ResolverSettings
    walk: WalkSettings
    hints: Path | None
    helo: HostName | MalformedHelo | None
    name: HostName | None
    exchanges: bool
    rdap: bool
    rdap_bootstrap: str | None
    format: Format
    language: str
    pace: Pace | None

    @property
    def asked(self) -> Asked:
        """What is known of every address."""
        return Asked(self.helo, self.name)


class InvalidInquiry(ValueError):
    """An option's value cannot be what it is meant to be."""


# Of options that a verb which also explains does not have.
_NONE_OF: Final[Mapping[str, Any]] = {
    "helo": None,
    "exchanges": False,
    "format": Format.TEXT,
    "language": "en",
    "waiting": None,
}


def read_inquiry_of_others(options: Mapping[str, Any]) -> Inquiry:
    """The same for a verb that has only some of the options. Raises InvalidInquiry."""
    return read_inquiry({**_NONE_OF, **options})


def read_inquiry(options: Mapping[str, Any]) -> Inquiry:
    """From the command line's options, by their parameters' names. Raises InvalidInquiry."""
    given = options["name"]
    name = None if given is None else parse_mail_host(given)
    if given is not None and name is None:
        raise InvalidInquiry(f"--name: {given!r} is not a host name that mail servers take")
    helo, waiting = options["helo"], options["waiting"]
    return Inquiry(
        resolver=ResolverSettings(servers=tuple(options["resolvers"]), timeout=options["timeout"]),
        walk=WalkSettings(deadline=options["deadline"], ask_special=options["private_servers"]),
        hints=options["hints"],
        helo=None if helo is None else read_helo(helo),
        name=name,
        exchanges=options["exchanges"],
        rdap=options["rdap"] or options["rdap_bootstrap"] is not None,
        rdap_bootstrap=options["rdap_bootstrap"],
        format=options["format"],
        language=options["language"],
        pace=None if waiting is None else Pace(patience=waiting[0], interval=waiting[1]),
    )
