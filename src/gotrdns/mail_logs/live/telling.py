"""A rejection for reverse DNS -> what there is to tell of it, the moment it is read.

Owns which of the facts are told. How they are said is not known here.
"""

from gotrdns.mail_logs.conclusions import claimed_name
from gotrdns.mail_logs.facts import Rejection
from gotrdns.mail_logs.sessions import Noted
from gotrdns.mail_logs.texts import address_in, text_in
from gotrdns.reports.logs.report import Envelope, Ground, TurnedAway


def tell(
    rejection: Rejection, ground: Ground, noted: Noted, *, with_envelope: bool = False
) -> TurnedAway | None:
    """None where the client has no address, as in a damaged line."""
    address = address_in(rejection.client)
    if address is None:
        return None
    name = claimed_name(rejection, noted.doubt) or rejection.name or b""
    sender = rejection.sender
    return TurnedAway(
        at=rejection.at,
        fate=rejection.fate.value,
        address=address,
        ground=ground,
        name=text_in(name),
        helo=text_in(rejection.helo),
        sender_domain=text_in(sender.rpartition(b"@")[2].lower()),
        code=rejection.code.decode("ascii"),
        enhanced=rejection.enhanced.decode("ascii"),
        envelope=Envelope(text_in(sender), text_in(rejection.recipient)) if with_envelope else None,
    )
