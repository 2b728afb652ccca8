"""A check that cannot be made says so, and why; it is neither right nor wrong."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from gotrdns import doctor
from gotrdns.doctor import EXAMINERS, Wishes
from gotrdns.doctor.host import CommandFailed, NoSuchCommand
from gotrdns.lookup import Outcome, Question
from gotrdns.names import Address
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Severity, Unmade
from gotrdns.resolution.inspecting import Heard
from gotrdns.resolution.servers import ServerAddress
from gotrdns.store.inspecting import Integrity, StoreCondition
from tests.unit.doctor.hosts import (
    CONTROL,
    COPY,
    IPV4,
    MAIL_LOG,
    QUEUE,
    RESOLVER,
    SETTINGS,
    SETTINGS_TEXT,
    SOCKET,
    WISHES,
    WORLD,
    FakeHost,
    faults,
    find,
    log_of,
)

DENIED = PermissionError(13, "Permission denied")
OF_DAEMON = {Check.DAEMON_CURRENT, Check.DAEMON_HEALTHY}
OF_POSTFIX = {
    Check.POSTFIX_ASKS,
    Check.POLICY_TIMEOUT,
    Check.POLICY_DEFAULT_ACTION,
    Check.POLICY_TRY_LIMIT,
    Check.POSTFIX_DELAYS_REJECT,
    Check.POSTFIX_CHECKS_ONCE,
    Check.MILTER_TIMEOUT,
    Check.MILTER_DEFAULT_ACTION,
    Check.CHROOT_RESOLV_CONF,
    Check.SENDING_HELO,
    Check.SOCKET_PERMITTED,
}
OF_RESOLVER = {
    Check.RESOLVER_RECURSIVE,
    Check.RESOLVER_HONEST,
    Check.RESOLVER_FAST,
    Check.RESOLVER_SOA,
    Check.RESOLVER_DNSSEC,
}
OF_SENDING = {Check.SENDING_PUBLIC, Check.SENDING_CONFIRMED, Check.SENDING_HELO}
OF_STORE = {Check.STORE_SCHEMA, Check.STORE_WRITABLE, Check.STORE_INTACT}


def hindered(found: list[Finding]) -> dict[Obstacle, set[Check]]:
    obstacles: dict[Obstacle, set[Check]] = {}
    for each in found:
        if isinstance(each, Unmade):
            obstacles.setdefault(each.obstacle, set()).add(each.check)
    return obstacles


def with_secret_settings(host: FakeHost) -> None:
    host.files[SETTINGS] = DENIED


def with_unreadable_copy(host: FakeHost) -> None:
    host.files[COPY] = OSError(5, "Input/output error")


def without_daemon(host: FakeHost) -> None:
    del host.sockets[CONTROL]


def without_control_socket(host: FakeHost) -> None:
    host.files[SETTINGS] = SETTINGS_TEXT + '[control]\nsocket = ""\n'


def without_postfix(host: FakeHost) -> None:
    host.postconf = NoSuchCommand("postconf")


def with_broken_postfix(host: FakeHost) -> None:
    host.postconf = CommandFailed("postconf: fatal: open /etc/postfix/main.cf")


def with_slow_postfix(host: FakeHost) -> None:
    host.postconf = TimeoutError()


def without_user(host: FakeHost) -> None:
    host.users = {}


def not_asking(host: FakeHost) -> None:
    host.main["smtpd_milters"] = "unix:private/opendkim"
    host.main["smtpd_client_restrictions"] = "permit_mynetworks"


def without_milter(host: FakeHost) -> None:
    host.main["smtpd_milters"] = ""


def not_chrooted(host: FakeHost) -> None:
    host.master = host.master.replace(" y ", " n ")


def with_silent_resolver(host: FakeHost) -> None:
    host.answer(RESOLVER, control=Heard(Outcome.TIMEOUT))


def without_recursion(host: FakeHost) -> None:
    host.answer(RESOLVER, control=Heard(Outcome.FOUND, 0.001))


def in_dns_trouble(host: FakeHost) -> None:
    host.world = WORLD + "10.30.20.81.in-addr.arpa. servfail\n"


def relaying(host: FakeHost) -> None:
    host.main["relayhost"] = "[smarthost.example.net]"


def without_address(host: FakeHost) -> None:
    host.sources = {False: None, True: None}


def behind_nat(host: FakeHost) -> None:
    host.sources = {False: Address.parse("192.168.1.25"), True: None}


def with_few_clients(host: FakeHost) -> None:
    host.files[MAIL_LOG] = log_of("172.17.0.1", "172.17.0.1", "nonsense")


def on_an_intranet(host: FakeHost) -> None:
    text = SETTINGS_TEXT.replace('"strict"', '"strict"\nrefuse-non-public = true')
    host.files[SETTINGS] = text


def keeping_nothing(host: FakeHost) -> None:
    host.files[SETTINGS] = SETTINGS_TEXT + '[store]\nurl = "none"\n'


def without_store(host: FakeHost) -> None:
    host.store = FileNotFoundError(2, "No such file or directory")


def with_busy_store(host: FakeHost) -> None:
    host.store = StoreCondition(refuses_writes="database is locked")


def with_server(host: FakeHost) -> None:
    host.store = StoreCondition(integrity=Integrity.ITS_OWN_BUSINESS)


def with_huge_store(host: FakeHost) -> None:
    host.store = StoreCondition(integrity=Integrity.UNKNOWN)


def without_a_word_about_the_clock(host: FakeHost) -> None:
    host.synchronised = None


def with_slow_store(host: FakeHost) -> None:
    host.store = TimeoutError()


def with_a_mistake(host: FakeHost) -> None:
    host.sources = {}


HINDERED: dict[Obstacle, tuple[Callable[[FakeHost], None], set[Check]]] = {
    Obstacle.NOT_PERMITTED: (with_secret_settings, {Check.SETTINGS_VALID}),
    Obstacle.UNREADABLE: (with_unreadable_copy, {Check.CHROOT_RESOLV_CONF}),
    Obstacle.NO_SETTINGS: (
        with_secret_settings,
        {Check.DAEMON_CURRENT, Check.POSTFIX_ASKS},
    ),
    Obstacle.NO_DAEMON: (without_daemon, OF_DAEMON),
    Obstacle.NO_CONTROL_SOCKET: (without_control_socket, OF_DAEMON | {Check.DAEMON_ANSWERS}),
    Obstacle.NO_POSTFIX: (without_postfix, OF_POSTFIX),
    Obstacle.COMMAND_FAILED: (with_broken_postfix, OF_POSTFIX | {Check.POSTFIX_FOUND}),
    Obstacle.COMMAND_SLOW: (with_slow_postfix, OF_POSTFIX | {Check.POSTFIX_FOUND}),
    Obstacle.NO_USER: (without_user, {Check.SOCKET_PERMITTED}),
    Obstacle.NOT_ASKED: (
        not_asking,
        {
            Check.POLICY_TIMEOUT,
            Check.POLICY_DEFAULT_ACTION,
            Check.POLICY_TRY_LIMIT,
            Check.POSTFIX_DELAYS_REJECT,
            Check.POSTFIX_CHECKS_ONCE,
            Check.MILTER_TIMEOUT,
        },
    ),
    Obstacle.NO_MILTER: (without_milter, {Check.MILTER_TIMEOUT, Check.MILTER_DEFAULT_ACTION}),
    Obstacle.NOT_CHROOTED: (not_chrooted, {Check.CHROOT_RESOLV_CONF}),
    Obstacle.RESOLVER_DOWN: (with_silent_resolver, OF_RESOLVER),
    Obstacle.NO_RECURSION: (without_recursion, OF_RESOLVER - {Check.RESOLVER_RECURSIVE}),
    Obstacle.UNDETERMINED: (in_dns_trouble, {Check.SENDING_CONFIRMED}),
    Obstacle.RELAYED: (relaying, OF_SENDING),
    Obstacle.NO_ADDRESS: (without_address, OF_SENDING),
    Obstacle.NOT_PUBLIC: (behind_nat, {Check.SENDING_CONFIRMED, Check.SENDING_HELO}),
    Obstacle.FEW_CLIENTS: (with_few_clients, {Check.CLIENTS_VISIBLE}),
    Obstacle.INTRANET: (on_an_intranet, {Check.CLIENTS_VISIBLE}),
    Obstacle.NOTHING_KEPT: (keeping_nothing, OF_STORE),
    Obstacle.NO_STORE: (without_store, OF_STORE),
    Obstacle.STORE_BUSY: (with_busy_store, {Check.STORE_WRITABLE}),
    Obstacle.LOOKS_AFTER_ITSELF: (with_server, {Check.STORE_INTACT}),
    Obstacle.TAKES_LONG: (with_huge_store, {Check.STORE_INTACT}),
    Obstacle.NOT_TOLD: (without_a_word_about_the_clock, {Check.CLOCK_SYNCHRONISED}),
    Obstacle.TIMED_OUT: (with_slow_store, OF_STORE | {Check.STORE_OPENS}),
    Obstacle.FAULTY: (with_a_mistake, OF_SENDING),
}


@pytest.mark.parametrize("obstacle", HINDERED, ids=lambda obstacle: obstacle.value)
def test_what_hinders_a_check_is_said_of_each_that_it_hinders(obstacle: Obstacle) -> None:
    host = FakeHost()
    plant, checks = HINDERED[obstacle]
    plant(host)
    assert hindered(find(host))[obstacle] == checks


def test_every_obstacle_is_met() -> None:
    assert set(HINDERED) == set(Obstacle)


@pytest.mark.parametrize("obstacle", HINDERED, ids=lambda obstacle: obstacle.value)
def test_every_check_is_reported_whatever_hinders(obstacle: Obstacle) -> None:
    host = FakeHost()
    HINDERED[obstacle][0](host)
    assert {each.check for each in find(host)} == set(Check)


def test_a_hindered_check_is_never_right() -> None:
    for plant, checks in HINDERED.values():
        host = FakeHost()
        plant(host)
        for each in find(host):
            # Another address or service may be right for all that.
            several = each.check in {Check.SENDING_CONFIRMED, Check.POSTFIX_ASKS}
            assert each.check not in checks or several or each.severity is not Severity.OK


def test_checks_belong_to_one_examiner_each() -> None:
    belonging = [check for _, checks in EXAMINERS for check in checks]
    assert sorted(belonging, key=list(Check).index) == list(Check)


def test_a_subject_that_takes_too_long_keeps_what_it_has_and_holds_up_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE", 0.2)

    class Slow(FakeHost):
        async def inspect(self, server: ServerAddress, question: Question) -> Heard:
            await asyncio.sleep(60)
            return await super().inspect(server, question)

    found = find(Slow())
    assert hindered(found) == {
        Obstacle.TIMED_OUT: OF_RESOLVER | {Check.RESOLVER_ANSWERS, Check.RESOLVER_LOCAL}
    }
    assert {each.severity for each in found if each.check is Check.RESOLVER_LISTED} == {Severity.OK}
    assert {each.check for each in found} == set(Check)


def test_a_socket_that_may_not_be_tried_is_unknown() -> None:
    host = FakeHost()
    host.sockets[f"unix:{SOCKET}"] = DENIED
    host.statuses[QUEUE / "private"] = DENIED
    found = find(host)
    assert hindered(found) == {
        Obstacle.NOT_PERMITTED: {Check.SOCKET_ANSWERS},
        Obstacle.UNREADABLE: {Check.SOCKET_PERMITTED},
    }
    assert faults(found) == {}


def test_a_silent_socket_answers_not() -> None:
    host = FakeHost()
    host.sockets[f"unix:{SOCKET}"] = TimeoutError()
    assert list(faults(find(host))) == [Fault.SOCKET_STRANGE]


def test_only_what_is_wanted_is_examined() -> None:
    host = FakeHost()
    found = asyncio.run(doctor.examine(host, WISHES, [Check.RESOLVER_FAST, Check.DISK_SPACE]))
    assert {each.check for each in found} == {Check.RESOLVER_FAST, Check.DISK_SPACE}
    assert b"request=smtpd_access_policy" not in b"".join(host.asked)


def test_a_named_address_is_examined_even_where_mail_is_relayed() -> None:
    host = FakeHost()
    relaying(host)
    wishes: Wishes = msgspec.structs.replace(WISHES, addresses=(IPV4,))
    assert Obstacle.RELAYED not in hindered(find(host, wishes))
