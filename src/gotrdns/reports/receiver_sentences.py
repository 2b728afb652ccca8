"""What other receivers do, in sentences: those that turn mail away each with its reply."""

from collections.abc import Iterator, Sequence

from gotrdns.names import Address
from gotrdns.receivers import Prediction, Reaction
from gotrdns.reports import english_receivers as words


def reply_text(prediction: Prediction, client: Address) -> str:
    """The reply as the receiver gives it, codes first; empty for mail that is accepted."""
    if prediction.reply is None:
        return ""
    text = words.REPLIES[prediction.reply].format(address=client)
    codes = [str(prediction.code), prediction.enhanced or ""]
    return " ".join(filter(None, [*codes, text]))


def receiver_sentences(predictions: Sequence[Prediction], client: Address) -> Iterator[str]:
    """One for each that does not accept, and one for those that do."""
    accepting = []
    for each in predictions:
        if each.reaction is Reaction.ACCEPT:
            accepting.append(words.NAMES[each.receiver])
        else:
            yield words.REACTIONS[each.reaction].format(
                receiver=words.NAMES[each.receiver], reply=reply_text(each, client)
            )
    if accepting:
        sentence = words.ACCEPT if len(accepting) > 1 else words.ACCEPTS
        yield sentence.format(receivers=", ".join(accepting))
