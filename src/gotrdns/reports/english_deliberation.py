"""The English of ``gotrdns decide``: one table for each kind of code, as in `english`."""

from typing import Final

from gotrdns.policy import Voucher
from gotrdns.vouching import Word

HEADING: Final = "{client}  (mode {mode})"
LABELS: Final = {
    "helo": "HELO",
    "sender": "From",
    "recipient": "To",
    "verdict": "Verdict",
    "name": "Name",
    "vouchers": "Vouchers",
    "past": "Seen before",
    "exception": "Exception",
    "resolver": "Resolver",
}
NAME: Final = "{name}: {said}"

VOUCHERS: Final = {
    Voucher.HELO: "HELO name {domain}",
    Voucher.MX: "MX of {domain}",
    Voucher.SPF: "SPF of {domain}",
}
WORDS: Final = {
    Word.VOUCHES: "{voucher}: vouches ({because})",
    Word.COVERS: "{voucher}: leads to the client, too widely or too cheaply to vouch ({because})",
    Word.SILENT: "{voucher}: does not lead to the client",
    Word.UNKNOWN: "{voucher}: DNS did not say",
}
NOT_ASKED: Final = "do not count in this mode"
NOBODY_TO_ASK: Final = "nobody to ask: neither a HELO name nor a sender was given"

NEVER_SEEN: Final = "never, as far as the store knows"
PASSED: Final = "passed on {moment}"
FAILED_ONCE: Final = "failed once, on {last}"
FAILED: Final = "failed {count} times since {since}, the last time on {last}"
TROUBLED: Final = "DNS trouble since {since}"
GREETED: Final = "came with a dynamic name on {moment}"
UNKNOWN_PAST: Final = "could not be read"

TRUST_SUSPECT: Final = "does not answer control questions"
TRUST_LYING: Final = "denies what must exist"

REPLY: Final = "What the client would be told"
