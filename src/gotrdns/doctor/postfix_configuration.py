"""Postfix's configuration, as ``postconf`` tells it.

Owns asking for it, and what a service of master.cf changes about it. Knows nothing of what is
right.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from gotrdns.doctor.host import Host
from gotrdns.doctor.restrictions import (
    PolicyCall,
    Restriction,
    read_restrictions,
    split_list,
)

MAIN: Final = "main.cf"
LISTS: Final = (
    "smtpd_client_restrictions",
    "smtpd_helo_restrictions",
    "smtpd_sender_restrictions",
    "smtpd_relay_restrictions",
    "smtpd_recipient_restrictions",
    "smtpd_data_restrictions",
    "smtpd_end_of_data_restrictions",
)
_PARAMETERS: Final = (
    *LISTS,
    "compatibility_level",
    "inet_interfaces",
    "inet_protocols",
    "mail_owner",
    "maillog_file",
    "message_size_limit",
    "milter_command_timeout",
    "milter_default_action",
    "myhostname",
    "proxy_interfaces",
    "queue_directory",
    "relayhost",
    "smtp_bind_address",
    "smtp_bind_address6",
    "smtp_helo_name",
    "smtpd_delay_reject",
    "smtpd_milters",
    "smtpd_policy_service_default_action",
    "smtpd_policy_service_timeout",
    "smtpd_policy_service_try_limit",
    "smtpd_restriction_classes",
)
# What mail from elsewhere comes in by: port 25, or what postscreen hands on.
_OUTSIDE: Final = re.compile(r"(?:.*:)?(?:smtp|25)$")
_DELIVERS: Final = "smtp/unix"


class Service(msgspec.Struct, frozen=True):
    """A service of master.cf, such as ``smtp/inet``, with what it changes of main.cf."""

    name: str
    program: str
    chrooted: bool
    overrides: Mapping[str, str]

    @property
    def takes_mail_from_outside(self) -> bool:
        place, _, kind = self.name.rpartition("/")
        return kind == "pass" or _OUTSIDE.fullmatch(place) is not None


class Place(msgspec.Struct, frozen=True):
    """Where a parameter is set: ``service`` is main.cf, or the service that overrides it."""

    service: str
    parameter: str


class PostfixConfiguration(msgspec.Struct, frozen=True):
    """All that matters here. ``classes`` are lists of restrictions that have names of their own."""

    parameters: Mapping[str, str]
    classes: Mapping[str, str]
    services: tuple[Service, ...]

    @property
    def queue_directory(self) -> Path:
        return Path(self.parameters["queue_directory"])

    @property
    def smtpds(self) -> tuple[Service, ...]:
        return tuple(each for each in self.services if each.program == "smtpd")

    def value(self, parameter: str, service: Service | None = None) -> str:
        """As it holds for a service."""
        overrides = service.overrides if service is not None else {}
        return overrides.get(parameter, self.parameters.get(parameter, ""))

    def place(self, parameter: str, service: Service) -> Place:
        return Place(service.name if parameter in service.overrides else MAIN, parameter)

    def restrictions(self, service: Service) -> Iterator[tuple[Place, Restriction | PolicyCall]]:
        for parameter in LISTS:
            place = self.place(parameter, service)
            for each in read_restrictions(self.value(parameter, service), self.classes):
                yield place, each

    def sending(self, parameter: str) -> str:
        """As it holds for the service that sends mail elsewhere."""
        client = next((each for each in self.services if each.name == _DELIVERS), None)
        return self.value(parameter, client)


async def read_postfix(host: Host, directory: Path | None) -> PostfixConfiguration:
    """Raises CommandFailed, of it NoSuchCommand where there is no Postfix."""
    postconf = ("postconf", *(("-c", str(directory)) if directory else ()))
    # -x: with every $name in it replaced.
    parameters = _read_values(await host.run(*postconf, "-x", *_PARAMETERS))
    names = split_list(parameters.get("smtpd_restriction_classes", ""))
    classes = _read_values(await host.run(*postconf, "-x", *names)) if names else {}
    master = await host.run(*postconf, "-M")
    overrides = _read_overrides(await host.run(*postconf, "-P", "-x"))
    chrooted = _old_defaults(parameters)
    services = tuple(_read_services(master, overrides, chrooted_by_default=chrooted))
    return PostfixConfiguration(parameters, classes, services)


def _read_values(text: str) -> dict[str, str]:
    """Lines ``name = value``."""
    lines = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, equals, value in lines if equals}


def _old_defaults(parameters: Mapping[str, str]) -> bool:
    """COMPATIBILITY_README: below level 1, services without a word about it are chrooted."""
    level = parameters.get("compatibility_level", "0").partition(".")[0]
    return not level.isdecimal() or int(level) < 1


def _read_overrides(text: str) -> dict[str, dict[str, str]]:
    """Lines ``name/type/parameter = value``, by name and type."""
    found: dict[str, dict[str, str]] = {}
    for key, value in _read_values(text).items():
        service, _, parameter = key.rpartition("/")
        found.setdefault(service, {})[parameter] = value
    return found


def _read_services(
    text: str, overrides: Mapping[str, Mapping[str, str]], *, chrooted_by_default: bool
) -> Iterator[Service]:
    """Lines of master(5): name, type, private, unprivileged, chroot, wakeup, limit, command."""
    for line in text.splitlines():
        fields = line.split()
        if len(fields) < 8:
            continue
        name = f"{fields[0]}/{fields[1]}"
        chrooted = chrooted_by_default if fields[4] == "-" else fields[4] == "y"
        yield Service(name, fields[7], chrooted, overrides.get(name, {}))
