"""Daemon, clients, clock, disk and store, beyond the one fault at a time."""

from pathlib import Path

import msgspec
import pytest

from gotrdns.doctor.host import FileStatus, Room
from gotrdns.reports.examination import Check, Fault, Obstacle, Unmade, Well
from gotrdns.reports.status import Listener, Remark, Trouble
from gotrdns.store.inspecting import StoreCondition
from tests.unit.doctor.hosts import (
    CONTROL,
    MAIL_LOG,
    NOW,
    QUEUE,
    SETTINGS,
    SETTINGS_TEXT,
    STATUS,
    FakeHost,
    faults,
    find,
    log_of,
)


def test_each_difference_between_daemon_and_settings_is_told() -> None:
    host = FakeHost()
    server = msgspec.structs.replace(STATUS.resolver.servers[0], address="192.0.2.53:53")
    host.tell(
        msgspec.structs.replace(
            STATUS,
            mode="protect",
            listeners=(Listener("postfix", "inet:127.0.0.1:10033", 0),),
            resolver=msgspec.structs.replace(STATUS.resolver, servers=(server,)),
            store=msgspec.structs.replace(STATUS.store, place="postgresql://host/gotrdns"),
        )
    )
    told = faults(find(host))[Fault.DAEMON_OTHER_SETTINGS]
    assert [each["key"] for each in told] == [
        "[policy] mode",
        "[postfix] listen",
        "[milter] listen",
        "[resolver] servers",
        "[store] url",
    ]
    assert (told[0]["running"], told[0]["wanted"]) == ("protect", "strict")


def test_what_the_daemon_finds_wrong_is_told_in_its_words() -> None:
    host = FakeHost()
    remarks = (Remark(Trouble.NOT_LISTENING), Remark(Trouble.STORE_FAILED, "disk full"))
    host.tell(msgspec.structs.replace(STATUS, wrong=remarks))
    found = faults(find(host))
    [hindered], [troubled] = found[Fault.DAEMON_HINDERED], found[Fault.DAEMON_TROUBLED]
    assert hindered["trouble"] == "not-listening"
    assert troubled["remark"].endswith("in memory: disk full")


def test_a_daemon_that_does_not_answer_in_time_is_silent() -> None:
    host = FakeHost()
    host.sockets[CONTROL] = TimeoutError()
    [(fault, [told])] = faults(find(host)).items()
    assert (fault, told["reason"]) == (Fault.DAEMON_SILENT, "Connection timed out")


def test_every_problem_of_the_settings_is_told_with_its_line() -> None:
    host = FakeHost()
    host.files[SETTINGS] = '[policy]\nmode = "stricter"\n[store]\nurl = "nowhere"\n'
    told = faults(find(host))[Fault.SETTINGS_WRONG]
    assert [
        each["problem"].startswith(f"{SETTINGS}:{line}: ")
        for each, line in zip(told, (2, 4), strict=True)
    ] == [True, True]


def test_settings_that_cannot_be_read_at_all_are_wrong() -> None:
    host = FakeHost()
    host.files[SETTINGS] = IsADirectoryError(21, "Is a directory")
    [told] = faults(find(host))[Fault.SETTINGS_WRONG]
    assert told["problem"].endswith("cannot be read: Is a directory")


@pytest.mark.parametrize(
    ("addresses", "fault"),
    [
        (["172.17.0.1"] * 15 + ["fd00::1"] * 15, Fault.CLIENTS_HIDDEN),
        (["10.0.0.2"] * 30, Fault.CLIENTS_HIDDEN),
        (["81.20.31.1"] * 30 + ["127.0.0.1"] * 10, Fault.CLIENTS_ONE_ADDRESS),
    ],
)
def test_hidden_clients_are_told_by_the_log(addresses: list[str], fault: Fault) -> None:
    host = FakeHost()
    host.files[MAIL_LOG] = log_of(*addresses)
    assert list(faults(find(host))) == [fault]


@pytest.mark.parametrize(
    "addresses",
    [
        ["172.17.0.1"] * 30 + ["81.20.31.1"],
        [f"192.168.1.{number}" for number in range(30)],
        ["81.20.31.1", "81.20.31.2"] * 15,
    ],
)
def test_clients_of_a_mail_host_with_an_inside_are_not_hidden(addresses: list[str]) -> None:
    host = FakeHost()
    host.files[MAIL_LOG] = log_of(*addresses)
    found = find(host)
    assert faults(found) == {}
    [well] = [each for each in found if each.check is Check.CLIENTS_VISIBLE]
    assert isinstance(well, Well)
    assert well.details["distinct"] == str(len(set(addresses)))


def test_postscreen_sees_clients_too() -> None:
    host = FakeHost()
    line = (
        "Jan 1 00:00:00 mx postfix/postscreen[1]: CONNECT from [172.17.0.1]:4711 to [1.2.3.4]:25\n"
    )
    host.files[MAIL_LOG] = line * 30
    assert list(faults(find(host))) == [Fault.CLIENTS_HIDDEN]


@pytest.mark.parametrize("log", [None, ""])
def test_without_a_log_the_store_can_tell_of_hidden_clients(log: str | None) -> None:
    host = FakeHost()
    host.files.pop(MAIL_LOG)
    if log is not None:
        host.files[MAIL_LOG] = log
    host.store = StoreCondition(newest=NOW, hidden_clients={"172.17.0.1": 500})
    [hidden] = faults(find(host))[Fault.CLIENTS_HIDDEN]
    assert (hidden["addresses"], hidden["count"]) == ("172.17.0.1", "500")
    host.store = StoreCondition(newest=NOW, hidden_clients={"172.17.0.1": 3})
    [unmade] = [each for each in find(host) if each.check is Check.CLIENTS_VISIBLE]
    assert isinstance(unmade, Unmade)
    expected = Obstacle.UNREADABLE if log is None else Obstacle.FEW_CLIENTS
    assert unmade.obstacle is expected


def test_a_file_from_the_future_tells_of_the_clock() -> None:
    host = FakeHost()
    host.statuses[MAIL_LOG] = FileStatus(0o100644, 0, 0, NOW + 86_400)
    [behind] = faults(find(host))[Fault.CLOCK_BEHIND]
    assert behind["where"] == str(MAIL_LOG)
    host.statuses[MAIL_LOG] = FileStatus(0o100644, 0, 0, NOW + 200)
    assert faults(find(host)) == {}


def test_one_file_system_is_told_of_once() -> None:
    host = FakeHost()
    room = Room(1, 100 << 30, 1 << 20, 0, 0)
    host.rooms = {QUEUE: room, Path("/var/lib/gotrdns"): room}
    assert len(faults(find(host))[Fault.DISK_FULL]) == 1
    host.rooms = {}
    assert faults(find(host)) == {}


def test_a_small_file_system_that_is_empty_is_not_low() -> None:
    host = FakeHost()
    host.rooms[QUEUE] = Room(1, 200 << 20, 190 << 20, 0, 0)
    assert faults(find(host)) == {}


@pytest.mark.parametrize("error", [PermissionError(13, "denied"), OSError(5, "Input/output error")])
def test_a_store_that_cannot_be_got_at_is_not_right(error: OSError) -> None:
    host = FakeHost()
    host.store = error
    found = find(host)
    expected = set() if isinstance(error, PermissionError) else {Fault.STORE_UNUSABLE}
    assert set(faults(found)) == expected
    assert not [
        each for each in found if each.check is Check.STORE_OPENS and isinstance(each, Well)
    ]


def test_a_store_of_several_hosts_keeps_its_password() -> None:
    host = FakeHost()
    url = "postgresql://gotrdns:secret@db.example/gotrdns"
    host.files[SETTINGS] = f'{SETTINGS_TEXT}[store]\nurl = "{url}"\n'
    host.store = StoreCondition(unusable="connection refused")
    assert "secret" not in repr(find(host))


def test_the_log_is_where_postfix_or_the_system_has_it() -> None:
    hidden = log_of(*["172.17.0.1"] * 30)
    for path, parameter in (("/var/log/maillog", ""), ("/srv/postfix.log", "/srv/postfix.log")):
        host = FakeHost()
        host.files.pop(MAIL_LOG)
        host.files[Path(path)] = hidden
        host.main["maillog_file"] = parameter
        [told] = faults(find(host))[Fault.CLIENTS_HIDDEN]
        assert told["source"] == path
