"""The English of the text report: one table for each kind of code.

Owns every sentence of the report and decides nothing. A second language is a second file with the
same tables. Sentences take the finding's details, and ``address``, by name.
"""

from typing import Final, NamedTuple

from gotrdns.diagnosis.findings import Fixer, Severity
from gotrdns.lookup import Outcome
from gotrdns.names import Flaw, SpecialUse
from gotrdns.verification import Result


class Wording(NamedTuple):
    """What a finding says of one name, and of several where that differs."""

    one: str
    several: str | None = None


ASK_REVERSE: Final = "Which name does the address have?"
ASK_FORWARD: Final = "Does the name lead back to the address?"
ASK_FORWARD_SEVERAL: Final = "Does one of the names lead back to the address?"
THE_ADDRESS_ITSELF: Final = "the address itself"
MORE: Final = "... and {count} more"
LISTED_MORE: Final = "{listed} and {count} more"

REASON: Final = "Why"
CHANGE: Final = "What to change"
ALSO: Final = "Also seen"
STEPS: Final = "For the sender, in three steps"

RESULTS: Final = {
    Result.PASS: "name and address confirm one another.",
    Result.FAIL: "receivers that check reverse DNS refuse this address.",
    Result.PERMERROR: "receivers that check reverse DNS refuse this address.",
    Result.TEMPERROR: "no verdict, since DNS did not answer.",
}

LACKS: Final = {
    Outcome.NXDOMAIN: "NXDOMAIN: no such name",
    Outcome.NODATA: "no {type} record",
    Outcome.UNPROVEN: "an empty answer that proves nothing",
    Outcome.SERVFAIL: "SERVFAIL: its name servers failed",
    Outcome.REFUSED: "REFUSED: the question was refused",
    Outcome.TIMEOUT: "no answer in time",
    Outcome.UNREACHABLE: "no answer from the resolver",
}
NO_HOST_NAME: Final = "not asked: it cannot be a host name"
TOO_MANY_NAMES: Final = "not asked: there are too many names"

SEVERITIES: Final = {
    Severity.ERROR: "error",
    Severity.TEMPORARY: "temporary",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}

FIXERS: Final = {
    Fixer.ADDRESS_OWNER: "the owner of the address block (internet provider or hosting company)",
    Fixer.DELEGATE: "whoever keeps the reverse zone that the provider delegated (RFC 2317)",
    Fixer.DOMAIN_OWNER: "whoever keeps the DNS of the name (registrar or DNS hosting company)",
    Fixer.RECEIVER: "you, on the receiving side",
    Fixer.NOBODY: "nobody",
}
FIXERS_IN_SHORT: Final = {
    Fixer.ADDRESS_OWNER: "for the address owner",
    Fixer.DELEGATE: "for whoever keeps the delegated reverse zone",
    Fixer.DOMAIN_OWNER: "for the domain's owner",
    Fixer.RECEIVER: "for you",
    Fixer.NOBODY: "nothing to do",
}
PUBLISH: Final = "To be published by {fixer}:"
PUBLISH_OR: Final = "or by {fixer}:"
PUBLISH_ONE_OF: Final = "One of these, to be published by {fixer}:"
EXAMPLE_HOST_REMARK: Final = "{example} stands for the mail server's own name."

WAIT_OR_MEND: Final = (
    "Nothing yet: try again later. If it lasts, {fixer} has to mend the name servers."
)
CHECK_THE_RESOLVER: Final = (
    "Check that the resolver runs and that this host may ask it, over UDP and TCP, or name another "
    "with --resolver ADDRESS."
)
SENDER_IS_RIGHT: Final = "Nothing is known to be wrong at the sender's."

SENDER_STEPS: Final = (
    "Have a static public address.",
    "Create {record} that leads to it, usually for mail.<your domain>, in the panel of "
    "your registrar or DNS hosting company:",
    "Have the owner of the address block create the PTR record above, naming the same host. Only "
    "they can; the internet provider's or hosting company's support knows it as reverse DNS.",
)
REMARK: Final = "{code} ({severity}, {fixer}): {sentence}"
FLAWED_NAME: Final = "{name} cannot be a host name: {flaw}"
ALIAS: Final = "{name} -> {target}"
ADDRESS_RECORDS: Final = {"A": "an A record", "AAAA": "an AAAA record"}

MADE_FROM_ADDRESS: Final = (
    "The name is made from the address, so it is the provider's; the sender can only ask the "
    "provider, best for a PTR record with the mail server's own name."
)
NULL_TARGET: Final = "The PTR record of {address} is a lone dot, which says that it has no name."

ALIAS_LEADS_NOWHERE: Final = (
    "The address leads to an alias (CNAME), {aliases}, and what it stands for does not exist in "
    "DNS, so nothing leads back to {address}."
)
EVERY_NAME_CONFIRMS: Final = (
    "There are {count} PTR records. Every name confirms; one record would do."
)
EVERY_NAME_ASKED_CONFIRMS: Final = (
    "There are {count} PTR records. Every name that was looked up confirms; one record would do."
)
NO_NAME_CONFIRMS: Final = (
    "There are {count} PTR records, and no name confirms. One record is enough: keep one whose "
    "name leads back to {address}."
)
NO_NAME_KNOWN_TO_CONFIRM: Final = (
    "There are {count} PTR records. Receivers that look at one record only, as Postfix does, see "
    "any of them by chance. Keep one."
)

FLAWS: Final = {
    Flaw.ROOT: "it is empty",
    Flaw.ADDRESS_LITERAL: "it is an address",
    Flaw.NUMERIC_LAST_LABEL: "its last part is a number",
    Flaw.ESCAPED_DOT: "it has a dot inside a label",
    Flaw.BAD_CHARACTER: "it has characters that host names cannot have",
}

SPECIAL_USES: Final = {
    SpecialUse.PRIVATE: "a private address (RFC 1918, RFC 4193)",
    SpecialUse.LOOPBACK: "a loopback address",
    SpecialUse.LINK_LOCAL: "a link-local address",
    SpecialUse.SHARED: "a shared address behind carrier-grade NAT (RFC 6598)",
    SpecialUse.DOCUMENTATION: "an address reserved for documentation",
    SpecialUse.BENCHMARKING: "an address reserved for measurements",
    SpecialUse.MULTICAST: "a multicast address",
    SpecialUse.RESERVED: "a reserved address",
}

_SERVERS_OF_REVERSE: Final = "the name servers of the reverse zone"

FINDINGS: Final = {
    "no-ptr": Wording(
        "There is no PTR record for {address}: the address has no name. Machines taken over to "
        "send spam look just like that."
    ),
    "ptr-unusable": Wording(
        "There is a PTR record, but {names} cannot be the name of a host.",
        "There are PTR records, but none of {names} can be the name of a host.",
    ),
    "forward-nodata": Wording(
        "The address leads to {names}. That name exists, but it has no {type} record, so nothing "
        "leads back to {address}.",
        "The address leads to {names}. These names exist, but have no {type} record, so nothing "
        "leads back to {address}.",
    ),
    "forward-nxdomain": Wording(
        "The address leads to {names}. That name does not exist in DNS, so nothing leads back to "
        "{address}.",
        "The address leads to {names}. These names do not exist in DNS, so nothing leads back to "
        "{address}.",
    ),
    "forward-mismatch": Wording(
        "The address leads to {names}, but that name leads to {addresses}, not to {address}. "
        "Anyone can put a stranger's name in a PTR record; this one is not confirmed.",
        "The address leads to {names}, but these names lead to {addresses}, not to {address}. "
        "Anyone can put strangers' names in PTR records; these are not confirmed.",
    ),
    "reverse-servfail": Wording(
        "The question for the PTR record of {address} ended with SERVFAIL: "
        f"{_SERVERS_OF_REVERSE} are down, misconfigured, or not answering for it."
    ),
    "reverse-refused": Wording(
        "The question for the PTR record of {address} was refused: by the resolver, or by "
        f"{_SERVERS_OF_REVERSE}."
    ),
    "reverse-timeout": Wording(
        "The question for the PTR record of {address} got no answer in time: "
        f"{_SERVERS_OF_REVERSE} are silent or very slow."
    ),
    "reverse-unproven": Wording(
        "The question for the PTR record of {address} got an empty answer without the zone's SOA "
        "record, which proves nothing. A zone delegated to a name server that does not keep it "
        "looks like that."
    ),
    "forward-servfail": Wording(
        "The address leads to {names}, but the question for its {type} record ended with "
        "SERVFAIL: that name's servers are down, misconfigured, or not answering for it.",
        "The address leads to {names}, but the questions for their {type} records ended with "
        "SERVFAIL: those names' servers are down, misconfigured, or not answering for them.",
    ),
    "forward-refused": Wording(
        "The address leads to {names}, but the question for the {type} record was refused: by the "
        "resolver, or by the name's servers."
    ),
    "forward-timeout": Wording(
        "The address leads to {names}, but the question for the {type} record got no answer in "
        "time: the name's servers are silent or very slow."
    ),
    "forward-unproven": Wording(
        "The address leads to {names}, but the question for the {type} record got an empty answer "
        "without the zone's SOA record, which proves nothing. A zone delegated to a name server "
        "that does not keep it looks like that."
    ),
    "resolver-unreachable": Wording(
        "The resolver does not answer as it must: {servers}. Either nothing is heard from it, not "
        "even about the root of DNS, or long answers cannot be fetched from it over TCP. The "
        "trouble is here, not at the sender's."
    ),
    "ptr-is-address": Wording(
        "The PTR record holds an address, {names}. It has to hold a host name."
    ),
    "ptr-bad-syntax": Wording("{flaws}. Host names are letters, digits and hyphens."),
    "ptr-missing-dot": Wording(
        "{names} ends in the reverse zone: the dot after {meant} was probably forgotten in the "
        "zone file."
    ),
    "ptr-single-label": Wording(
        "{names} is not a full host name: it has no domain.",
        "{names} are not full host names: they have no domain.",
    ),
    "ptr-underscore": Wording(
        "{names} has an underscore, which host names cannot have. Many receivers take it, some "
        "do not.",
        "{names} have underscores, which host names cannot have. Many receivers take them, some "
        "do not.",
    ),
    "ptr-leading-hyphen": Wording(
        "A label of {names} begins with a hyphen, which host names cannot do. Postfix and Exim "
        "refuse such a name."
    ),
    "ptr-is-alias": Wording(
        "The name in the PTR record is an alias (CNAME): {aliases}. Some receivers do not follow "
        "it; the PTR record should hold the last name."
    ),
    "ptr-multiple": Wording(
        "There are {count} PTR records, and not every name confirms: not {not_confirming}. "
        "Receivers that look at one record only, as Postfix does, pass or refuse this address by "
        "chance. Keep one."
    ),
    "ptr-over-limit": Wording(
        "There are more PTR records than are evaluated: {evaluated} of the names were looked up, "
        "{count} were not. Receivers stop early. Keep one record."
    ),
    "ptr-generic": Wording(
        "{names} is made from the address. Some receivers take such a name for a private line; "
        "the mail server's own name is better.",
        "{names} are made from the address. Some receivers take such names for private lines; the "
        "mail server's own name is better.",
    ),
    "forward-private": Wording(
        "{names} leads only to addresses that are not public ({addresses}). The public DNS must "
        "hold the address that other mail servers see, {address}."
    ),
    "address-not-public": Wording(
        "{address} is {kind}. On the Internet no mail comes from it: a proxy or NAT in front of "
        "this server probably hides the real client."
    ),
    "helo-bad-syntax": Wording(
        "In HELO the client calls itself {helo}, which is neither a host name nor an address in "
        "brackets. Some receivers refuse that by itself."
    ),
    "helo-unresolvable": Wording(
        "The HELO name {helo} has no address. That alone refuses no mail (RFC 5321 section 4.1.4), "
        "but counts against it."
    ),
    "helo-differs": Wording(
        "The HELO name {helo} leads to {addresses}, not to {address}. That alone refuses no mail "
        "(RFC 5321 section 4.1.4), but counts against it."
    ),
}

# Remarks on a target that is not itself an address. ``target`` may be an EXCHANGE.
TARGETS: Final = {
    "too-many-addresses": "{target} has many addresses: only the first ten are explained",
    "private-target": "{target} is not, or not only, on the public Internet: that is not checked",
    "empty-target": "a target is empty: write an address or a name",
    "not-a-target": "{target} is neither an address nor a host name",
    "not-a-domain": "{target} is not a domain: --mx takes the part after the @",
    "ambiguous-name": "{target} stands for one name in IDNA 2003 and for another in IDNA 2008: "
    "write it in its xn-- form",
    "no-such-name": "{target} does not exist in DNS",
    "no-address": "{target} has no address",
    "no-mail-host": "{target} has neither an MX record nor an address: it takes no mail",
    "accepts-no-mail": "{target} accepts no mail (null MX, RFC 7505): there is no host to check",
    "no-mail-exchange": "{target} has no MX record: mail goes to the domain's own addresses",
    "exchange-is-address": "{target} is an address, where an MX record has to hold a host name: "
    "mail servers do not use it (RFC 5321 section 5.1)",
    "exchange-is-no-host": "{target} cannot be a host name: mail servers do not use it",
    "servfail": "the {type} records of {target} are unknown: SERVFAIL, its name servers failed",
    "refused": "the {type} records of {target} are unknown: the question was refused",
    "timeout": "the {type} records of {target} are unknown: no answer in time",
    "unproven": "the {type} records of {target} are unknown: an empty answer that proves nothing",
    "unreachable": "the {type} records of {target} are unknown: the resolver {servers} does not "
    "answer; check that it runs, or name another with --resolver ADDRESS",
}
EXCHANGE: Final = "{host} (MX {preference} of {domain})"
ORIGIN_EXCHANGE: Final = "{host}, MX {preference} of {domain}"

ASKING: Final = "asking the name servers: question {count}"
