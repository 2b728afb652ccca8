"""Coverage-guided fuzzing of each mail server's reader: nothing said changes who was refused.

The input is what a stranger says: a HELO name, a sender and a recipient, separated by NULs. They
are put where Postfix and Exim put them.
"""

import sys

import atheris

with atheris.instrument_imports(include=["gotrdns.mail_logs"]):
    from gotrdns.mail_logs.facts import Fate, Rejection, Unread
    from gotrdns.mail_logs.formats import exim, postfix
    from gotrdns.mail_logs.formats.frames import Frame

CLIENT = b"192.0.2.1"


def check_postfix(helo: bytes, sender: bytes, recipient: bytes) -> None:
    reply = b"554 5.7.1 <%b>: Relay access denied" % recipient
    envelope = b"from=<%b> to=<%b> proto=ESMTP helo=<%b>" % (sender, recipient, helo)
    message = b"NOQUEUE: reject: RCPT from unknown[%b]: %b; %b" % (CLIENT, reply, envelope)
    fact = postfix.read(Frame(0.0, b"postfix/smtpd", b"mx postfix/smtpd[1]", message))
    if not isinstance(fact, Rejection):
        raise TypeError(message)
    if (fact.client, fact.name, fact.code, fact.enhanced, fact.queue_id) != (
        CLIENT,
        None,
        b"554",
        b"5.7.1",
        b"",
    ):
        raise ValueError(fact)
    if fact.helo not in {helo, b""} and helo.count(b"<") == 0:
        raise ValueError(fact)


def check_content(helo: bytes, sender: bytes, header: bytes) -> None:
    """Of a message that is refused for its header, queue id and reply are what they are."""
    message = (
        b"4jcFJT63V0zSx: reject: header %b from unknown[%b]; from=<%b> proto=SMTP helo=<%b>"
        % (
            header,
            CLIENT,
            sender,
            helo,
        )
    )
    frame = Frame(0.0, b"postfix/cleanup", b"mx postfix/cleanup[1]", message + b": 5.7.1 No")
    fact = postfix.read(frame)
    if not isinstance(fact, Rejection):
        raise TypeError(message)
    told = (fact.client, fact.queue_id, fact.fate, fact.enhanced, fact.text, fact.helo)
    if told != (b"", b"4jcFJT63V0zSx", Fate.REFUSED, b"5.7.1", b"No", b""):
        raise ValueError(fact)


def check_exim(helo: bytes, sender: bytes, recipient: bytes) -> None:
    """A line that may be forged is not believed, which is no fact."""
    message = b"H=(%b) [%b] F=<%b> rejected RCPT <%b>: relay not permitted" % (
        helo,
        CLIENT,
        sender,
        recipient,
    )
    fact = exim.read(Frame(0.0, b"exim", b"", message))
    if isinstance(fact, Unread):
        return
    if not isinstance(fact, Rejection) or fact.client != CLIENT or fact.name is not None:
        raise ValueError((message, fact))
    if fact.flaw is not None or fact.fate is not Fate.REFUSED:
        raise ValueError((message, fact))


def read_messages(data: bytes) -> None:
    helo, sender, recipient, *_ = (*data.replace(b"\n", b"?").split(b"\0"), b"", b"")
    check_postfix(helo, sender, recipient)
    check_content(helo, sender, recipient)
    check_exim(helo, sender, recipient)


atheris.Setup(sys.argv, read_messages)
atheris.Fuzz()
