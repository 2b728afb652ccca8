"""The English of ``gotrdns logs --what-if``: one table for each kind of code."""

from collections.abc import Mapping
from typing import Final

from gotrdns.policy import Mode, Rehearsal, Rule, Voucher
from gotrdns.reports.english_logs import Counted
from gotrdns.reports.what_if import Basis, Was, Would
from gotrdns.verification import Cause

COLLECTING: Final = "first reading of {log}: {share:.0%}, {lines:,} lines, {clients:,} clients"
REPLAYING: Final = "replaying {log}: {share:.0%}, {lines:,} lines, {clients:,} clients"

# The sentences to decide by.
WITH: Final = "With {mode}"
WITH_SETTINGS: Final = "With {mode} and the other settings of {settings}"
REHEARSED: Final = "Observe turns nobody away. With {mode}, which it rehearses"
REHEARSED_SETTINGS: Final = (
    "Observe turns nobody away. With {mode}, which it rehearses, and the other settings of "
    "{settings}"
)
MODES: Final[Mapping[Mode | Rehearsal, str]] = {
    Mode.OBSERVE: "observe",
    Mode.STRICT: "strict",
    Mode.PROTECT: "protect",
    Rehearsal.STRICT: "strict",
    Rehearsal.PROTECT: "protect",
}
NOBODY_DOUBTFUL: Final = "{under}, nobody would be turned away: every client is confirmed."
CLIENTS_AWAY: Final = Counted(
    "{under}: one client's reverse DNS leaves doubts; clients that would be turned away: {away}.",
    "{under}, {away:,} of the {count:,} clients whose reverse DNS leaves doubts would be turned "
    "away.",
)
CLIENTS_SURELY_AWAY: Final = Counted(
    "{under}: one client's reverse DNS leaves doubts; clients that would certainly be turned "
    "away: {away}.",
    "{under}, {away:,} of the {count:,} clients whose reverse DNS leaves doubts would certainly be "
    "turned away.",
)
NOTHING_TAKEN_IN: Final = "No message was taken in."
NONE_LOST: Final = Counted(
    "The one message that was taken in would not be turned away.",
    "Of {count:,} messages that were taken in, none would be turned away.",
)
LOST: Final = Counted(
    "Of one message that was taken in, {lost}.",
    "Of {count:,} messages that were taken in, {lost}.",
)
LOST_AS: Final[Mapping[Would, str]] = {
    Would.REFUSED: "{count:,} from {senders} would be refused",
    Would.DEFERRED: "{count:,} from {senders} would be deferred",
    Would.UNDECIDED: "{count:,} from {senders} would go either way",
}
AND: Final = ", and "
SENDERS: Final = Counted("one sender", "{count:,} senders")
LOST_AND_REPAIRED: Final = Counted(
    "One of these senders was wrong then and is right today.",
    "{count:,} of these senders were wrong then and are right today.",
)
ADMITTED: Final = Counted(
    "One attempt that was turned away would be let in.",
    "{count:,} attempts that were turned away would be let in.",
)

OUTCOMES_HEADING: Final = "What would become of it"
OUTCOME: Final = "IN THE LOG"
ALL: Final = "ALL"
WOULD: Final[Mapping[Would, str]] = {
    Would.LET_IN: "LET IN",
    Would.DEFERRED: "DEFERRED",
    Would.REFUSED: "REFUSED",
    Would.UNDECIDED: "UNDECIDED",
}
WAS: Final[Mapping[Was, str]] = {
    Was.TAKEN_IN: "taken in",
    Was.DEFERRED: "deferred for reverse DNS",
    Was.REFUSED: "refused for reverse DNS",
}
SUBMISSIONS: Final = Counted(
    "One message of a user who logged in is not concerned.",
    "{count:,} messages of users who logged in are not concerned.",
)
OTHERWISE: Final = Counted(
    "One attempt that was turned away for another reason stays turned away.",
    "{count:,} attempts that were turned away for other reasons stay turned away.",
)

REASONS_HEADING: Final = "Why"
REASON_WOULD: Final = "WOULD BE"
REASON: Final = "BECAUSE"
REASON_TAKEN_IN: Final = "TAKEN IN"
REASON_AWAY: Final = "TURNED AWAY"
WOULD_BE: Final[Mapping[Would, str]] = {
    Would.LET_IN: "let in",
    Would.DEFERRED: "deferred",
    Would.REFUSED: "refused",
    Would.UNDECIDED: "undecided",
}
# Those that a replay can come to.
REASONS: Final[Mapping[Rule, str]] = {
    Rule.LISTED_NETWORK: "it is in one of pass-networks",
    Rule.ROLE_RECIPIENT: "mail for postmaster or abuse",
    Rule.OPTED_OUT_RECIPIENT: "the recipient opted out",
    Rule.NON_PUBLIC_CLIENT: "its address is not public",
    Rule.CONFIRMED: "it is confirmed",
    Rule.ALLOWED: "an exception holds for it",
    Rule.STRICT: "reverse DNS missing, wrong or silent",
    Rule.OWN_ACTION: "the settings say so of the cause",
    Rule.VOUCHED: "somebody vouches for it",
    Rule.PASSED_BEFORE: "wrong for less than 48 hours",
    Rule.FEW_FAILURES: "not yet wrong for a day, three times",
    Rule.UNVOUCHED: "wrong for a day, nobody vouches",
    Rule.DNS_TROUBLE: "DNS did not answer about it",
    Rule.LONG_DNS_TROUBLE: "DNS did not answer for a day",
    Rule.DYNAMIC_NAME: "a new one, with a dynamic name alone",
    Rule.DYNAMIC_RETRIED: "a dynamic name that came back",
}
REASON_UNDECIDED: Final = "neither the log nor DNS tells"
VOUCHERS_TOLD: Final = "Who vouches: {vouchers}."
VOUCHER_AND_COUNT: Final = Counted("{voucher} once", "{voucher} {count:,} times")
VOUCHERS: Final[Mapping[Voucher, str]] = {
    Voucher.HELO: "the HELO name",
    Voucher.MX: "the sender's MX",
    Voucher.SPF: "the sender's SPF",
}

# Groups of senders, by what would become of their mail.
REFUSED_HEADING: Final = "Taken in, and would be refused"
REFUSED: Final = Counted(
    "One sender, whose mail would be lost.",
    "{count:,} senders, whose mail would be lost: first those that look legitimate, by how much it "
    "is.",
)
DEFERRED_HEADING: Final = "Taken in, and would be deferred"
DEFERRED: Final = Counted(
    "One sender. Who is deferred comes again, which no log can show, and is then judged anew.",
    "{count:,} senders. Who is deferred comes again, which no log can show, and is then judged "
    "anew.",
)
DEFERRED_PROTECT: Final = (
    "Whoever is wrong for a day, three times an hour apart or more, is refused then unless "
    "somebody vouches."
)
PASSING_HEADING: Final = "Taken in, and would be deferred at first"
PASSING: Final = Counted(
    "One sender: let in when it comes again after ten minutes (a dynamic name), or as soon as DNS "
    "answers, after a day at the latest.",
    "{count:,} senders: let in when they come again after ten minutes (a dynamic name), or as soon "
    "as DNS answers, after a day at the latest.",
)
REPAIRED_HEADING: Final = "Taken in, wrong then and right today"
REPAIRED: Final = Counted(
    "One sender: it would have been turned away, and is confirmed now.",
    "{count:,} senders: they would have been turned away, and are confirmed now.",
)
UNDECIDED_HEADING: Final = "Taken in, and undecided"
UNDECIDED: Final = Counted("One sender.", "{count:,} senders.")
ADMITTED_HEADING: Final = "Turned away, and would be let in"
ADMITTED_SENDERS: Final = Counted("One sender.", "{count:,} senders.")
MORE: Final = "{count:,} more: --top {all}"

SENDER: Final = "{number}. {domain}"
FATE: Final = Counted(
    "one message taken in, which {fates}, {last}",
    "{count:,} messages taken in, of which {fates}, last {last}",
)
FATES_OF_ONE: Final[Mapping[Would, str]] = {
    Would.REFUSED: "would be refused",
    Would.DEFERRED: "would be deferred",
    Would.UNDECIDED: "is undecided",
}
FATES_OF_ALL: Final[Mapping[Would, str]] = {
    Would.REFUSED: "all would be refused",
    Would.DEFERRED: "all would be deferred",
    Would.UNDECIDED: "all are undecided",
}
FATES: Final[Mapping[Would, str]] = {
    Would.REFUSED: "{count:,} would be refused",
    Would.DEFERRED: "{count:,} would be deferred",
    Would.UNDECIDED: "{count:,} are undecided",
}
FATE_ADMITTED: Final = Counted(
    "turned away once, and would be let in, {last}",
    "turned away {count:,} times, and would be let in {admitted} times, last {last}",
)
FATE_ADMITTED_EACH_TIME: Final = (
    "turned away {count:,} times, and would be let in each time, last {last}"
)
CAUSES: Final[Mapping[Cause, str]] = {
    Cause.CONFIRMED: "confirmed, by a dynamic name alone",
    Cause.NO_PTR: "no PTR record",
    Cause.FORWARD_MISMATCH: "PTR name has other addresses",
    Cause.FORWARD_NODATA: "PTR name has no address",
    Cause.FORWARD_NXDOMAIN: "PTR name does not exist",
    Cause.PTR_UNUSABLE: "PTR name is no host name",
    Cause.REVERSE_SERVFAIL: "the PTR record's look-up failed",
    Cause.REVERSE_REFUSED: "the PTR record's look-up is refused",
    Cause.REVERSE_TIMEOUT: "no answer about the PTR record",
    Cause.REVERSE_UNPROVEN: "no proof about the PTR record",
    Cause.FORWARD_SERVFAIL: "the PTR name's look-up failed",
    Cause.FORWARD_REFUSED: "the PTR name's look-up is refused",
    Cause.FORWARD_TIMEOUT: "no answer about the PTR name",
    Cause.FORWARD_UNPROVEN: "no proof about the PTR name",
    Cause.RESOLVER_UNREACHABLE: "the resolver does not answer",
}
BASES: Final[Mapping[Basis, str]] = {
    Basis.LOG: "by the log",
    Basis.TODAY: "by today's DNS",
    Basis.NOTHING: "the log does not say",
    Basis.EXEMPT: "exempt",
}
CAUSE_AND_BASIS: Final = "{causes} ({bases})"
ALSO: Final = " and "
BECAUSE: Final = "because {reason}"
VOUCHED_BY: Final = "{vouchers} vouches"
VOUCHED_BY_SEVERAL: Final = "{vouchers} vouch"
LOOKS_LIKELY: Final = "looks legitimate: {signs}"
LOOKS_UNLIKELY: Final = "looks like nobody's mail server: {signs}"
NO_SIGN: Final = "nothing speaks for it"
THOUGH: Final = "; though {against}"
MAILBOX: Final = "from <{mailbox}>"

BASIS_HEADING: Final = "What this rests on"
RESTS_ON_LOG: Final = (
    "What was wrong with a client's reverse DNS is what the mail server logged then."
)
RESTS_ON_TODAY: Final = Counted(
    "For one client the log does not say it ({attempts:,} attempts): there, today's DNS counts.",
    "For {count:,} clients the log does not say it ({attempts:,} attempts): there, today's DNS "
    "counts.",
)
NOT_ASKED: Final = (
    "DNS was not asked (--offline): what the log does not say is undecided, and so is what depends "
    "on who vouches."
)
UNANSWERED: Final = Counted(
    "About one client DNS did not answer today ({attempts:,} attempts): undecided. Try again "
    "later.",
    "About {count:,} clients DNS did not answer today ({attempts:,} attempts): undecided. Try "
    "again later.",
)
VOUCHING_TODAY: Final = "Who vouches is what DNS says today."
UNASKED: Final = Counted(
    "Once a client had more HELO names and senders than are asked about: of that one, what is "
    "known of the others was taken.",
    "{count:,} times a client had more HELO names and senders than are asked about: of those, what "
    "is known of the others was taken.",
)
HELO_UNKNOWN: Final = Counted(
    "For one message that would not be let in the log has no HELO name, which might vouch: Postfix "
    "logs it only of mail that it turns away.",
    "For {count:,} messages that would not be let in the log has no HELO name, which might vouch: "
    "Postfix logs it only of mail that it turns away.",
)
RECIPIENTS: Final = (
    "To whom a message went that was taken in is not read: those to recipients who opted out would "
    "be let in."
)
HISTORY: Final = "The past of each client begins with the log, whatever a store knows."

KEEP_HEADING: Final = "To let them in until their DNS is mended"
KEEP: Final = (
    "Run the lines of those you know; each makes an exception for 30 days. There is none for who "
    "looks like nobody's mail server, and for who is right today."
)
KEEP_REASON: Final = Counted(
    "{domain}: a message that was taken in would be turned away",
    "{domain}: {count} messages that were taken in would be turned away",
)
KEEP_REASON_NO_DOMAIN: Final = Counted(
    "a message that was taken in would be turned away",
    "{count} messages that were taken in would be turned away",
)
