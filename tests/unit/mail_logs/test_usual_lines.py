"""What is found in a text of many lines is what each line says that is read by itself."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.mail_log_lines import MailLog
from gotrdns.mail_logs.facts import Fact, Unread
from gotrdns.mail_logs.formats import exim, postfix
from gotrdns.mail_logs.formats.frames import Framer
from gotrdns.mail_logs.formats.line_reader import LineReader
from gotrdns.mail_logs.formats.postfix_usual import USUAL
from gotrdns.mail_logs.formats.readers import READERS
from gotrdns.mail_logs.formats.times import Clock
from tests.unit.mail_logs.lines_read import LATEST

SAYS = (
    b"connect from unknown[192.0.2.1]",
    b"connect from reject.example[192.0.2.1]:25",
    b"disconnect from a.example[2001:db8::1] ehlo=1 rcpt=0/1 commands=1/2",
    b"lost connection after RCPT from reject.example[192.0.2.1]",
    b"Anonymous TLS connection established from reject: x[192.0.2.1]: TLSv1.3",
    b"warning: reject.example[192.0.2.1]: SASL LOGIN authentication failed: reject: x",
    b"warning: hostname a.example does not resolve to address 192.0.2.1: System error",
    b"warning: numeric hostname: 192.0.2.1",
    b"warning: valid_hostname: misplaced delimiter: .",
    b"warning: valid_hostname: invalid character 13(decimal): a\rb",
    b"A1B2C3D4E5: client=a.example[192.0.2.1], sasl_method=PLAIN, sasl_username=u",
    b"NOQUEUE: client=a.example[192.0.2.1]",
    b"NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.7.25 Client host rejected: cannot find "
    b"your hostname, [192.0.2.1]; from=<a@a> to=<b@b> proto=ESMTP helo=<h>",
    b"NOQUEUE: reject_warning: CONNECT from a.example[192.0.2.1]: 554 No; proto=SMTP",
    b"A1B2C3D4E5: milter-reject: END-OF-MESSAGE from a.example[192.0.2.1]: 4.7.1 /smtpd[1]: "
    b"connect from unknown[6.6.6.6]",
    b"A1B2C3D4E5: reject: header x from a.example[192.0.2.1]; from=<a> to=<b> proto=SMTP: 5.7.1 no",
    b"NOQUEUE: reject: ",
)
SERVICES = (b"smtpd", b"submission/smtpd", b"postscreen", b"cleanup", b"qmgr", b"dnsblog")
STAMPS = (
    b"Nov 23 17:33:02",
    b"Nov 23 17:34:02",
    b"Nov 31 17:33:02",
    b"Jan  1 00:00:00",
    b"2026-11-23T17:33:02.5+01:00",
    b"2026-11-23 17:33:02 H=(h) [192.0.2.9] F=<a@a> rejected RCPT <b@b>: no",
)
ENDS = (b"\n", b"\n", b"\n", b"\r\n", b"\r\r\n", b" \n", b"\0\n", b"")


def by_itself(text: bytes) -> tuple[list[Fact], int]:
    """As plainly as it can be done: every line is framed, and asked of both readers."""
    framer = Framer(Clock(LATEST))
    facts, unread = [], 0
    for line in text.split(b"\n")[:-1]:
        whole = line.removesuffix(b"\r")
        is_read = True
        for reader in (postfix, exim):
            if not reader.is_of_interest(whole):
                continue
            frame = framer.read(whole)
            if frame is None:
                is_read = False
                frame = framer.read(whole.lstrip(b"\0")) if whole.startswith(b"\0") else None
            found = reader.read(frame) if frame else Unread.SAYS_NOTHING
            is_read = is_read and found is not Unread.UNKNOWN_FORM
            if not isinstance(found, Unread):
                facts.append(found)
        unread += not is_read
    return facts, unread


def check(texts: Iterable[bytes]) -> list[Fact]:
    lines = LineReader(Clock(LATEST), READERS)
    together = [lines.read(text) for text in texts]
    facts, unread = by_itself(b"".join(texts))

    assert [fact for each in together for fact in each.facts] == facts
    assert sum(each.unknown + each.damaged for each in together) == unread
    assert sum(sum(each.by_server.values()) for each in together) == len(facts)
    return facts


def cut(text: bytes, chance: random.Random) -> list[bytes]:
    """Texts of whole lines."""
    lines = text.splitlines(keepends=True)
    texts = []
    while lines:
        count = chance.randrange(1, 200)
        texts.append(b"".join(lines[:count]))
        del lines[:count]
    return texts


@pytest.mark.parametrize("seed", [11, 12])
def test_generated_lines(seed: int) -> None:
    text = "".join(f"{line}\n" for line in MailLog(seed).lines(5_000)).encode()

    assert len(check(cut(text, random.Random(seed)))) > 2_000
    assert len(USUAL.findall(text)) > 2_000


@pytest.mark.parametrize("seed", range(6))
def test_mangled_lines(seed: int) -> None:
    """Octets lost, changed or put elsewhere."""
    chance = random.Random(seed)
    text = bytearray("".join(f"{line}\n" for line in MailLog(seed).lines(1_500)).encode())
    for _ in range(400):
        at = chance.randrange(len(text))
        match chance.randrange(3):
            case 0:
                text[at] = chance.randrange(256)
            case 1:
                del text[at : at + chance.randrange(80)]
            case _:
                start = chance.randrange(len(text))
                text[at:at] = text[start : start + chance.randrange(80)]

    whole = bytes(text[: text.rfind(b"\n") + 1]).replace(b"\x85", b"").replace(b"\x0b", b"")
    assert check([whole])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(STAMPS),
            st.sampled_from(SERVICES),
            st.integers(1, 3),
            st.sampled_from(SAYS),
            st.sampled_from(ENDS),
        ),
        max_size=25,
    )
)
def test_lines_of_all_kinds_in_any_order(
    lines: list[tuple[bytes, bytes, int, bytes, bytes]],
) -> None:
    text = b"".join(
        b"%b mx postfix/%b[%d]: %b%b" % (stamp, service, pid, says, end)
        for stamp, service, pid, says, end in lines
    )
    check([text + b"\n"])
