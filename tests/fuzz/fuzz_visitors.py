"""Coverage-guided fuzzing of what proxies forward: whatever it says, the last entry is theirs."""

import sys

import atheris

with atheris.instrument_imports(include=["gotrdns.web.visitors", "gotrdns.names"]):
    from gotrdns.names import Address, InvalidAddress, Network
    from gotrdns.web.visitors import find_visitor

PEER = Address.parse("127.0.0.1")
STRANGER = Address.parse("192.0.2.77")
PROXIES = (Network("127.0.0.0/8"), Network("2001:db8::/32"))


def read_headers(data: bytes) -> None:
    """Lines are headers. Read as they are, and with the entry of a proxy at the end."""
    headers = data.decode("latin-1").split("\n")
    found = find_visitor(headers, PEER, PROXIES)
    if found is None or Address.parse(found.text) != found:
        raise ValueError(found)
    if found != PEER and found.text not in _addresses(",".join(headers)):
        raise ValueError("it was not in the headers")
    forwarded = find_visitor([*headers, STRANGER.text], PEER, PROXIES)
    if forwarded not in {STRANGER, PEER}:
        raise ValueError("a visitor made itself another")


def _addresses(text: str) -> set[str]:
    """Every address that anybody could read there."""
    found = set()
    for item in text.split(","):
        bare = item.strip(" \t")
        for each in (bare, bare.rpartition(":")[0], bare.strip("[]"), bare.rpartition("]")[0][1:]):
            try:
                found.add(Address.parse(each).text)
            except InvalidAddress:
                continue
    return found


atheris.Setup(sys.argv, read_headers)
atheris.Fuzz()
