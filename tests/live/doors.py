"""A mail host that is asked in every way: Postfix by two protocols, and Exim.

Owns the mail servers, what each puts around the words it is given, and where its messages arrive.
Knows nothing of what is right.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from tests.live.door_cases import DOORS, Door, Turn
from tests.live.exim import Exim, documented_lines
from tests.live.gateway import addresses_on_loopback, gateway
from tests.live.hosted import Hosted
from tests.live.logins import Logins
from tests.live.port_numbers import Port
from tests.live.postfix import (
    MILTER_OVER_UNIX,
    POLICY_OVER_UNIX,
    POLICY_SERVICE_PORT,
    Postfix,
    Service,
    standard_services,
)
from tests.live.process import wait_until
from tests.live.smtp import Conversation, Reply, deliver_many

PORTS: Final[Mapping[Door, int]] = {
    "policy": Port.DOOR_POLICY,
    "milter": Port.DOOR_MILTER,
    "exim": Port.DOOR_EXIM,
}
_EXIM_BEHIND_GATEWAY: Final = Port.DOOR_EXIM_BEHIND_GATEWAY

_SOCKET: Final = "private/gotrdns"
_MARK: Final = "X-Gotrdns"
_TOKEN: Final = "X-Case"
_FATES: Final = {(450, "4.7.25"): "defer", (550, "5.7.25"): "refuse"}
_WRAPPING_OF_POLICY: Final = re.compile(r"<[^>]*>: Client host rejected: ")
_IN_FRONT_OF_TEXT: Final = len("550 5.7.25 ")

_MORE_DOORS: Final = """\
[milter]
listen = ["unix:{milter}"]

[exim]
listen = ["unix:{exim}"]

[page]
public-url = "https://rdns.recipient.example"
"""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What became of each recipient, in the words of a case, and what each was told.

    `marks` are those of the message as it arrived. A `fate` that no case knows is the reply itself.
    """

    fates: tuple[str, ...]
    words: tuple[str, ...]
    marks: tuple[str, ...]
    longest_line: int


class MailHost:
    """The mail servers. They outlive daemons, which listen where `hosted` lets them."""

    def __init__(self, directory: Path, clients: Sequence[str]) -> None:
        """`clients` are who will come by Exim, which must find their addresses here."""
        directory.mkdir()
        self._exim_socket = directory / "exim.socket"
        self._logins = Logins(directory / "logins")
        self._clients = clients
        self._tokens = 0
        self.postfix = Postfix(
            directory / "postfix",
            policy_socket=_SOCKET,
            services=_services(),
            parameters={
                "myorigin": "recipient.example",
                "smtpd_sasl_auth_enable": "yes",
                "smtpd_sasl_type": "dovecot",
                "smtpd_sasl_path": f"{directory}/logins",
            },
        )
        self.exim = Exim(
            directory / "exim", documented_lines(self._exim_socket), _EXIM_BEHIND_GATEWAY
        )
        self._ends = ExitStack()

    def __enter__(self) -> "MailHost":
        with ExitStack() as started:
            for each in (self._logins, self.postfix, self.exim):
                started.enter_context(each)
            started.enter_context(addresses_on_loopback(map(ip_address, self._clients)))
            self._ends = started.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    @asynccontextmanager
    async def hosted(self, directory: Path, mode: str, policy: str) -> AsyncIterator[Hosted]:
        """A daemon behind all doors."""
        # An smtpd that still holds a connection to a former daemon would let one mail in.
        await asyncio.to_thread(self.postfix.restart)
        more = _MORE_DOORS.format(milter=self.postfix.milter_socket, exim=self._exim_socket)
        async with (
            Hosted(directory, self.postfix.policy_socket, mode, policy=policy, more=more) as daemon,
            gateway(PORTS["exim"], _EXIM_BEHIND_GATEWAY),
        ):
            yield daemon

    async def ask(self, turns: Sequence[Turn]) -> Sequence[Reaction]:
        """What happens to all who come at once, each by a door."""
        tokens = [self._token() for _ in turns]
        conversations: dict[str, Conversation] = {}

        async def come_by(door: Door) -> None:
            theirs = [
                (token, case.envelope({_TOKEN: token}))
                for token, (case, its) in zip(tokens, turns, strict=True)
                if its == door
            ]
            answers = await deliver_many([each for _, each in theirs], PORTS[door], at_once=40)
            conversations.update(zip([each for each, _ in theirs], answers, strict=True))

        await asyncio.gather(*map(come_by, DOORS))
        accepted = {token for token, each in conversations.items() if each.accepted}
        messages = await asyncio.to_thread(self._arrived, accepted)
        return [
            _reaction(door, conversations[token], messages.get(token, ()))
            for token, (_, door) in zip(tokens, turns, strict=True)
        ]

    def _token(self) -> str:
        self._tokens += 1
        return str(self._tokens)

    def _arrived(self, tokens: set[str]) -> Mapping[str, Sequence[EmailMessage]]:
        """The messages with these tokens, once all of them are there."""
        found: dict[str, list[EmailMessage]] = {}

        def is_complete() -> bool:
            found.clear()
            postfix = [each.message for each in self.postfix.delivered()]
            for message in (*postfix, *self.exim.delivered()):
                found.setdefault(str(message[_TOKEN]), []).append(message)
            return tokens <= found.keys()

        wait_until(is_complete, "delivery", seconds=20.0)
        return found


def _services() -> Sequence[Service]:
    """As elsewhere, on ports of our own."""
    standard = {each.port: each for each in standard_services(_SOCKET, POLICY_SERVICE_PORT)}
    return (
        Service(PORTS["policy"], standard[POLICY_OVER_UNIX].parameters),
        Service(PORTS["milter"], standard[MILTER_OVER_UNIX].parameters),
    )


def _reaction(door: Door, conversation: Conversation, messages: Sequence[EmailMessage]) -> Reaction:
    end = conversation.refusal or Reply(0, "", conversation.broken or "")
    replies = conversation.recipients or [end]
    marks = {tuple(str(mark) for mark in each.get_all(_MARK, [])) for each in messages}
    return Reaction(
        fates=tuple(_fate(each) for each in replies),
        words=tuple(_words(door, each) for each in replies if not each.positive),
        marks=tuple(mark for each in sorted(marks) for mark in each),
        longest_line=_longest_line(conversation),
    )


def _fate(reply: Reply) -> str:
    if reply.positive:
        return "accept"
    return _FATES.get((reply.code, reply.enhanced), str(reply))


def _words(door: Door, reply: Reply) -> str:
    """What the client was told, as it was before its mail server wrapped it or broke its line."""
    text = reply.text.replace("\n", " ")
    if door != "policy":
        return text
    return _WRAPPING_OF_POLICY.sub("", text) if _WRAPPING_OF_POLICY.match(text) else f"bare: {text}"


def _longest_line(conversation: Conversation) -> int:
    """Octets of the longest line of all replies to recipients, its end included."""
    texts = [line for each in conversation.recipients for line in each.text.split("\n")]
    return max((_IN_FRONT_OF_TEXT + len(each) + len("\r\n") for each in texts), default=0)
