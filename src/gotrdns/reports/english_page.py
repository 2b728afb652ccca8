"""The English of what only a page, a ticket or a picture says: titles, captions and labels.

Owns no sentence that the text report has as well. A second language is a second file with the same
names.
"""

from typing import Final

from gotrdns.diagnosis.findings import Fixer
from gotrdns.lookup import Outcome
from gotrdns.verification import NameState, Result

LANGUAGE: Final = "en"
TITLE: Final = "Reverse DNS of {address}"
TITLE_OF_SEVERAL: Final = "Reverse DNS of {count} addresses"
MADE_BY: Final = "Made by gotrdns {version}, {generated}"

SUMMARY: Final = "In short"
ADDRESS: Final = "Address"
ORIGIN: Final = "From"
OUTCOME: Final = "Result"
ACTS: Final = "Who has to act"
ACTORS: Final = {
    Fixer.ADDRESS_OWNER: "the owner of the address block",
    Fixer.DELEGATE: "whoever keeps the delegated reverse zone",
    Fixer.DOMAIN_OWNER: "whoever manages the domain",
    Fixer.RECEIVER: "you, on the receiving side",
    Fixer.NOBODY: "nobody",
}

EVIDENCE: Final = "Evidence"
EVIDENCE_OF_SERVERS: Final = "What the name servers answered, asked one by one."
ZONES_ON_THE_WAY: Final = "The zones on the way, from the root down"
ZONE: Final = "Zone or server"
SERVERS: Final = "Servers"
ANSWER: Final = "Answer"
WAYS_LEFT_OUT: Final = "Ways from the root that would not fit into a ticket: {count}."

# The picture: short, for there is little room beside an arrow.
THE_CLIENT: Final = "the address"
THE_NAME: Final = "its name"
ONE_OF_NAMES: Final = "one of its {count} names"
ELSEWHERE: Final = "another address"
ONE_OF_OTHERS: Final = "one of {count} others"
NO_NAME: Final = "no name"
UNKNOWN_NAME: Final = "not known"
BY_ALIAS: Final = "{type} (alias)"
LACKS: Final = {
    Outcome.FOUND: "a lone dot",
    Outcome.NXDOMAIN: "no {type} record",
    Outcome.NODATA: "no {type} record",
    Outcome.UNPROVEN: "proves nothing",
    Outcome.SERVFAIL: "failed",
    Outcome.REFUSED: "refused",
    Outcome.TIMEOUT: "no answer",
    Outcome.UNREACHABLE: "no answer",
}
STATES: Final = {
    NameState.CONFIRMED: "",
    NameState.MISMATCH: "",
    NameState.NODATA: "no {type} record",
    NameState.NXDOMAIN: "no such name",
    NameState.UNUSABLE: "cannot be a host",
    NameState.SERVFAIL: "failed",
    NameState.REFUSED: "refused",
    NameState.TIMEOUT: "no answer",
    NameState.UNPROVEN: "proves nothing",
    NameState.NOT_ASKED: "not asked",
}
# What somebody who cannot see the picture is told of it.
PICTURES: Final = {
    Result.PASS: "A closed loop: {address} leads to {name}, and {name} leads back to {address}.",
    Result.FAIL: "A broken loop: {address} leads to {name}, and {name} does not lead back.",
    Result.PERMERROR: "A broken loop: {address} leads to no name.",
    Result.TEMPERROR: "A loop that could not be followed all the way, from {address} to its name "
    "and back.",
}
