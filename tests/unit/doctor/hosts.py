"""A host that is in order in every respect, for tests that plant one fault in it.

Owns what is in order: a chrooted Postfix that asks gotrdns as documented, a good resolver on
loopback, a daemon that runs as its settings say. Implements ``doctor.host.Host``.
"""

import asyncio
import contextlib
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from gotrdns import __version__
from gotrdns.doctor import Wishes, examine
from gotrdns.doctor.host import FileStatus, Room, User
from gotrdns.lookup import CONTROL_QUESTION, Outcome, Question, RecordType, Resolver
from gotrdns.names import ROOT, Address
from gotrdns.protocols.endpoints import Endpoint
from gotrdns.reports.examination import Fault, Finding, Wrong
from gotrdns.reports.status import Listener, Server, Status, encode_status
from gotrdns.resolution.inspecting import Heard
from gotrdns.resolution.scripted import ScriptedResolver, World
from gotrdns.resolution.servers import ServerAddress, choose_servers
from gotrdns.settings import Settings
from gotrdns.settings.reading import read_text
from gotrdns.store.inspecting import StoreCondition
from tests.unit.statuses import WELL

NOW = 1_800_000_000.0
QUEUE = Path("/var/spool/postfix")
SOCKET = QUEUE / "private/gotrdns"
MILTER_SOCKET = QUEUE / "private/gotrdns-milter"
COPY = QUEUE / "etc/resolv.conf"
SETTINGS = Path("/etc/gotrdns/gotrdns.toml")
MAIL_LOG = Path("/var/log/mail.log")
CONTROL = "unix:/run/gotrdns/control"
RESOLVER = "127.0.0.1:53"
IPV4 = Address.parse("81.20.30.10")
IPV6 = Address.parse("2001:470:1f0b:10::25")
CALL = "check_policy_service {{ {place}, {attributes} }}"
ATTRIBUTES = "timeout=15s, try_limit=1, default_action=DUNNO"
OURS = CALL.format(place="unix:private/gotrdns", attributes=ATTRIBUTES)

MAIN = {
    "compatibility_level": "3.6",
    "inet_interfaces": "all",
    "inet_protocols": "all",
    "mail_owner": "postfix",
    "maillog_file": "",
    "milter_command_timeout": "30s",
    "milter_default_action": "accept",
    "myhostname": "mail.business.example",
    "proxy_interfaces": "",
    "queue_directory": str(QUEUE),
    "relayhost": "",
    "smtp_bind_address": "",
    "smtp_bind_address6": "",
    "smtp_helo_name": "mail.business.example",
    "smtpd_client_restrictions": f"permit_mynetworks, permit_sasl_authenticated {OURS}",
    "smtpd_delay_reject": "yes",
    "smtpd_milters": "unix:private/opendkim, unix:private/gotrdns-milter",
    "smtpd_policy_service_default_action": "451 4.3.5 Server configuration problem",
    "smtpd_policy_service_timeout": "100s",
    "smtpd_policy_service_try_limit": "2",
    "smtpd_restriction_classes": "",
}
MASTER = """\
smtp       inet  n       -       y       -       -       smtpd
submission inet  n       -       y       -       -       smtpd -o smtpd_client_restrictions=
qmgr       unix  n       -       n       300     1       qmgr
smtp       unix  -       -       y       -       -       smtp
"""
OVERRIDES = """\
submission/inet/smtpd_client_restrictions =
submission/inet/smtpd_milters =
"""
SETTINGS_TEXT = """\
[policy]
mode = "strict"
[resolver]
servers = ["127.0.0.1"]
[milter]
listen = ["unix:/var/spool/postfix/private/gotrdns-milter"]
"""
WORLD = """
10.30.20.81.in-addr.arpa. PTR mail.business.example.
mail.business.example. A 81.20.30.10
mail.business.example. AAAA 2001:470:1f0b:10::25
5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.b.0.f.1.0.7.4.0.1.0.0.2.ip6.arpa. PTR mail.business.example.
"""


def listeners(postfix: str) -> tuple[Listener, ...]:
    return (Listener("postfix", postfix, 1), Listener("milter", f"unix:{MILTER_SOCKET}", 0))


STATUS = msgspec.structs.replace(
    WELL,
    version=__version__,
    listeners=listeners(f"unix:{SOCKET}"),
    resolver=msgspec.structs.replace(WELL.resolver, servers=(Server(RESOLVER, False, 1, 1, 0),)),
)
_CONNECTION = "Jan  1 00:00:00 mx postfix/smtpd[4711]: connect from unknown[{address}]\n"


def log_of(*addresses: str) -> str:
    return "".join(_CONNECTION.format(address=each) for each in addresses)


def socket_status(mode: int = 0o666, owner: int = 900, group: int = 900) -> FileStatus:
    return FileStatus(stat.S_IFSOCK | mode, owner, group, NOW)


def directory_status(mode: int = 0o755, owner: int = 0, group: int = 0) -> FileStatus:
    return FileStatus(stat.S_IFDIR | mode, owner, group, NOW)


def honest(question: Question) -> Heard:
    """What a good resolver answers to the doctor's questions."""
    if question == CONTROL_QUESTION or question == Question(ROOT, RecordType.SOA):
        return Heard(Outcome.FOUND, 0.0004, recursive=True, authenticated=True, signed=True)
    outcome = Outcome.NODATA if question.name.text == "arpa" else Outcome.NXDOMAIN
    return Heard(outcome, 0.05, recursive=True, authenticated=True, signed=True)


class FakeHost:
    """In order, until a test changes one of its attributes."""

    def __init__(self) -> None:
        self.files: dict[Path, str | OSError] = {
            Path("/etc/resolv.conf"): "# ours\nnameserver 127.0.0.1\n",
            COPY: "nameserver 127.0.0.1\n",
            MAIL_LOG: log_of(*(f"81.20.31.{number}" for number in range(1, 31))),
            SETTINGS: SETTINGS_TEXT,
        }
        self.statuses: dict[Path, FileStatus | OSError] = {
            QUEUE / "private": directory_status(0o700, owner=101),
            SOCKET: socket_status(),
            MILTER_SOCKET: socket_status(),
        }
        self.rooms = {
            QUEUE: Room(1, 100 << 30, 50 << 30, 1_000_000, 900_000),
            Path("/var/lib/gotrdns"): Room(2, 100 << 30, 50 << 30, 0, 0),
        }
        self.main = dict(MAIN)
        self.classes: dict[str, str] = {}
        self.master = MASTER
        self.overrides = OVERRIDES
        self.postconf: Exception | None = None
        self.sockets: dict[str, bytes | Exception] = {
            f"unix:{SOCKET}": b"action=DUNNO\n\n",
            f"unix:{MILTER_SOCKET}": b"\0\0\0\rO" + bytes(12),
            CONTROL: encode_status(STATUS),
        }
        self.heard: dict[str, dict[str, Heard]] = {}
        self.world = WORLD
        self.sources: dict[bool, Address | None] = {False: IPV4, True: IPV6}
        self.users = {"postfix": User("postfix", 101, frozenset({101}))}
        self.hosts = {"localhost": [Address.parse("127.0.0.1"), Address.parse("::1")]}
        self.time = NOW
        self.synchronised: bool | None = True
        self.store: StoreCondition | Exception = StoreCondition(newest=NOW - 5)
        self.asked: list[bytes] = []

    def tell(self, status: Status) -> None:
        self.sockets[CONTROL] = encode_status(status)

    def answer(self, server: str, **outcomes: Heard) -> None:
        """What a resolver says to ``control``, ``fresh``, ``nodata`` or ``signed`` instead."""
        self.heard.setdefault(server, {}).update(outcomes)

    def read_text(self, path: Path) -> str:
        found = self.files.get(path, FileNotFoundError(2, "No such file or directory"))
        if isinstance(found, OSError):
            raise found
        return found

    def read_end(self, path: Path, octets: int) -> str:
        return self.read_text(path)[-octets:]

    def settings_at(self, path: Path) -> Settings:
        return read_text(Settings, self.read_text(path), path)

    def look_at(self, path: Path) -> FileStatus:
        found = self.statuses.get(path)
        if found is None and path not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        if isinstance(found, OSError):
            raise found
        return found or FileStatus(stat.S_IFREG | 0o644, 0, 0, NOW)

    def room_at(self, path: Path) -> Room:
        if path not in self.rooms:
            raise FileNotFoundError(2, "No such file or directory")
        return self.rooms[path]

    def user(self, name: str) -> User | None:
        return self.users.get(name)

    def now(self) -> float:
        return self.time

    def clock_is_synchronised(self) -> bool | None:
        return self.synchronised

    def source_address(self, *, ipv6: bool) -> Address | None:
        return self.sources[ipv6]

    def has_address(self, address: Address) -> bool:
        return address in self.sources.values()

    def addresses_of(self, name: str) -> Sequence[Address]:
        return self.hosts.get(name, [])

    async def run(self, *command: str) -> str:
        if self.postconf is not None:
            raise self.postconf
        if command == ("postconf", "-M"):
            return self.master
        if command == ("postconf", "-P", "-x"):
            return self.overrides
        assert command[:2] == ("postconf", "-x")
        known = self.main | self.classes
        return "".join(f"{name} = {known.get(name, '')}\n" for name in command[2:])

    async def converse(
        self, endpoint: Endpoint, question: bytes, is_whole: Callable[[bytes], bool]
    ) -> bytes:
        assert not is_whole(b"")
        self.asked.append(question)
        answer = self.sockets.get(str(endpoint), FileNotFoundError(2, "No such file or directory"))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def servers(self, named: Sequence[str]) -> Sequence[ServerAddress]:
        return choose_servers(named or ["127.0.0.1"])

    async def inspect(self, server: ServerAddress, question: Question) -> Heard:
        kinds = {CONTROL_QUESTION: "control", Question(ROOT, RecordType.SOA): "signed"}
        arpa = question.name.text == "arpa"
        kind = kinds.get(question) or ("nodata" if arpa else "fresh")
        return self.heard.get(server.text, {}).get(kind) or honest(question)

    @contextlib.contextmanager
    def resolver(self, servers: Sequence[ServerAddress]) -> Iterator[Resolver]:
        assert servers
        yield ScriptedResolver(World.parse(self.world))

    async def inspect_store(self, url: str) -> StoreCondition:
        assert url
        if isinstance(self.store, Exception):
            raise self.store
        return self.store


WISHES = Wishes(settings=SETTINGS)


def find(host: FakeHost, wishes: Wishes = WISHES) -> list[Finding]:
    return asyncio.run(examine(host, wishes))


def faults(found: list[Finding]) -> dict[Fault, list[dict[str, str]]]:
    planted: dict[Fault, list[dict[str, str]]] = {}
    for each in found:
        if isinstance(each, Wrong):
            planted.setdefault(each.fault, []).append(dict(each.details))
    return planted
