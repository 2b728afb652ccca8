"""The English of the explanation: one table for each kind of code, as in `english`.

Owns every sentence that only ``explain`` says and decides nothing. A second language is a second
file with the same tables.
"""

from typing import Final

from gotrdns.contacts.holder import Role
from gotrdns.contacts.mailbox import Flaw
from gotrdns.diagnosis.findings import Fixer
from gotrdns.evidence import Ending, Kind
from gotrdns.explaining.explanation import Choice

REASON: Final = "Why"
PAIR: Final = "The pair"
WAY: Final = "The way to {name}, from the root"
WAY_TO_NEW_NAME: Final = "The way to {name} (the name to publish), from the root"
WAY_TO_ADDRESS: Final = "The way to the reverse name of {address}, from the root"
ANSWERS_HERE: Final = "What the resolver here answers"
WHO: Final = "Who can change it"
PUBLISH: Final = "What to publish"
TO_DO: Final = "What to do"
HOW_LONG: Final = "How long until it works"
ALSO: Final = "Also seen"

# Who keeps a zone.
KEEPERS: Final = {
    Fixer.ADDRESS_OWNER: "the owner of the address block (the ISP or hosting company)",
    Fixer.DELEGATE: "whoever the ISP or hosting company handed that zone to (RFC 2317)",
    Fixer.DOMAIN_OWNER: "whoever manages the domain (at the registrar or DNS host)",
    Fixer.RECEIVER: "you, on the receiving side",
    Fixer.NOBODY: "nobody",
}
CHANGE_IN_ZONE: Final = "What has to change is in the zone {zone}, kept by {keeper}."

NO_WALK: Final = (
    "The name servers outside cannot be reached on port 53 from here, or something else answers in "
    "their place, so this explains from the resolver's answers alone."
)
CUT_SHORT: Final = (
    "Time, or the number of questions or records, ran out before all servers were asked: what is "
    "shown may not be everything."
)
SAME_WAY: Final = "The same: {names}"
MORE_WAYS: Final = "... and the ways to {count} more names"

ONE_SERVER: Final = " 1 server"
SERVERS: Final = "{count:>2} servers"
AGREE: Final = "{count} of {count} agree"
DISAGREE: Final = "they do not agree:"
SOME_FAIL: Final = "not all of them answer for it:"
ALL_FAIL: Final = "none of them answers for it:"
NOBODY_TO_ASK: Final = "no server that can be asked:"
NOT_ASKED: Final = "known already"
ALIAS_LEG: Final = "That is an alias (CNAME), so the way goes on to {name}:"
MILLISECONDS: Final = "{count} ms"
UNDER_A_MILLISECOND: Final = "under 1 ms"
AND_THEN: Final = ", then "
REMARKED: Final = "its own remark: {text}"
NO_ADDRESS: Final = "the name of this server has no address"
SPECIAL_ADDRESS: Final = "not asked: this is {kind}"
NO_ROUTE: Final = "not asked: this host has no way to such addresses"

KINDS: Final = {
    Kind.ANSWER: "{type} {data}",
    Kind.ALIAS: "CNAME {data}",
    Kind.NXDOMAIN: "NXDOMAIN: no such name",
    Kind.NODATA: "no {type} record",
    Kind.REFERRAL: "refers on",
    Kind.EMPTY: "an empty answer that proves nothing",
    Kind.LAME_REFERRAL: "sends elsewhere: it does not keep this zone",
    Kind.NOT_AUTHORITATIVE: "not its own knowledge: it does not keep this zone",
    Kind.REFUSED: "refused the question (REFUSED)",
    Kind.SERVFAIL: "failed (SERVFAIL)",
    Kind.ERROR: "an error ({rcode})",
    Kind.MALFORMED: "a reply that cannot be read",
    Kind.TIMEOUT: "no answer",
    Kind.UNREACHABLE: "cannot be reached",
}

ENDINGS: Final = {
    Ending.ANSWERED: "",
    Ending.BROKEN: "Here the way ends: no server of {zone} answers for it.",
    Ending.LOOP: "Here the way ends: the aliases lead back to one already followed.",
    Ending.CHAIN: "Here the way ends: more aliases in a row than resolvers follow.",
    Ending.CUT_SHORT: (
        "Here the way was left: time, or the number of questions or records, ran out."
    ),
}

# Who is who, in the words of the sender's three steps.
KEEPS_REVERSE: Final = {
    Fixer.ADDRESS_OWNER: (
        "The PTR record can only be created by the owner of the address block, the ISP or hosting "
        "company{in_zone}. Its support knows it as reverse DNS."
    ),
    Fixer.DELEGATE: (
        "The PTR record can only be created by whoever the ISP or hosting company handed this "
        "part of its addresses to (RFC 2317){in_zone}. Often that is the customer's own DNS host."
    ),
    Fixer.DOMAIN_OWNER: "The PTR record is kept with the domain{in_zone}.",
}
KEEPS_FORWARD: Final = {
    Fixer.ADDRESS_OWNER: (
        "The name in the PTR record belongs to the ISP or hosting company, too: only they can "
        "change its records{in_zone}."
    ),
    Fixer.DELEGATE: "The name's records are kept by whoever keeps the reverse zone{in_zone}.",
    Fixer.DOMAIN_OWNER: (
        "The {type} record is created by whoever manages the domain, at the registrar's or DNS "
        "host's panel{in_zone}."
    ),
}
# To visitors of a page, who are not the receiving side.
OF_THIS_SITE: Final = "this site's"
SITE_ACTS: Final = "whoever runs this site"
FOR_SITE: Final = "for whoever runs this site"
RECEIVER_TO_SENDER: Final = "Whoever runs this site: its resolver has to be mended."
RESOLVER_TO_SENDER: Final = "Try again later: the resolver of this site has to be mended first."
RECEIVER: Final = "You, on the receiving side: the resolver is yours ({servers})."
IN_ZONE: Final = ", in the zone {zone}"
ITS_SERVERS: Final = "Its name servers: {servers}."
MAILBOX: Final = "The contact that the zone names (SOA): {mailbox}."
PLACEHOLDER: Final = "The contact that the zone names (SOA), {mailbox}, {flaw}."
A_PLACEHOLDER: Final = "is a placeholder that nobody reads"
PLACEHOLDERS: Final = {
    Flaw.RESERVED_DOMAIN: "is a placeholder: nobody can own that domain",
    Flaw.TEMPLATE: "is a placeholder: the form was never filled in",
    Flaw.DISCARDED: "is a placeholder: mail to it is thrown away",
    Flaw.PROVIDER: "is the DNS host's own: it does not reach whoever manages the domain",
    Flaw.NO_DOMAIN: "is a placeholder: it has no domain",
    Flaw.NOT_AN_ADDRESS: "is a placeholder: no mail address can look like that",
}
MAILBOX_IN_BROKEN_ZONE: Final = (
    "The contact that the zone names (SOA), {mailbox}, lies in a zone that does not work itself: "
    "mail to it may not arrive."
)
HOLDER: Final = "The address block: {facts}."
REGISTERED_AT: Final = "registered at {registry}"
CONTACT: Final = "{role} contact: {who}"
CONTACT_NAMED: Final = "{name} <{email}>"
NO_HOLDER: Final = "Who holds the address block is not known: {reason}."
HOLDER_NOT_ASKED: Final = (
    "Who holds the address block was not asked; gotrdns explain --rdap does so, and so does: whois "
    "{address}"
)
HOLDER_NOT_ASKED_HERE: Final = (
    "Who holds the address block is not looked up here; the public registers tell: whois {address}"
)
ROLES: Final = {
    Role.TECHNICAL: "Technical",
    Role.NOC: "Network operations",
    Role.ADMINISTRATIVE: "Administrative",
    Role.REGISTRANT: "Registrant's",
    Role.ABUSE: "Abuse",
}
REGISTRIES: Final = {
    "afrinic": "AFRINIC",
    "apnic": "APNIC",
    "arin": "ARIN",
    "lacnic": "LACNIC",
    "ripe": "RIPE NCC",
}

ORDER: Final = (
    "The address has to be a static public one, which the ISP or hosting company gives. Then, in "
    "this order:"
)
ONE_RECORD: Final = (
    "The address has to be a static public one, which the ISP or hosting company gives. Then:"
)
NUMBERED: Final = "{number}. "
TO_PUBLISH: Final = {
    Fixer.ADDRESS_OWNER: "By the ISP or hosting company{in_zone}:",
    Fixer.DELEGATE: "By whoever keeps the delegated reverse zone{in_zone}:",
    Fixer.DOMAIN_OWNER: "At the registrar's or DNS host's panel{in_zone}:",
    Fixer.RECEIVER: "By you{in_zone}:",
    Fixer.NOBODY: "By nobody{in_zone}:",
}
CHOICES: Final = {
    Choice.GIVEN: "",
    Choice.CONFIRMED: "",
    Choice.HELO: "{name} is a proposal: the client calls itself so (HELO), and that name leads to "
    "the address.",
    Choice.PTR: "{name} is a proposal: it is the name that the PTR record has today.",
    Choice.MEANT: "{name} is a proposal: it is what a PTR record was meant to say that "
    "misses its place, or its last dot.",
    Choice.DOMAIN: '{name} is a proposal: "mail" in the domain of the client\'s HELO name.',
    Choice.EXAMPLE: "{name} only stands for the mail server's own name: put that in its place, or "
    "give it with --name.",
}
EXAMPLE_TO_SENDER: Final = (
    "{name} only stands for the mail server's own name: put that in its place, or check again and "
    "say which name it is to have."
)
LEADS_ELSEWHERE: Final = (
    "{name} leads to {addresses} today; that may stay beside the new record if mail is sent from "
    "there, too."
)
WAIT_OR_MEND: Final = (
    "There is no record to publish: the name servers have to be mended by {keeper}. Until then the "
    "sender can only try again."
)
WAIT: Final = "Nothing: the records are right, and old answers are forgotten by themselves."
STALE_FOR: Final = "The resolver here may hold the old answer for {wait}."

AT_ONCE: Final = "no time: it works at once"
UP_TO: Final = "up to {duration}"
OVER_A_WEEK: Final = "more than a week"
UNKNOWN_WAIT: Final = "an unknown time, rarely more than a day"
WAIT_OF_ONE: Final = "Once it is changed, others may still hold the old answer for {wait}."
WAIT_OF_EACH: Final = "Once they are changed, others may still hold the old answers for:"
