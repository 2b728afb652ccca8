"""The English of what only a walk can find: the same table as in `english`.

Owns every sentence of these findings and decides nothing. Sentences take the finding's details,
``address``, ``type`` and ``other_type``, and the phrases of `walk_sentences`, by name.
"""

from typing import Final

from gotrdns.evidence import Kind
from gotrdns.reports.english import Wording

_LEADS: Final = "The address leads to {names}, but "

FINDINGS_OF_A_WALK: Final = {
    "reverse-not-delegated": Wording(
        "There is no PTR record for {address}, and none can be published yet: {zone} belongs to "
        "{registry}, which gives out the addresses, and nobody below was put in charge of their "
        "names. The owner of the address block has to have its reverse zone delegated there first."
    ),
    "reverse-lame": Wording(
        "The name servers of the reverse zone {zone} do not keep it: {failures}. Nobody can find "
        "out the name of {address}."
    ),
    "reverse-lame-some": Wording(
        "Some name servers of the reverse zone {zone} do not keep it: {failures}. Resolvers ask "
        "another one then, so this shows only now and again."
    ),
    "reverse-unreachable": Wording(
        "None of the name servers of the reverse zone {zone} answers, at least not from here: "
        "{servers}. Nobody can find out the name of {address}."
    ),
    "reverse-servers-unresolvable": Wording(
        "The name servers of the reverse zone {zone} cannot be found: {name_servers} have no "
        "address on the Internet."
    ),
    "reverse-inconsistent": Wording(
        "The name servers of the reverse zone {zone} give different answers about {address}: "
        "{answers}. What a receiver sees depends on the server it happens to ask."
    ),
    "reverse-serial-skew": Wording(
        "The name servers of {zone} hold different versions of it: {serials}. A change has not "
        "reached them all."
    ),
    "reverse-parent-child-differ": Wording(
        "The zone above says that the name servers of {zone} are {at_parent}; the zone itself says "
        "{at_child}. Both should say the same."
    ),
    "reverse-dnssec-bogus": Wording(
        "The DNSSEC signatures of the reverse zone {zone} are wrong. Receivers whose resolver "
        "verifies signatures get no answer about {address}."
    ),
    "reverse-cut-nxdomain": Wording(
        "{servers} says that {denied} does not exist, although the PTR record below it does. Some "
        "resolvers ask for that name first, and go no further (RFC 8020)."
    ),
    "classless-target-missing": Wording(
        "The reverse name of {address} is an alias (CNAME) for {target}, and there is no PTR "
        "record there."
    ),
    "classless-lame": Wording(
        "The reverse name of {address} is an alias (CNAME) into the zone {zone}, but the name "
        "servers of that zone do not keep it: {failures}."
    ),
    "classless-cname-missing": Wording(
        "There is a PTR record for {address}, at {found_at}, in the part of the reverse zone that "
        "was handed on. The alias (CNAME) that leads from {owner} to it is missing."
    ),
    "reverse-cname-loop": Wording(
        "The reverse name of {address} is an alias (CNAME), and the aliases {chain}, so no PTR "
        "record is ever reached. A PTR record has to take the alias's place."
    ),
    "reverse-cname-multiple": Wording(
        "{owner} is an alias (CNAME) for several names at once: {targets}. Only one is allowed; "
        "what resolvers make of several is chance. One alias has to be left, or a PTR record in "
        "their place."
    ),
    "ptr-octets-reversed": Wording(
        "The PTR record for {address} was put at {found_at}: with the numbers of the address in "
        "the wrong order. It belongs at {owner}."
    ),
    "ptr-owner-doubled": Wording(
        "The PTR record for {address} was put at {found_at}: a dot is missing after its owner's "
        "name in the zone file, so the zone's name was added once more. It belongs at {owner}."
    ),
    "ptr-missing-dot": Wording(
        "{names} ends in the reverse zone: the dot after {meant} was probably forgotten in the "
        "zone file. {leads_here}"
    ),
    "forward-other-family": Wording(
        "The address leads to {names}. That name has only {other_type} records ({addresses}), and "
        "no {type} record, so nothing leads back to {address}.",
        "The address leads to {names}. These names have only {other_type} records ({addresses}), "
        "and no {type} record, so nothing leads back to {address}.",
    ),
    "forward-lame": Wording(
        _LEADS + "the name servers of {zone} do not keep that zone: {failures}."
    ),
    "forward-unreachable": Wording(
        _LEADS + "none of the name servers of {zone} answers, at least not from here: {servers}."
    ),
    "forward-servers-unresolvable": Wording(
        _LEADS + "the name servers of {zone} cannot be found: {name_servers} have no address on "
        "the Internet."
    ),
    "forward-dnssec-bogus": Wording(
        _LEADS + "the DNSSEC signatures of {zone} are wrong. Receivers whose resolver verifies "
        "signatures get no answer."
    ),
    "forward-inconsistent": Wording(
        _LEADS + "the name servers of {zone} do not agree: {leading} lead back to {address}, "
        "{not_leading} never do. What a receiver sees depends on the server it happens to ask."
    ),
    "cache-stale": Wording(
        "The name servers give the right answers already. The resolver here still remembers an "
        "old one, about the {type} record of {owner}, for {wait} at most."
    ),
    "resolver-fault": Wording(
        "The name servers, asked directly, answer as they should; the resolver here ({resolvers}) "
        "does not pass it on. That trouble is here, not at the sender's."
    ),
}

# What a server did instead of answering for its zone.
FAILURES: Final = {
    Kind.EMPTY: "an empty answer",
    Kind.LAME_REFERRAL: "sends elsewhere",
    Kind.NOT_AUTHORITATIVE: "not its own knowledge",
    Kind.REFUSED: "refused the question",
    Kind.SERVFAIL: "failed",
    Kind.ERROR: "an error",
    Kind.MALFORMED: "a reply that cannot be read",
    Kind.TIMEOUT: "no answer",
    Kind.UNREACHABLE: "cannot be reached",
}
FAILURE: Final = "{server}: {failure}"
ANSWER_OF_SERVER: Final = "{server}: {answer}"
NO_RECORD: Final = "no record"
SERIAL_OF_SERVER: Final = "{server}: {serial}"
CHAIN: Final = "run on over more than {count} names"
LOOP: Final = "lead round in a circle"
A_REGISTRY: Final = "the registry"

MEANT_LEADS_HERE: Final = "That name leads back to this address, so the dot is all that is missing."
MEANT_LEADS_ELSEWHERE: Final = (
    "That name does not lead back to this address either: it needs an address record, too."
)
MEANT_IS_UNKNOWN: Final = "Whether that name leads back to this address is not known."

ONE: Final = {1: "1 second", 60: "1 minute", 3600: "1 hour", 86400: "1 day"}
SECONDS: Final = "{count} seconds"
MINUTES: Final = "{count} minutes"
HOURS: Final = "{count} hours"
DAYS: Final = "{count} days"
