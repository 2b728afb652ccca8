"""What a mail filter answers, as an independent implementation reads it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kilter.protocol import messages as kilter
from kilter.protocol.buffer import SimpleBuffer

from gotrdns.protocols.milter import (
    Connect,
    Family,
    Header,
    Helo,
    Offer,
    Recipient,
    Sender,
    Signal,
)
from gotrdns.protocols.milter_replies import (
    CONTINUE,
    Action,
    Agreement,
    MacroStage,
    Step,
    agree,
    defer,
    encode_agreement,
    insert_header,
    octets_of_wrapping,
    refuse,
    remove_header,
    split_lines,
)

EVERYTHING = Offer(6, 0x1FF, 0x1FFFFF)
# What Sendmail 8.13 and Postfix before 2.6 offered.
OLD = Offer(2, 0x3F, 0x7F)
COMMANDS = (
    Connect("h", Family.UNKNOWN),
    Helo("h"),
    Sender("a@b"),
    Header("Subject", "x"),
    Signal.DATA,
    Signal.END_OF_HEADERS,
    Signal.BODY,
    Signal.UNKNOWN_SMTP_COMMAND,
)


def agreed(offer: Offer) -> Agreement:
    agreement = agree(offer)
    assert agreement is not None
    return agreement


def read(reply: bytes) -> kilter.Message:
    buffer = SimpleBuffer(len(reply) + 1)
    buffer[:] = reply
    message, length = kilter.Message.unpack(buffer)
    assert length == len(reply)
    return message


def reply_lines(reply: bytes) -> list[str]:
    """What the client of the mail server sees."""
    message = read(reply)
    assert isinstance(message, kilter.ReplyCode)
    text = reply[5:-1].decode("ascii")
    assert text.replace("%%", "").count("%") == 0
    return text.replace("%%", "%").split("\r\n")


@given(st.integers(2, 9), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_nothing_is_asked_for_that_is_not_offered(version: int, actions: int, steps: int) -> None:
    agreement = agreed(Offer(version, actions, steps))
    assert agreement.version == min(version, 6)
    assert agreement.actions & ~actions == 0
    assert agreement.steps & ~steps == 0
    assert agreement.may_add_headers is bool(actions & 0x1)
    assert agreement.may_change_headers is bool(actions & 0x10)


def test_a_version_that_is_too_old_is_not_agreed_to() -> None:
    assert agree(Offer(1, 0x1FF, 0x7F)) is None


def test_with_all_that_is_offered_only_recipients_and_ends_of_messages_await_replies() -> None:
    agreement = agreed(EVERYTHING)
    assert not any(agreement.awaits_reply(each) for each in COMMANDS)
    assert agreement.awaits_reply(Recipient("a@b"))
    assert agreement.awaits_reply(Signal.END_OF_MESSAGE)
    never = (Signal.ABORT, Signal.QUIT, Signal.NEXT_CLIENT)
    assert not any(agreement.awaits_reply(each) for each in never)


def test_an_old_mail_server_gets_a_reply_to_every_command() -> None:
    agreement = agreed(OLD)
    assert all(agreement.awaits_reply(each) for each in COMMANDS)
    assert agreement.steps == Step.NO_BODY | Step.NO_END_OF_HEADERS


def test_an_agreement_is_read_by_another_implementation() -> None:
    macros = {MacroStage.CONNECT: ("j",), MacroStage.SENDER: ("{auth_type}", "i")}
    answer = read(encode_agreement(agreed(EVERYTHING), macros))
    assert isinstance(answer, kilter.Negotiate)
    assert answer.version == 6
    assert answer.action_flags == (
        kilter.ActionFlags.ADDHDRS | kilter.ActionFlags.CHGHDRS | kilter.ActionFlags.SETSYMLIST
    )
    flags = kilter.ProtocolFlags
    assert answer.protocol_flags == (
        flags.NO_BODY | flags.NO_EOH | flags.NO_DATA | flags.NO_UNKNOWN
        | flags.NR_CONN | flags.NR_HELO | flags.NR_MAIL | flags.NR_HDR
        | flags.NR_DATA | flags.NR_UNKN | flags.NR_EOH | flags.NR_BODY
    )  # fmt: skip
    assert answer.macros == {
        kilter.Stage.CONNECT: ["j"],
        kilter.Stage.ENVELOPE_FROM: ["{auth_type}", "i"],
    }


def test_macros_are_chosen_only_where_the_mail_server_lets_choose() -> None:
    agreement = agreed(OLD)
    assert Action.CHOOSE_MACROS not in agreement.actions
    answer = read(encode_agreement(agreement, {MacroStage.CONNECT: ("j",)}))
    assert isinstance(answer, kilter.Negotiate)
    assert answer.macros == {}


def test_a_reply_to_go_on_is_read_by_another_implementation() -> None:
    assert isinstance(read(CONTINUE), kilter.Continue)


def test_refusals_carry_the_codes_for_reverse_dns() -> None:
    assert reply_lines(refuse("no")) == ["550 5.7.25 no"]
    assert reply_lines(defer("later")) == ["450 4.7.25 later"]


def test_a_long_text_becomes_several_lines_with_the_codes_in_each() -> None:
    text = " ".join(["word"] * 300)
    first, second, *_, last = reply_lines(refuse(text))
    assert first.startswith("550-5.7.25 word")
    assert second.startswith("550-5.7.25 word")
    assert last.startswith("550 5.7.25 word")


@given(st.text(max_size=3000))
@example("100 % of %s")
@example("x" * 1500)
@example("a\r\n250 2.0.0 accepted\0")
def test_each_line_of_a_refusal_fits_smtp_and_is_printable(text: str) -> None:
    for reply in (refuse(text), defer(text)):
        lines = reply_lines(reply)
        for line in lines:
            assert len(line) + 2 <= 512
            assert all(" " <= character <= "~" for character in line)
        assert [line[3] for line in lines] == ["-"] * (len(lines) - 1) + [" "]


@given(st.text(max_size=400), st.text("abc def", max_size=900))
def test_a_line_fits_smtp_with_the_recipient_that_sendmail_puts_before_it(
    recipient: str, text: str
) -> None:
    wrapping = octets_of_wrapping(recipient)
    for line in reply_lines(refuse(text, wrapping)):
        assert len(line.encode()) + wrapping + 2 <= max(512, wrapping + 113)


@given(st.text("ab %", max_size=300), st.integers(1, 40))
def test_no_word_is_lost_between_lines(text: str, octets: int) -> None:
    lines = split_lines(text, octets)
    assert lines
    assert all(len(line) <= octets for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_header_is_inserted_on_top() -> None:
    message = read(insert_header("X-Gotrdns", "a=b\n\tc=d"))
    assert isinstance(message, kilter.InsertHeader)
    assert (message.index, message.name, bytes(message.value)) == (0, "X-Gotrdns", b"a=b\n\tc=d")


@given(st.text(max_size=2000))
@example("x\r\nBcc: all@example.org\0")
def test_no_value_of_a_header_begins_another(value: str) -> None:
    message = read(insert_header("X-Gotrdns", value))
    assert isinstance(message, kilter.InsertHeader)
    first, *others = bytes(message.value).split(b"\n")
    assert all(line.startswith(b"\t") for line in others)
    for line in (first, *others):
        assert all(0x20 <= octet < 0x7F for octet in line.removeprefix(b"\t"))
        assert len(line) < 998


@pytest.mark.parametrize("index", [1, 300])
def test_a_header_is_removed_by_its_number(index: int) -> None:
    message = read(remove_header("Authentication-Results", index))
    assert isinstance(message, kilter.ChangeHeader)
    expected = (index, "Authentication-Results", b"")
    assert (message.index, message.name, bytes(message.value)) == expected
