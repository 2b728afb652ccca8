"""The milter's door on real sockets of this host, under both event loops."""

import asyncio
import random
from pathlib import Path

import pytest

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address
from gotrdns.policy import Action, Mode, Rule
from tests.unit.event_loops import Run
from tests.unit.milter_service import (
    ABORT,
    CONTINUE,
    END,
    HOST,
    LISTED,
    NEXT_CLIENT,
    OF_OLD,
    PASSED,
    QUIT,
    connect,
    header,
    helo,
    message,
    packet,
    recipient,
    removal,
    sender,
    serving,
    verdict_field,
)
from tests.unit.policy_service import CONFIRMED, SLOW, WITHOUT_PTR, pointer

REFUSED = b"y550 5.7.25 203.0.114.2 has no reverse name"
FORGED = header(b"Authentication-Results", f"{HOST}; iprev=pass".encode())


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_client_is_let_through_or_refused(run: Run, tmp_path: Path, kind: str) -> None:
    async def main() -> None:
        async with serving(tmp_path / "socket" if kind == "unix" else None) as site:
            peer = await site.connect()
            assert await peer.ask(message(CONFIRMED)) == CONTINUE
            assert await peer.end() == PASSED
            peer.send(NEXT_CLIENT, connect(WITHOUT_PTR), helo(), sender())
            assert (await peer.ask(recipient())).startswith(REFUSED)
            peer.send(QUIT)
            assert await peer.rest() == b""
            assert [each.action for each in site.witness.decisions] == [Action.PASS, Action.REFUSE]

    run(main())


def test_an_old_mail_server_hears_after_every_command(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect(OF_OLD)
            for each in (connect(CONFIRMED), helo(), sender(), recipient(), FORGED):
                assert await peer.ask(each) == CONTINUE
            for signal in (b"T", b"U", b"N", b"B"):
                assert await peer.ask(packet(signal, b"x")) == CONTINUE
            peer.send(END)
            assert await peer.end() == [removal("Authentication-Results", 1), *PASSED]
            await peer.close()

    run(main())


def test_a_mail_server_that_lets_nothing_be_changed_is_asked_for_nothing(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect((6, 0, 0x1FFFFF))
            assert await peer.ask(message(CONFIRMED, FORGED)) == CONTINUE
            assert await peer.end() == []
            await peer.close()

    run(main())


def test_forged_fields_are_taken_out_the_last_first(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            fields = [
                header(b"authentication-results", b"mx.elsewhere.example; spf=pass"),
                header(b"AUTHENTICATION-RESULTS ", f'(x) "{HOST.upper()}" 1; none'.encode()),
                header(b"Subject", f"{HOST}; iprev=pass".encode()),
                header(b"X-Gotrdns", b"iprev=pass"),
                header(b"x-gotrdns", b""),
                FORGED,
            ]
            assert await peer.ask(message(CONFIRMED, *fields)) == CONTINUE
            assert await peer.end() == [
                removal("X-Gotrdns", 2),
                removal("X-Gotrdns", 1),
                removal("Authentication-Results", 3),
                removal("Authentication-Results", 2),
                *PASSED,
            ]
            await peer.close()

    run(main())


def test_a_message_with_a_thousand_forged_fields_is_cleaned_and_one_with_more_refused(
    run: Run,
) -> None:
    async def main() -> None:
        async with serving(mode=Mode.OBSERVE) as site:
            peer = await site.connect()
            mark = header(b"X-Gotrdns", b"iprev=pass")
            assert await peer.ask(message(CONFIRMED, mark, *[FORGED] * 1000)) == CONTINUE
            refusal = await peer.ask()
            assert refusal.startswith(b"y550 5.7.1 the message has more than 1000 header fields")
            assert HOST.encode() in refusal
            assert await peer.ask(sender(), recipient(), *[FORGED] * 1000, END) == CONTINUE
            assert len(await peer.end()) == 1000 + len(PASSED)
            await peer.close()

    run(main())


def test_observe_refuses_nothing_and_marks_once(run: Run) -> None:
    async def main() -> None:
        async with serving(mode=Mode.OBSERVE) as site:
            peer = await site.connect()
            peer.send(connect(WITHOUT_PTR), helo(), sender())
            assert await peer.ask(recipient()) == CONTINUE
            assert await peer.ask(recipient(b"writer@recipient.example")) == CONTINUE
            peer.send(END)
            mark, results = await peer.end()
            assert mark[1].startswith(b"\0\0\0\0X-Gotrdns\0iprev=permerror cause=no-ptr address=")
            assert b"action=would-refuse rule=observe" in mark[1]
            assert results == verdict_field("permerror", "no-ptr", WITHOUT_PTR)
            await peer.close()

    run(main())


@pytest.mark.parametrize(
    ("client", "login"), [(WITHOUT_PTR, b"someone"), (LISTED, b""), (None, b"")]
)
def test_an_exempt_client_gets_no_verdict_and_loses_forged_ones(
    run: Run, client: Address | None, login: bytes
) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            assert await peer.ask(message(client, FORGED, login=login)) == CONTINUE
            assert await peer.end() == [removal("Authentication-Results", 1)]
            await peer.close()

    run(main())


def test_a_login_holds_for_its_own_message_and_client(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            peer.send(connect(WITHOUT_PTR), helo(), sender(login=b"someone"))
            assert await peer.ask(recipient()) == CONTINUE
            peer.send(END)
            assert await peer.end() == []
            assert (await peer.ask(sender(), recipient())).startswith(REFUSED)
            peer.send(ABORT)
            assert await peer.ask(sender(login=b"someone"), recipient()) == CONTINUE
            peer.send(ABORT)
            assert (await peer.ask(sender(), recipient())).startswith(REFUSED)
            peer.send(sender(login=b"someone"), NEXT_CLIENT, connect(WITHOUT_PTR), sender())
            assert (await peer.ask(recipient())).startswith(REFUSED)
            await peer.close()

    run(main())


def test_each_recipient_is_decided_about_and_the_message_tells_the_verdict(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            peer.send(connect(WITHOUT_PTR), helo(), sender())
            assert (await peer.ask(recipient())).startswith(REFUSED)
            assert await peer.ask(recipient(b"Postmaster")) == CONTINUE
            assert await peer.ask(recipient(b'"abuse"@recipient.example')) == CONTINUE
            assert await peer.ask(recipient(b"someone@optout.example")) == CONTINUE
            peer.send(END)
            assert await peer.end() == [verdict_field("permerror", "no-ptr", WITHOUT_PTR)]
            assert [each.rule for each in site.witness.decisions] == [
                Rule.STRICT,
                Rule.ROLE_RECIPIENT,
                Rule.ROLE_RECIPIENT,
                Rule.OPTED_OUT_RECIPIENT,
            ]
            await peer.close()

    run(main())


def test_nothing_of_a_message_is_left_for_the_next(run: Run) -> None:
    async def main() -> None:
        async with serving(mode=Mode.OBSERVE) as site:
            peer = await site.connect()
            peer.send(connect(WITHOUT_PTR), helo(), sender(), recipient(), FORGED, ABORT)
            assert await peer.reply() == (CONTINUE, b"")
            peer.send(NEXT_CLIENT, message(CONFIRMED))
            assert await peer.reply() == (CONTINUE, b"")
            assert await peer.end() == PASSED
            peer.send(sender(), recipient(), FORGED, END)
            assert await peer.reply() == (CONTINUE, b"")
            assert await peer.end() == [removal("Authentication-Results", 1), *PASSED]
            await peer.close()

    run(main())


@pytest.mark.parametrize(
    ("setting", "host", "expected"),
    [
        ("mail.example.org", HOST, "mail.example.org"),
        ("", "mx.recipient.example", "mx.recipient.example"),
        ("", "", "this.host.example"),
    ],
)
def test_who_says_so_is_as_set_or_the_mail_servers_name_or_this_host(
    run: Run, setting: str, host: str, expected: str
) -> None:
    async def main() -> None:
        async with serving(authserv_id=setting) as site:
            peer = await site.connect()
            forged = header(b"Authentication-Results", f"{expected}; iprev=pass".encode())
            peer.send(connect(CONFIRMED, host.encode()), helo(), sender(), recipient(), forged, END)
            assert await peer.reply() == (CONTINUE, b"")
            assert await peer.end() == [
                removal("Authentication-Results", 1),
                verdict_field("pass", "confirmed", CONFIRMED, expected),
            ]
            await peer.close()

    run(main())


def test_an_undecided_recipient_holds_back_what_follows(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            peer.send(message(SLOW, FORGED), NEXT_CLIENT, message(CONFIRMED), QUIT)
            await site.until(lambda: pointer(SLOW) in site.resolver.waiting)
            assert site.witness.decisions == []
            site.resolver.answer(pointer(SLOW), Answer(Outcome.SERVFAIL))
            command, text = await peer.reply()
            assert command + text[:11] == b"y450 4.7.25 "
            assert await peer.end() == [
                removal("Authentication-Results", 1),
                verdict_field("temperror", "reverse-servfail", SLOW),
            ]
            assert await peer.reply() == (CONTINUE, b"")
            assert await peer.end() == PASSED
            assert await peer.rest() == b""

    run(main())


def test_the_deadline_answers_when_dns_does_not(run: Run) -> None:
    async def main() -> None:
        async with serving(deadline=0.05) as site:
            peer = await site.connect()
            assert (await peer.ask(message(SLOW))).startswith(b"y450 4.7.25 ")
            await peer.close()

    run(main())


def test_a_look_up_begins_with_helo(run: Run) -> None:
    async def main() -> None:
        async with serving() as site:
            peer = await site.connect()
            peer.send(connect(SLOW), helo())
            await site.until(lambda: pointer(SLOW) in site.resolver.waiting)
            site.resolver.known[pointer(SLOW)] = Answer(Outcome.NXDOMAIN)
            assert (await peer.ask(sender(), recipient())).startswith(b"y550 5.7.25 203.0.114.3")
            assert len(site.witness.decisions) == 1
            for client in (LISTED, None):
                peer.send(NEXT_CLIENT, connect(client), helo())
            assert await peer.ask(sender(), recipient()) == CONTINUE
            assert pointer(LISTED) not in site.resolver.asked
            await peer.close()

    run(main())


def test_packets_may_be_cut_anywhere(run: Run) -> None:
    chance = random.Random(7)
    stream = b"".join(
        [message(CONFIRMED, FORGED), NEXT_CLIENT, message(WITHOUT_PTR), NEXT_CLIENT, QUIT]
    )

    async def main() -> None:
        async with serving() as site:
            answers = set()
            for longest in (len(stream), 40, 3):
                peer = await site.connect()
                rest = stream
                while rest:
                    size = chance.randint(1, longest)
                    peer.send(rest[:size])
                    rest = rest[size:]
                    await asyncio.sleep(0)
                answers.add(await peer.rest())
            assert len(answers) == 1

    run(main())
