"""What each rule of the policy says, in one sentence: for `gotrdns decide` and the docs."""

from collections.abc import Mapping
from typing import Final

from gotrdns.policy import Rule

RULES: Final[Mapping[Rule, str]] = {
    Rule.AUTHENTICATED: "the client has authenticated itself",
    Rule.LISTED_NETWORK: "the client is in one of `pass-networks`",
    Rule.ROLE_RECIPIENT: "the mail is for postmaster or abuse (RFC 5321 section 4.5.1)",
    Rule.OPTED_OUT_RECIPIENT: "the recipient's domain is in `pass-recipient-domains`",
    Rule.UNKNOWN_CLIENT: "the mail server does not know the client's address",
    Rule.CONFIRMED: "the reverse name confirms",
    Rule.REPAIR_SEEN: (
        "every authoritative server confirms the client, which our own resolver does not know yet"
    ),
    Rule.RESOLVER_UNREACHABLE: "our own resolver does not answer",
    Rule.RESOLVER_SUSPECT: (
        "many networks are in DNS trouble at once, and our own resolver does not answer control "
        "questions: it is the suspect"
    ),
    Rule.RESOLVER_LIES: "our own resolver denies what must exist: nothing it says refuses anybody",
    Rule.NON_PUBLIC_CLIENT: "the address is not public: a proxy or NAT probably hides the client",
    Rule.ALLOWED: "an exception holds for the client",
    Rule.EXCEPTIONS_UNKNOWN: "which exceptions there are could not be read yet",
    Rule.OBSERVE: "nothing is refused in this mode",
    Rule.STRICT: "reverse DNS that is missing or wrong is refused, DNS trouble deferred",
    Rule.OWN_ACTION: "the settings say what is done about this cause",
    Rule.VOUCHED: "somebody vouches for the client: its HELO name, its MX or its SPF",
    Rule.VOUCHING_UNKNOWN: "whether somebody vouches for the client could not be found out",
    Rule.HISTORY_UNKNOWN: "what was seen of the client before could not be read",
    Rule.PASSED_BEFORE: (
        "the client passed within the last 30 days, and has been failing for less than 48 hours"
    ),
    Rule.FEW_FAILURES: (
        "the client has not yet failed three times, an hour or more apart, over at least a day"
    ),
    Rule.UNVOUCHED: "nobody vouches for the client, and it has kept failing for a day",
    Rule.DNS_TROUBLE: "DNS does not answer about the client",
    Rule.LONG_DNS_TROUBLE: "DNS has not answered about the client for 24 hours",
    Rule.DYNAMIC_NAME: "the only name that confirms is a dynamic one, and the client is new",
    Rule.DYNAMIC_RETRIED: "a client with a dynamic name has come back after ten minutes",
}
