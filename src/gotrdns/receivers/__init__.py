"""What other receivers conclude from the same DNS: one file each, pure, from a verdict.

A check's verdict must have waited for every name. Predictions do not depend on the names' order.
"""

from collections.abc import Sequence

from gotrdns.receivers import exchange_online, exim, gmail, opensmtpd, postfix, sendmail
from gotrdns.receivers.predictions import Prediction, Reaction, Receiver, Reply
from gotrdns.verification import CheckedName, Verdict

__all__ = ["Prediction", "Reaction", "Receiver", "Reply", "predict"]


def predict(verdict: Verdict, also: Sequence[CheckedName] = ()) -> tuple[Prediction, ...]:
    """One prediction for each receiver.

    ``also`` are names that are no host names and that some receiver looks up all the same.
    """
    return (
        postfix.predict(verdict),
        exim.predict(verdict, also),
        sendmail.predict(verdict),
        opensmtpd.predict(verdict),
        gmail.predict(verdict),
        exchange_online.predict(verdict),
    )
