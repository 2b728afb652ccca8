"""How other receivers are called, what they do, and the replies they give, in their own words."""

from collections.abc import Mapping
from typing import Final

from gotrdns.receivers import Reaction, Receiver, Reply

OTHERS: Final = "What other receivers do, if they check reverse DNS"

NAMES: Final[Mapping[Receiver, str]] = {
    Receiver.POSTFIX: "Postfix (reject_unknown_client_hostname)",
    Receiver.EXIM: "Exim (verify=reverse_host_lookup)",
    Receiver.SENDMAIL: "Sendmail (require_rdns)",
    Receiver.OPENSMTPD: "OpenSMTPD (!fcrdns)",
    Receiver.GMAIL: "Gmail",
    Receiver.EXCHANGE_ONLINE: "Exchange Online",
}

REACTIONS: Final[Mapping[Reaction, str]] = {
    Reaction.REFUSE: "{receiver} refuses it: {reply}",
    Reaction.DEFER: "{receiver} defers it: {reply}",
    Reaction.CHANCE: (
        "{receiver} takes it or not by chance, depending on which names it looks at: {reply}"
    ),
}
ACCEPT: Final = "{receivers} accept it"
ACCEPTS: Final = "{receivers} accepts it"

# Findings because of which another receiver may hear something else than the resolver here.
_AT_ODDS: Final = "The name servers differ: a receiver that hears another of them does otherwise"
_BOGUS: Final = "Receivers whose resolver does not verify signatures (DNSSEC) do otherwise"
HEARD_OTHERWISE: Final[Mapping[str, str]] = {
    "reverse-inconsistent": _AT_ODDS,
    "forward-inconsistent": _AT_ODDS,
    "reverse-dnssec-bogus": _BOGUS,
    "forward-dnssec-bogus": _BOGUS,
}

REPLIES: Final[Mapping[Reply, str]] = {
    Reply.POSTFIX_UNKNOWN: "Client host rejected: cannot find your hostname, [{address}]",
    Reply.EXIM_DENIED: "Administrative prohibition",
    Reply.EXIM_LATER: "Temporary local problem - please try later",
    Reply.SENDMAIL_NO_NAME: "Fix reverse DNS for {address}",
    Reply.SENDMAIL_FORGED: "Possibly forged hostname for {address}",
    Reply.SENDMAIL_UNRESOLVED: "Client IP address {address} does not resolve",
    Reply.OPENSMTPD_CONFIGURED: "(the text that its administrator has set)",
    Reply.GMAIL_UNAUTHENTICATED: (
        "This message does not meet IPv6 or IPv4 sending guidelines regarding PTR records"
    ),
    Reply.GMAIL_LATER: "The PTR record or its forward address could not be confirmed; try later",
    Reply.EXCHANGE_NO_NAME: (
        "Access denied, sending IPv6 address [{address}] must have a reverse DNS record"
    ),
}
