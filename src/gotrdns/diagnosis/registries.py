"""The regional Internet registries: their name servers, and the blocks they give out.

Owns the tables, which follow IANA's registries of IPv4 and IPv6 address space. A registry's
zone that denies a reverse name has nothing below it: the block's holder never had it delegated.
"""

from typing import Final

from gotrdns.evidence import Zone
from gotrdns.names import Address, DomainName, Network

_APNIC: Final = "APNIC"
_ARIN: Final = "ARIN"
_RIPE: Final = "RIPE NCC"
_LACNIC: Final = "LACNIC"
_AFRINIC: Final = "AFRINIC"

_IN_ADDR_ARPA: Final = DomainName.parse("in-addr.arpa")
_IP6_ARPA: Final = DomainName.parse("ip6.arpa")
# Kept by nobody who could be asked to change a PTR record.
INFRASTRUCTURE: Final = frozenset(
    {DomainName.parse("."), DomainName.parse("arpa"), _IN_ADDR_ARPA, _IP6_ARPA}
)

# The registries serve for one another, so a zone of theirs has servers of several. The last two
# are a secondary that APNIC rents, and the national registry below LACNIC that serves Brazil.
_SERVERS: Final = tuple(
    map(
        DomainName.parse,
        (
            "ripe.net",
            "apnic.net",
            "arin.net",
            "lacnic.net",
            "afrinic.net",
            "iana-servers.net",
            "icann.org",
            "in-addr-servers.arpa",
            "ip6-servers.arpa",
            "apnic1.dnsnode.net",
            "arpa.dns.br",
        ),
    )
)

# Early registrations are kept in zones of /16; the blocks within 2001::/16 end at the sixth nibble.
# Below that a zone is some customer's, whoever serves it: registries have networks of their own.
_LONGEST_IPV4: Final = 2
_LONGEST_IPV6: Final = 6

# First octets, "from-to". What is missing is special or unassigned; in the other blocks single
# networks have moved between registries.
_IPV4: Final = {
    _APNIC: "1 14 27 36 39 42-43 49 58-61 101 103 106 110-126 133 150 153 163 171 175 180 182-183 "
    "202-203 210-211 218-223",
    _RIPE: "2 5 25 31 37 46 51 53 57 62 77-95 109 141 145 151 176 178 185 188 193-195 212-213 217",
    _ARIN: "3-4 6-9 11-13 15-24 26 28-30 32-35 38 40 44-45 47-48 50 52 54-56 63-76 96-100 104 "
    "107-108 128-132 134-140 142-144 146-149 152 155-162 164-170 172-174 184 192 198-199 204-209 "
    "214-216",
    _AFRINIC: "41 102 105 154 196-197",
    _LACNIC: "177 179 181 186-187 189-191 200-201",
}
_IPV6: Final = {
    _APNIC: "2001:200::/23 2001:c00::/22 2001:4400::/23 2001:8000::/19 2001:a000::/20 "
    "2001:b000::/20 2400::/12 2410::/12",
    _ARIN: "2001:400::/23 2001:1800::/23 2001:4800::/23 2600::/12 2610::/23 2620::/23 2630::/12",
    _RIPE: "2001:600::/23 2001:800::/22 2001:1400::/22 2001:1a00::/23 2001:1c00::/22 "
    "2001:2000::/19 2001:4000::/23 2001:4600::/23 2001:4a00::/23 2001:4c00::/23 2001:5000::/20 "
    "2003::/18 2a00::/12 2a10::/12",
    _LACNIC: "2001:1200::/23 2800::/12",
    _AFRINIC: "2001:4200::/23 2c00::/12",
}


def registry_of(address: Address) -> str | None:
    """The registry that keeps the block which holds the address, as IANA lists it."""
    if address.is_ipv6:
        for registry, networks in _IPV6.items():
            if any(address in Network(each) for each in networks.split()):
                return registry
        return None
    for registry, octets in _IPV4.items():
        for each in octets.split():
            first, _, last = each.partition("-")
            if int(first) <= address[0] <= int(last or first):
                return registry
    return None


def is_registrys(zone: Zone) -> bool:
    """Whether a reverse zone is kept by a registry, or by IANA itself.

    One server of a registry proves nothing: RIPE NCC was secondary for any /16 of its members.
    """
    if zone.name in INFRASTRUCTURE:
        return True
    for top, longest in ((_IN_ADDR_ARPA, _LONGEST_IPV4), (_IP6_ARPA, _LONGEST_IPV6)):
        if zone.name.is_under(top):
            depth = len(zone.name.labels) - len(top.labels)
            names = zone.delegated_to or zone.claims or tuple(s.name for s in zone.servers)
            return depth <= longest and bool(names) and all(map(_is_registrys_server, names))
    return False


def _is_registrys_server(name: DomainName) -> bool:
    return any(name.is_under(each) for each in _SERVERS)
