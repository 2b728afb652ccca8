"""The clients over whom mail servers that verify reverse DNS are compared with predictions.

Owns which clients these are: the catalogue's, the sown defects', one of each form that is in order,
and 81.20.37.0/24 and 2001:470:1f0b:10:37::/80, whose names mail servers take differently. Knows
neither verdicts nor what mail servers do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from tests.live.clients import CLIENTS
from tests.live.gateway import Address
from tests.live.healthy import HEALTHY
from tests.live.seeds import SEEDS


@dataclass(frozen=True, slots=True)
class Case:
    title: str
    address: Address

    def __str__(self) -> str:
        return f"{self.title} ({self.address})"


_SEVERAL_NAMES: Final = {
    "10": "three names, one confirms",
    "11": "three names, all confirm",
    "12": "one confirms, one does not exist",
    "13": "one confirms, one has no address",
    "14": "one confirms, one has the other family only",
    "15": "one confirms, one is silent",
    "16": "one confirms, one is refused",
    "17": "one confirms, one is unproven",
    "18": "one confirms, one is the client's address",
    "19": "one confirms, one has a space and the address",
    "20": "both confirm, one begins with a hyphen",
    "21": "both confirm, one has an underscore",
    "22": "one confirms through an alias, one mismatches",
    "23": "one confirms, one is the root",
    "24": "one confirms, one fails, one mismatches",
    "30": "one mismatches, one does not exist",
    "31": "one does not exist, one fails",
    "32": "one does not exist, one has no address",
    "33": "one mismatches, one is the client's address",
    "34": "one is the client's address, one has a space",
    "35": "one fails, one is silent",
    "36": "one mismatches, one is silent",
    "37": "both mismatch",
    "38": "one has a space and the address, one fails",
    "39": "one is the client's address, one fails",
    "40": "one confirms, one has an asterisk",
    "41": "one confirms, one has a slash",
    "42": "one confirms, one has an octet beyond ASCII",
    "43": "one confirms, one is an address in brackets",
    "44": "one confirms, one has an escaped dot",
    "45": "one confirms, one ends all-numeric",
    "46": "one confirms, one is the client's address in hexadecimal",
    "47": "one confirms, one has a commercial at",
    "48": "one confirms, one is an IPv6 address",
    "49": "one confirms, one begins with a lone hyphen",
    "88": "one confirms, one has a slash and fails",
    "69": "one name in two spellings",
}
_MANY_NAMES: Final = {
    "85": "twelve names, the last confirms",
    "86": "twelve long names, none confirms",
    "87": "twelve names, none confirms",
}
_ONE_NAME: Final = {
    "50": "a label ends with a hyphen",
    "51": "leading underscore",
    "52": "asterisk",
    "53": "slash",
    "54": "last label all-numeric",
    "55": "localhost",
    "56": "capital letters",
    "57": "one of five addresses",
    "58": "addresses of both families",
    "59": "eight aliases",
    "60": "alias into a zone that fails",
    "61": "escaped dot",
    "62": "octet beyond ASCII",
    "63": "address in brackets",
    "64": "loopback address",
    "65": "a label within begins with a hyphen",
    "66": "first label all-numeric",
    "67": "A-label",
    "68": "commercial at",
    "70": "alias of a name with an underscore",
    "71": "IPv6 address",
    "72": "a lone hyphen",
    "73": "alias loop",
    "74": "another's address",
    "75": "the client's address in three parts",
    "76": "the client's address in hexadecimal",
    "77": "64 characters",
    "78": "65 characters",
    "79": "the client's address in hexadecimal octets",
    "80": "slash, mismatch",
}
_IPV6: Final = {
    "1": "mismatch",
    "2": "right pair",
    "3": "name that does not exist",
    "4": "two names, one confirms",
    "5": "leading underscore",
    "7": "the name fails",
    "8": "the name is silent",
    "9": "the client's address",
    "58": "addresses of both families",
    "60": "the other family only",
    "61": "one fails, one mismatches",
}


# Its two servers fail in two ways, and receivers make something else of each: which one the
# resolver hears last is not ours to set. Each way is among the cases by itself.
_BY_CHANCE: Final = frozenset({"reverse-lame"})


def _clients() -> Iterator[tuple[str, str]]:
    for client in CLIENTS:
        yield client.title, str(client.address)
    for code, seed in SEEDS.items():
        if code not in _BY_CHANCE:
            yield code, seed.client
    # The title without what differs between clients of the same form.
    yield from {each.title.rsplit(", ", 1)[0]: each.client for each in HEALTHY}.items()
    for last, title in (_SEVERAL_NAMES | _MANY_NAMES | _ONE_NAME).items():
        yield title, f"81.20.37.{last}"
    for last, title in _IPV6.items():
        yield f"{title}, IPv6", f"2001:470:1f0b:10:37::{last}"


# One case an address: a seed may be a client of the catalogue.
CASES: Final = tuple(
    Case(title, ip_address(client))
    for client, title in {client: title for title, client in _clients()}.items()
)
