"""The English of waiting for a repair: one table for each kind of code, as in `english`.

Owns every sentence that only ``explain --wait`` says and decides nothing.
"""

from typing import Final

from gotrdns.explaining.standing import Sought, Standing

BEGINNING: Final = (
    "waiting until every name server has the change, for {patience} at most, looking every "
    "{interval}"
)
STANDINGS: Final = {
    Standing.HAS: "has it",
    Standing.LACKS: "not yet",
    Standing.VARIES: "not always",
    Standing.FAILS: "fails",
    Standing.SILENT: "silent",
    Standing.NOT_ASKED: "not asked",
}
SOUGHT: Final = {
    Sought.RECORD: "{zone}: {type} of {owner}",
    Sought.ALIAS: "{zone}: CNAME of {owner}",
    Sought.DELEGATION: "{zone}: the delegation towards {owner}",
}
SERVER: Final = "{server} ({address}) of {zone}"
SERVER_STANDS: Final = "{server}: {standing}"
SERVER_STANDS_SAYING: Final = "{server}: {standing}, {said}"
NOTHING_TO_SAY: Final = "no way leads there from here, or its address is not public"

COUNT: Final = "{having} of {count} servers have it"
COUNT_OF_ONE: Final = "{having} of 1 server has it"
BOGUS: Final = "{count}, but with signatures (DNSSEC) that the resolver here finds broken"
NOBODY_SEEN: Final = "no server that could have it was reached"
UNREACHABLE: Final = (
    "the name servers outside cannot be reached on port 53 from here, or something else answers in "
    "their place"
)

EVERYWHERE_AT_ONCE: Final = "every name server that answers has it already"
EVERYWHERE: Final = "every name server that answers has it now, after {elapsed}"
NOT_EVERYWHERE: Final = "after {elapsed} not every name server has it: {count}"
UNKNOWN: Final = "after {elapsed} it is still not known whether it works everywhere: {count}"

RESOLVER_HAS: Final = "the resolver here ({servers}) has it, too"
RESOLVER_IS_STALE: Final = (
    "the resolver here ({servers}) still remembers the old answer, for {wait} at most"
)
RESOLVER_SAYS: Final = "the resolver here ({servers}) says: {result} ({cause})"

NEXT_LOOK: Final = "look {number}: {count}; the next at {time}, the last at {end}"
NEXT_LOOK_OF_SEVERAL: Final = (
    "{done} of {count} addresses have it everywhere; the next look at {time}, the last at {end}"
)
