"""Root hints: where a walk begins."""

from importlib import resources
from pathlib import Path
from typing import Final

import dns.exception
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.zonefile

from gotrdns.evidence import Server
from gotrdns.names import Address, DomainName

_SHIPPED: Final = Path("root.hints")
_LARGEST_FILE: Final = 1 << 18  # octets; named.root has some 3,300
_ADDRESS_TYPES: Final = (dns.rdatatype.A, dns.rdatatype.AAAA)


class InvalidHints(ValueError):
    """The file does not say where the root servers are."""

    def __init__(self, path: Path, reason: str, setting: str = "") -> None:
        named = f"{setting}: " if setting else ""
        super().__init__(f"{named}{path} is no file of root hints: {reason}")
        self.path = path
        self.reason = reason

    def named_in(self, setting: str) -> "InvalidHints":
        """The same, with the setting that names the file."""
        return InvalidHints(self.path, self.reason, setting)


def read_root_hints(path: Path | None) -> tuple[Server, ...]:
    """The root servers in a file of zone-file form, as named.root is; None: those of the Internet.

    Raises InvalidHints.
    """
    if path is None:
        text = resources.files(__package__).joinpath(_SHIPPED.name).read_text("ascii")
        return _read(text, _SHIPPED)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        text = content.decode()
    except OSError as error:
        raise InvalidHints(path, error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise InvalidHints(path, "it is not text") from None
    if len(content) > _LARGEST_FILE:
        raise InvalidHints(path, f"it is larger than {_LARGEST_FILE} octets")
    return _read(text, path)


def _read(text: str, path: Path) -> tuple[Server, ...]:
    try:
        rrsets = dns.zonefile.read_rrsets(
            text, rdclass=None, default_ttl=0, origin=dns.name.root, relativize=False
        )
    except (dns.exception.DNSException, ValueError, KeyError) as error:
        reason = str(error).replace("<input>:", "line ", 1) or type(error).__name__
        raise InvalidHints(path, reason) from None
    names = [
        rdata.target
        for rrset in rrsets
        if rrset.name == dns.name.root and rrset.rdtype == dns.rdatatype.NS
        for rdata in rrset
    ]
    if not names:
        raise InvalidHints(path, "it has no NS record for the root ('. NS ...')")
    servers = tuple(
        Server(DomainName(name.to_digestable()), Address.parse(rdata.address))
        for name in names
        for kind in _ADDRESS_TYPES
        for rrset in rrsets
        if rrset.name == name and rrset.rdtype == kind
        for rdata in rrset
    )
    if not servers:
        raise InvalidHints(path, "it has no address (A or AAAA) of a root server")
    return servers
