"""What happens to a client again and again is told once, and a minute later how often."""

from gotrdns.mail_logs.facts import Fate
from gotrdns.mail_logs.live.folding import APART, Folding
from gotrdns.mail_logs.live.telling import tell
from gotrdns.mail_logs.sessions import Noted
from gotrdns.reports.logs.report import Ground, TurnedAway
from tests.unit.mail_logs.facts_made import doubt, rejection

NOTHING = Noted(None, is_whole=True)


def told(client: int = 1, ground: Ground = Ground.NO_PTR, fate: Fate = Fate.DEFERRED) -> TurnedAway:
    found = tell(rejection(client=b"192.0.2.%d" % client, fate=fate), ground, NOTHING)
    assert found is not None
    return found


def test_the_same_is_news_once() -> None:
    folding = Folding()
    assert [folding.is_news(told(), at) for at in (0, 1, APART - 1)] == [True, False, False]
    assert folding.is_news(told(2), 1)
    assert folding.is_news(told(ground=Ground.FORWARD_MISMATCH), 1)
    assert folding.is_news(told(fate=Fate.REFUSED), 1)


def test_a_minute_later_it_is_told_how_often_and_then_it_is_news_again() -> None:
    folding = Folding()
    for at in range(10):
        folding.is_news(told(), at)
    folding.is_news(told(2), 5)
    assert list(folding.due(APART - 1)) == []
    assert list(folding.due(APART)) == [(told(), 9)]
    assert folding.is_news(told(), APART)
    assert list(folding.due(APART + 5)) == []  # the second has come once


def test_memory_does_not_grow_with_the_clients() -> None:
    folding = Folding()
    for at in range(1000):
        list(folding.due(at))
        folding.is_news(told(at % 250), at)
    assert len(folding) <= APART


def test_what_is_told_is_what_the_line_and_the_session_say() -> None:
    noted = Noted(doubt(), is_whole=True)
    found = tell(rejection(helo=b"\x1b", name=b"x.example"), Ground.FORWARD_NODATA, noted)
    assert found is not None
    assert (found.name, found.helo) == ("mail.business.example.net", r"'\x1b'")
    assert (found.code, found.enhanced, found.fate) == ("450", "4.7.25", "deferred")
    assert (found.sender_domain, found.envelope) == ("business.example.net", None)
    dynamic = tell(rejection(name=b"dyn.example"), Ground.DYNAMIC_NAME, NOTHING, with_envelope=True)
    assert dynamic is not None
    assert dynamic.name == "dyn.example"
    assert dynamic.envelope is not None
    assert dynamic.envelope.recipient == "us@our.example"


def test_of_what_is_no_address_nothing_is_told() -> None:
    assert tell(rejection(client=b"1.2.3.4.5"), Ground.NO_PTR, NOTHING) is None
