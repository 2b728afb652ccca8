"""Postfix's configuration as it may be, beyond the one fault at a time."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from gotrdns.doctor.host import NoSuchCommand
from gotrdns.doctor.postfix_configuration import read_postfix
from gotrdns.reports.examination import Check, Fault, Obstacle, Unmade, Well
from gotrdns.reports.status import Listener
from tests.unit.doctor.hosts import (
    ATTRIBUTES,
    CALL,
    COPY,
    MILTER_SOCKET,
    OURS,
    QUEUE,
    SETTINGS,
    SETTINGS_TEXT,
    SOCKET,
    STATUS,
    WISHES,
    FakeHost,
    directory_status,
    faults,
    find,
    listeners,
    socket_status,
)

ELSEWHERE = Path("/run/gotrdns/policy")


def asked_at(host: FakeHost, place: str) -> None:
    host.main["smtpd_client_restrictions"] = CALL.format(place=place, attributes=ATTRIBUTES)


def listening(host: FakeHost, place: str) -> None:
    host.files[SETTINGS] = f'{SETTINGS_TEXT}[postfix]\nlisten = ["{place}"]\n'
    host.sockets[place] = b"action=DUNNO\n\n"
    host.tell(msgspec.structs.replace(STATUS, listeners=listeners(place)))
    host.main["smtpd_milters"] = ""


@pytest.mark.parametrize(
    "place",
    [
        "inet:127.0.0.1:10033",
        "inet:localhost:10033",
        "inet:[127.0.0.1]:10033",
        "inet::10033",
    ],
)
def test_a_port_is_recognised_however_it_is_written(place: str) -> None:
    host = FakeHost()
    listening(host, "inet:127.0.0.1:10033")
    asked_at(host, place)
    host.sockets["inet:[::1]:10033"] = ConnectionRefusedError(111, "Connection refused")
    assert faults(find(host)) == {}


def test_an_absolute_path_is_below_the_queue_directory_where_smtpd_is_chrooted() -> None:
    host = FakeHost()
    asked_at(host, "unix:/private/gotrdns")
    assert faults(find(host)) == {}
    host.master = host.master.replace(" y ", " n ")
    host.main["smtpd_milters"] = ""
    found = faults(find(host))
    assert set(found) == {Fault.POSTFIX_ASKS_ELSEWHERE, Fault.SOCKET_MISSING}
    [missing] = found[Fault.SOCKET_MISSING]
    assert missing["place"] == "unix:/private/gotrdns"


def test_settings_without_a_place_for_postfix_say_so() -> None:
    host = FakeHost()
    host.files[SETTINGS] = (
        '[policy]\nmode = "strict"\n[postfix]\nlisten = []\n[exim]\nlisten = ["unix:/run/x"]\n'
    )
    found = faults(find(host))
    assert {each["listening"] for each in found[Fault.POSTFIX_ASKS_ELSEWHERE]} == {"no place"}


def test_an_absolute_path_is_itself_where_smtpd_is_not_chrooted() -> None:
    host = FakeHost()
    host.master = host.master.replace(" y ", " n ")
    listening(host, f"unix:{ELSEWHERE}")
    asked_at(host, f"unix:{ELSEWHERE}")
    for directory in ("/", "/run", "/run/gotrdns"):
        host.statuses[Path(directory)] = directory_status()
    host.statuses[ELSEWHERE] = socket_status()
    assert faults(find(host)) == {}
    host.statuses[ELSEWHERE.parent] = directory_status(0o750, owner=900, group=900)
    [forbidden] = faults(find(host))[Fault.SOCKET_FORBIDDEN]
    assert forbidden["path"] == "/run/gotrdns"
    assert forbidden["mode"] == "0750"


def test_the_group_of_postfix_may_be_what_admits_it() -> None:
    host = FakeHost()
    host.statuses[SOCKET] = socket_status(0o660, group=101)
    assert faults(find(host)) == {}
    host.statuses[SOCKET] = socket_status(0o660, group=900)
    assert list(faults(find(host))) == [Fault.SOCKET_FORBIDDEN]
    # Who owns a file has the owner's permissions, and not those of all the others.
    host.statuses[SOCKET] = socket_status(0o606 & ~0o600, owner=101)
    assert list(faults(find(host))) == [Fault.SOCKET_FORBIDDEN]


def test_a_class_of_restrictions_is_a_way_to_ask() -> None:
    host = FakeHost()
    host.main["smtpd_client_restrictions"] = "permit_mynetworks ours"
    host.main["smtpd_restriction_classes"] = "ours, others"
    host.classes = {"ours": OURS, "others": "permit"}
    assert faults(find(host)) == {}


def test_what_holds_for_all_policy_services_holds_for_ours() -> None:
    host = FakeHost()
    host.main |= {
        "smtpd_client_restrictions": "check_policy_service unix:private/gotrdns",
        "smtpd_policy_service_default_action": "DUNNO",
        "smtpd_policy_service_timeout": "15s",
        "smtpd_policy_service_try_limit": "1",
    }
    assert faults(find(host)) == {}
    host.overrides += "smtp/inet/smtpd_policy_service_timeout = 5s\n"
    [short] = faults(find(host))[Fault.POLICY_TIMEOUT_SHORT]
    assert short["timeout"] == "5s"


def test_a_service_that_overrides_is_named() -> None:
    host = FakeHost()
    host.overrides += "smtp/inet/smtpd_client_restrictions = " + OURS.replace("DUNNO", "REJECT")
    found = faults(find(host))
    [unsafe] = found.pop(Fault.POLICY_DEFAULT_ACTION_UNSAFE)
    assert unsafe == {
        "service": "smtp/inet",
        "parameter": "smtpd_client_restrictions",
        "action": "REJECT",
    }
    assert found == {}


def test_behind_postscreen_the_smtpd_that_it_hands_on_to_is_what_counts() -> None:
    host = FakeHost()
    host.master = host.master.replace(
        "smtp       inet  n       -       y       -       -       smtpd",
        "smtp inet n - y - 1 postscreen\nsmtpd pass - - y - - smtpd",
    )
    assert faults(find(host)) == {}
    host.overrides += "smtpd/pass/smtpd_client_restrictions =\nsmtpd/pass/smtpd_milters =\n"
    host.overrides += "submission/inet/smtpd_milters =\n"
    assert list(faults(find(host))) == [Fault.POSTFIX_DOES_NOT_ASK]


def test_an_old_postfix_chroots_what_does_not_say_otherwise() -> None:
    host = FakeHost()
    host.master = host.master.replace(" y ", " - ")
    del host.files[COPY]
    assert faults(find(host)) == {}
    host.main["compatibility_level"] = "0"
    assert list(faults(find(host))) == [Fault.CHROOT_RESOLV_CONF_MISSING]


def test_a_copy_that_only_lacks_comments_is_up_to_date() -> None:
    host = FakeHost()
    host.files[COPY] = "; copied\nnameserver\t127.0.0.1\n\n"
    assert faults(find(host)) == {}


def test_a_milter_may_have_a_default_action_of_its_own() -> None:
    host = FakeHost()
    host.main["milter_default_action"] = "tempfail"
    host.main["smtpd_milters"] = "{ inet:localhost:8891, default_action = accept }"
    assert faults(find(host)) == {}
    host.main["smtpd_milters"] += ", unix:private/other"
    [unsafe] = faults(find(host))[Fault.MILTER_DEFAULT_ACTION_UNSAFE]
    assert (unsafe["milter"], unsafe["action"]) == ("unix:private/other", "tempfail")


def test_a_milter_of_ours_is_a_way_to_ask_as_well() -> None:
    host = FakeHost()
    host.main["smtpd_client_restrictions"] = "permit_mynetworks"
    host.main["smtpd_milters"] = "unix:private/gotrdns-milter"
    found = find(host)
    assert faults(found) == {}
    [asks] = [each for each in found if each.check is Check.POSTFIX_ASKS]
    assert asks == Well(Check.POSTFIX_ASKS, {"places": "unix:private/gotrdns-milter"})
    assert Unmade(Check.POLICY_TIMEOUT, Obstacle.NOT_ASKED) in found
    host.main["smtpd_helo_restrictions"] = "reject_unknown_client_hostname"
    assert list(faults(find(host))) == [Fault.POSTFIX_CHECKS_TWICE]


def test_postfix_checks_of_services_that_do_not_ask_us_are_their_business() -> None:
    host = FakeHost()
    host.overrides += "submission/inet/smtpd_helo_restrictions = reject_unknown_client\n"
    assert faults(find(host)) == {}


def test_a_host_without_postfix_is_examined_in_all_else() -> None:
    host = FakeHost()
    host.postconf = NoSuchCommand("postconf")
    host.rooms.pop(QUEUE)
    found = find(host)
    assert list(faults(found)) == [Fault.POSTFIX_MISSING]
    well = {each.check for each in found if isinstance(each, Well)}
    assert {Check.SOCKET_ANSWERS, Check.SENDING_CONFIRMED, Check.STORE_OPENS} <= well


def test_the_configuration_named_is_the_one_that_is_read() -> None:
    class Elsewhere(FakeHost):
        async def run(self, *command: str) -> str:
            assert command[:3] == ("postconf", "-c", "/etc/postfix-out")
            return await super().run("postconf", *command[3:])

    found = find(Elsewhere(), msgspec.structs.replace(WISHES, postfix=Path("/etc/postfix-out")))
    assert faults(found) == {}


def test_lines_that_are_none_of_master_cf_are_passed_over() -> None:
    host = FakeHost()
    host.master += "\nnonsense\n"
    postfix = asyncio.run(read_postfix(host, None))
    assert [each.name for each in postfix.smtpds] == ["smtp/inet", "submission/inet"]


def test_each_door_is_asked_in_its_own_protocol() -> None:
    host = FakeHost()
    host.files[SETTINGS] = f'{SETTINGS_TEXT}[exim]\nlisten = ["unix:/run/gotrdns/exim"]\n'
    exim = Listener("exim", "unix:/run/gotrdns/exim", 0)
    host.tell(msgspec.structs.replace(STATUS, listeners=(*STATUS.listeners, exim)))
    host.sockets["unix:/run/gotrdns/exim"] = b"PASS\n"
    assert faults(find(host)) == {}
    sent = b"".join(host.asked)
    assert b"request=smtpd_access_policy\n" in sent
    assert b"\0\0\0\rO\0\0\0\x06" in sent
    assert b"check ip=127.0.0.1 auth=" in sent


@pytest.mark.parametrize(
    ("place", "door", "answer"),
    [
        (SOCKET, "postfix", b"action=DUNNO\n"),
        (SOCKET, "postfix", b"\n\n"),
        (MILTER_SOCKET, "milter", b"\0\0\0\rO"),
        (MILTER_SOCKET, "milter", b"\0\0\0\x01r"),
        (MILTER_SOCKET, "milter", b""),
    ],
)
def test_half_an_answer_or_another_is_strange(place: Path, door: str, answer: bytes) -> None:
    host = FakeHost()
    host.sockets[f"unix:{place}"] = answer
    [(fault, [told])] = faults(find(host)).items()
    assert (fault, told["door"]) == (Fault.SOCKET_STRANGE, door)


def test_a_milter_of_ours_elsewhere_is_tried_where_postfix_asks() -> None:
    host = FakeHost()
    host.main["smtpd_milters"] = "{ unix:private/gotrdns-old, command_timeout=3s }"
    found = faults(find(host))
    assert set(found) == {Fault.SOCKET_MISSING, Fault.MILTER_TIMEOUT_SHORT}
    assert found[Fault.SOCKET_MISSING][0]["place"].endswith("private/gotrdns-old")
