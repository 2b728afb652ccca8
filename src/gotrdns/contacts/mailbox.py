r"""The mailbox in an SOA's RNAME, and whether anybody can be expected to read it.

Owns the step from a domain name to a mail address (RFC 1035 sections 3.3.13 and 8: the first label
is the local part, the rest the domain) and the list of what people leave in that field. Knows
nothing of the zone the name was found in.
"""

import enum
import re
from typing import Final

import msgspec

from gotrdns.names import DomainName, is_host_name


class Flaw(enum.Enum):
    """Why mail to the mailbox reaches nobody who keeps the zone."""

    RESERVED_DOMAIN = "reserved-domain"  # a name that nobody can own: RFC 2606, RFC 6761
    TEMPLATE = "template"  # the text of a form that was never filled in
    DISCARDED = "discarded"  # a local part under which mail is thrown away
    PROVIDER = "provider"  # what a DNS host puts into every zone; it reaches the host, no customer
    NO_DOMAIN = "no-domain"  # nothing after the local part, or a top-level domain (RFC 7085)
    NOT_AN_ADDRESS = "not-an-address"  # octets that no mail address can have


class Mailbox(msgspec.Struct, frozen=True):
    """A mail address as RFC 5321 writes it; ``flaw`` says why it is a placeholder, if it is one.

    The text is printable ASCII whatever the name held. It is in lower case, as names are.
    """

    text: str
    placeholder: bool
    flaw: Flaw | None = None


# RFC 2606 section 2, RFC 6761, RFC 6762, RFC 7686; "internal" is set aside by ICANN, "localdomain",
# "lan" and "home" come with operating systems and routers, "tld" with documentation.
_RESERVED_TOPS: Final = frozenset(
    b"example test invalid localhost local localdomain lan home internal onion tld".split()
)
# RFC 2606 section 3 has three of these; registries elsewhere hold back the same name.
_EXAMPLE: Final = b"example"
# Where names are registered one label further down: example.co.uk.
_SECOND_LEVELS: Final = frozenset(b"ac co com edu gov net or org".split())
_TEMPLATE_DOMAINS: Final = frozenset(
    b"yourdomain your-domain your_domain mydomain my-domain domainname domain-name yourcompany "
    b"your-company yourdomainname changeme".split()
)
_TEMPLATE_LOCAL_PARTS: Final = frozenset(
    b"changeme change-me youremail your-email your.email".split()
)
_DISCARDING_LOCAL_PARTS: Final = frozenset(
    b"nobody none null devnull void unused unknown noreply no-reply no.reply donotreply "
    b"do-not-reply noemail no-email".split()
)
_PROVIDERS: Final = frozenset(
    map(
        DomainName.parse,
        (
            "awsdns-hostmaster.amazon.com",
            "azuredns-hostmaster.microsoft.com",
            "cloud-dns-hostmaster.google.com",
            "dns.cloudflare.com",
        ),
    )
)

# RFC 5321 section 4.1.2: Dot-string, and what a Quoted-string may hold, if with a backslash.
_DOT_STRING: Final = re.compile(
    rb"[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*"
)
_QUOTABLE: Final = re.compile(rb"[ -~]+")


def mailbox_of(contact: DomainName) -> Mailbox | None:
    """The mailbox an RNAME stands for; None for the root, by which a zone says it has none."""
    labels = contact.labels
    if not labels:
        return None
    local, domain = labels[0], labels[1:]
    if local.count(b"@") == 1 and not local.startswith(b"@"):
        # Written as a mail address by somebody who did not know of the dot: hostmaster@example.com.
        local, _, first = local.partition(b"@")
        domain = (first, *domain) if first else domain
    flaw = _find_flaw(contact, local, domain)
    host = _name(domain).text if domain else ""
    return Mailbox(f"{_local_text(local)}@{host}" if host else _local_text(local), bool(flaw), flaw)


def _find_flaw(contact: DomainName, local: bytes, domain: tuple[bytes, ...]) -> Flaw | None:
    if domain and (domain[-1] in _RESERVED_TOPS or b"localhost" in domain):
        return Flaw.RESERVED_DOMAIN
    if len(domain) < 2:
        return Flaw.NO_DOMAIN
    if _QUOTABLE.fullmatch(local) is None or not is_host_name(_name(domain)):
        return Flaw.NOT_AN_ADDRESS
    if _registered(domain) == _EXAMPLE:
        return Flaw.RESERVED_DOMAIN
    if _registered(domain) in _TEMPLATE_DOMAINS or local in _TEMPLATE_LOCAL_PARTS:
        return Flaw.TEMPLATE
    if local in _DISCARDING_LOCAL_PARTS:
        return Flaw.DISCARDED
    return Flaw.PROVIDER if contact in _PROVIDERS else None


def _registered(domain: tuple[bytes, ...]) -> bytes | None:
    """The label somebody registered; a guess, which the public suffix list is not needed for."""
    deep = len(domain) > 2 and len(domain[-1]) == 2 and domain[-2] in _SECOND_LEVELS
    place = 3 if deep else 2
    return domain[-place] if len(domain) >= place else None


def _name(labels: tuple[bytes, ...]) -> DomainName:
    return DomainName(b"".join(bytes([len(label)]) + label for label in labels) + b"\x00")


def _local_text(local: bytes) -> str:
    if _DOT_STRING.fullmatch(local):
        return local.decode("ascii")
    quoted = re.sub(rb'([\\"])', rb"\\\1", local)
    return '"' + "".join(chr(o) if 0x20 <= o < 0x7F else f"\\{o:03d}" for o in quoted) + '"'
