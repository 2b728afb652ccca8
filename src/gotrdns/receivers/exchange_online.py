"""Exchange Online, by its published rules: an IPv6 client needs a PTR; IPv4 is not judged so."""

from gotrdns.receivers.pointed_names import pointed_names
from gotrdns.receivers.predictions import Prediction, Reaction, Receiver, Reply, accept
from gotrdns.verification import Result, Verdict


def predict(verdict: Verdict) -> Prediction:
    if not verdict.address.is_ipv6 or pointed_names(verdict):
        return accept(Receiver.EXCHANGE_ONLINE)
    reaction = Reaction.DEFER if verdict.result is Result.TEMPERROR else Reaction.REFUSE
    return Prediction(Receiver.EXCHANGE_ONLINE, reaction, 450, "4.7.25", Reply.EXCHANGE_NO_NAME)
