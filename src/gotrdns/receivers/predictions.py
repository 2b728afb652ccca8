"""What a prediction is: a receiver, what it does, and the reply it gives.

Owns the vocabulary of the room. Codes are permanent.
"""

import enum
from collections.abc import Iterable

import msgspec

from gotrdns.names import DomainName


class Receiver(enum.Enum):
    """A mail server's own check, or a mail provider's published rules."""

    POSTFIX = "postfix"  # reject_unknown_client_hostname
    EXIM = "exim"  # verify = reverse_host_lookup
    SENDMAIL = "sendmail"  # FEATURE(require_rdns)
    OPENSMTPD = "opensmtpd"  # filter ... !fcrdns reject "550 ..."
    GMAIL = "gmail"
    EXCHANGE_ONLINE = "exchange-online"


class Reaction(enum.Enum):
    """What becomes of the mail.

    A refusal is for what DNS says, whatever code the receiver gives it by default (Postfix says
    450); mail is deferred because DNS does not answer. By chance is what depends on which of
    several names comes first, or on a name that was not looked up.
    """

    ACCEPT = "accept"
    REFUSE = "refuse"
    DEFER = "defer"
    CHANCE = "chance"


class Reply(enum.Enum):
    """Which reply is given: each has its words in ``reports``."""

    POSTFIX_UNKNOWN = "postfix-unknown"
    EXIM_DENIED = "exim-denied"
    EXIM_LATER = "exim-later"
    SENDMAIL_NO_NAME = "sendmail-no-name"
    SENDMAIL_FORGED = "sendmail-forged"
    SENDMAIL_UNRESOLVED = "sendmail-unresolved"
    OPENSMTPD_CONFIGURED = "opensmtpd-configured"
    GMAIL_UNAUTHENTICATED = "gmail-unauthenticated"
    GMAIL_LATER = "gmail-later"
    EXCHANGE_NO_NAME = "exchange-no-name"


class Prediction(msgspec.Struct, frozen=True):
    """What one receiver concludes.

    ``code``, ``enhanced`` and ``reply`` are of the reply to mail that is not accepted; by chance
    they are of the gravest one. ``name`` is the PTR name that is to blame, where it is one.
    """

    receiver: Receiver
    reaction: Reaction
    code: int | None = None
    enhanced: str | None = None
    reply: Reply | None = None
    name: DomainName | None = None


def accept(receiver: Receiver) -> Prediction:
    return Prediction(receiver, Reaction.ACCEPT)


_GRAVEST: tuple[Reaction, ...] = (Reaction.REFUSE, Reaction.DEFER, Reaction.ACCEPT)


def whichever_comes_first(possible: Iterable[Prediction]) -> Prediction:
    """For a receiver that looks at one name: chance, where the names' fates differ."""
    by_gravity = sorted(possible, key=lambda each: _GRAVEST.index(each.reaction))
    gravest = by_gravity[0]
    if all(each.reaction is gravest.reaction for each in by_gravity):
        return gravest
    return msgspec.structs.replace(gravest, reaction=Reaction.CHANCE)
