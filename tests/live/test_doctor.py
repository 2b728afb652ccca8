"""`gotrdns doctor` beside a real Postfix, daemon, resolver and store: what is planted is found."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.store.queries import Search, Store
from tests.live.clients import load_clients
from tests.live.patient import ADDRESS, ASKING, LEFT_OUT, MILTER, STOCK, Patient, mend
from tests.live.process import wait_until
from tests.live.program import gotrdns
from tests.live.resolver import Resolver
from tests.live.smtp import deliver
from tests.support.postgresql import PostgreSQL

OF_SQLITE = {"store-opens", "store-schema", "store-writable", "store-intact"}


@pytest.fixture
def patient(resolver: Resolver, live_directory: Path, request: pytest.FixtureRequest) -> Patient:
    assert resolver.running
    directory = live_directory / f"patient-{abs(hash(request.node.nodeid)):x}"[:24]
    directory.mkdir()
    return Patient(directory)


@pytest.fixture
def served(patient: Patient) -> Iterator[Patient]:
    """With its daemon running; Postfix's configuration is enough for most checks."""
    with patient.daemon:
        yield patient


def test_a_host_set_up_as_documented_is_in_order(served: Patient) -> None:
    with served.postfix:
        for client in load_clients()[:25]:
            deliver(client.address, ASKING)
        status, found = served.examine()
    assert [code for code, each in found.items() if each["fault"]] == []
    assert status == 0
    assert {each["severity"] for each in found.values()} == {"ok"}
    assert found["clients-visible"]["details"]["distinct"] == "25"
    assert float(found["resolver-fast"]["details"]["cached"]) < 50


def test_looking_leaves_no_trace_in_the_store(served: Patient) -> None:
    served.examine()
    with Store(f"sqlite:///{served.store_path}") as store:
        assert store.find(Search()) == []


@pytest.mark.parametrize("stale", [True, False], ids=["stale", "missing"])
def test_a_bad_resolv_conf_in_the_chroot_is_found_and_mended_as_it_says(
    served: Patient, stale: bool
) -> None:
    client = load_clients()[0]
    copy = served.chroot / "resolv.conf"
    if stale:
        copy.write_text("nameserver 127.0.0.99\n")
    else:
        copy.unlink()
    with served.postfix:
        assert not deliver(client.address, STOCK).accepted
        code = "chroot-resolv-conf-stale" if stale else "chroot-resolv-conf-missing"
        found = served.faults("--skip", "clients")
        assert list(found) == [code]
        reload = ["postfix", "-c", str(served.postfix.configuration), "reload"]
        mend(found[code], instead_of="postfix reload", run=reload)
        assert served.faults("--skip", "clients") == {}
        served.postfix.restart()
        assert deliver(client.address, STOCK).accepted


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ("timeout=5s, try_limit=1, default_action=DUNNO", "policy-timeout-short"),
        ("try_limit=1, default_action=DUNNO", "policy-timeout-long"),
        ("timeout=15s, try_limit=1", "policy-default-action-unsafe"),
        ("timeout=15s, default_action=DUNNO", "policy-tried-again"),
    ],
)
def test_an_unsafe_call_is_found(served: Patient, attributes: str, code: str) -> None:
    served.call(attributes)
    [(found, told)] = served.faults().items()
    assert found == code
    assert told["details"]["service"] == "main.cf"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"smtpd_helo_restrictions": "reject_unknown_client_hostname"}, "postfix-checks-twice"),
        (
            {"smtpd_data_restrictions": "warn_if_reject reject_unknown_client_hostname"},
            "postfix-warns-too",
        ),
        ({"smtpd_delay_reject": "no"}, "postfix-rejects-early"),
        (
            {"smtpd_client_restrictions": "permit_mynetworks", "smtpd_milters": ""},
            "postfix-does-not-ask",
        ),
        ({"smtpd_milters": "inet:127.0.0.1:8891"}, "milter-default-action-unsafe"),
        (
            {"smtpd_milters": MILTER.replace("15s", "5s")},
            "milter-timeout-short",
        ),
        ({"smtp_helo_name": "localhost"}, "sending-helo-unqualified"),
        ({"smtp_helo_name": "nowhere.harbour.example"}, "sending-helo-unresolvable"),
        ({"smtp_helo_name": "alpha.harbour.example"}, "sending-helo-differs"),
    ],
)
def test_what_is_wrong_in_main_cf_is_found(
    served: Patient, parameters: dict[str, str], code: str
) -> None:
    served.configure(**parameters)
    assert list(served.faults()) == [code]


def test_a_call_of_another_socket_is_found(served: Patient) -> None:
    other = "check_policy_service { unix:private/gotrdns-old, timeout=15s, try_limit=1, "
    served.configure(smtpd_client_restrictions=f"{other} default_action=DUNNO }}", smtpd_milters="")
    found = served.faults()
    assert set(found) == {"postfix-asks-elsewhere", "socket-missing"}
    assert found["socket-missing"]["details"]["place"] == f"unix:{served.socket}-old"


def test_every_door_answers_in_its_own_protocol(served: Patient) -> None:
    done = gotrdns(
        *("doctor", "--json", "--only", "socket-answers", "--settings", str(served.settings)),
        *("--postfix-config", str(served.postfix.configuration)),
    )
    found = json.loads(done.stdout)["checks"]
    assert {(each["details"]["door"], each["severity"]) for each in found} == {
        (door, "ok") for door in ("postfix", "milter", "exim")
    }


def test_a_daemon_that_never_ran_is_found(patient: Patient) -> None:
    assert set(patient.faults()) == {"daemon-silent", "socket-missing", "store-missing"}
    assert not patient.store_path.exists()


def test_a_killed_daemon_leaves_a_dead_socket(served: Patient) -> None:
    served.daemon.kill()
    assert set(served.faults()) == {"daemon-silent", "socket-dead"}


def test_a_daemon_that_goes_by_other_settings_is_found(served: Patient) -> None:
    text = served.settings.read_text()
    served.settings.write_text(text.replace('"strict"', '"protect"'))
    [(code, told)] = served.faults().items()
    assert code == "daemon-other-settings"
    assert (told["details"]["running"], told["details"]["wanted"]) == ("strict", "protect")
    served.daemon.reload()
    wait_until(lambda: served.faults() == {}, "the daemon goes by the settings")


def test_wrong_settings_are_found(served: Patient) -> None:
    served.settings.write_text('[policy]\nmode = "strict"\ncolour = "blue"\n')
    told = served.faults()["settings-wrong"]
    assert f"{served.settings}:3: " in told["details"]["problem"]


def test_a_socket_that_postfix_may_not_use_is_found(served: Patient) -> None:
    served.socket.chmod(0o600)
    [(code, told)] = served.faults().items()
    assert code == "socket-forbidden"
    assert told["details"]["path"] == str(served.socket)
    with served.postfix:
        assert deliver(load_clients()[0].address, ASKING).accepted
        denied = [line for line in served.postfix.log() if "Permission denied" in line]
        assert any("gotrdns" in line for line in denied)


@pytest.mark.parametrize(
    ("address", "cause"),
    [
        ("81.20.30.20", "no-ptr"),
        ("81.20.30.30", "forward-mismatch"),
        ("2001:470:1f0b:10::26", "no-ptr"),
    ],
)
def test_an_own_address_that_does_not_pass_is_found(
    served: Patient, address: str, cause: str
) -> None:
    found = served.faults(address=address)
    assert found["sending-unconfirmed"]["details"] == {"address": address, "cause": cause}
    assert "sending-unconfirmed" in served.faults("--address", address)


def test_an_own_address_that_dns_is_silent_about_is_not_blamed(served: Patient) -> None:
    status, found = served.examine("--only", "sending-confirmed", address="81.20.30.41")
    assert (status, found["sending-confirmed"]["obstacle"]) == (0, "undetermined")


def test_the_address_that_packets_would_come_from_is_found(served: Patient) -> None:
    def sending() -> str:
        """What is said where no address is named."""
        return gotrdns(
            *("doctor", "--only", "sending-public", "--settings", str(served.settings)),
            *("--postfix-config", str(served.postfix.configuration)),
        ).stdout

    assert "no address to send from" in sending()
    route = ["192.0.2.0/24", "dev", "lo", "src", "198.18.0.1"]
    subprocess.run(["ip", "route", "add", *route], check=True)
    try:
        assert "from 198.18.0.1, which is not public" in " ".join(sending().split())
    finally:
        subprocess.run(["ip", "route", "del", *route], check=True)


def test_clients_behind_a_bridge_are_found(served: Patient) -> None:
    with served.postfix:
        for _ in range(20):
            deliver("172.17.0.1", ASKING)
    found = served.faults()
    assert set(found) == {"clients-hidden", "daemon-troubled"}
    assert found["daemon-troubled"]["details"]["trouble"] == "non-public-client"
    # Where there is no log, the store tells it, once it has been written.
    served.postfix.mail_log.unlink()
    wait_until(lambda: "clients-hidden" in served.faults(), "the store tells of hidden clients")


@contextlib.contextmanager
def small_disk(path: Path) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", path], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


def test_a_full_disk_is_found(patient: Patient) -> None:
    with small_disk(patient.store_path.parent), patient.daemon:
        assert patient.faults() == {}
        with (patient.store_path.parent / "filling").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, 170 << 20)
        [(code, told)] = patient.faults().items()
        assert code == "disk-full"
        assert told["details"]["path"] == str(patient.store_path.parent)


def test_rows_from_the_future_are_found(served: Patient) -> None:
    with sqlite3.connect(served.store_path) as connection:
        soon = time.time() + 86_400
        connection.execute("INSERT INTO clients (client, seen_at) VALUES (x'0102', ?)", [soon])
    connection.close()
    [(code, told)] = served.faults().items()
    assert code == "clock-behind"
    assert str(served.store_path) in told["details"]["where"]


def test_a_store_of_another_version_is_found(patient: Patient) -> None:
    with patient.daemon:
        pass
    with sqlite3.connect(patient.store_path) as connection:
        connection.execute("UPDATE state SET value = 99 WHERE name = 'schema'")
    connection.close()
    assert "store-newer" in patient.faults()


def test_a_store_that_is_none_is_found(patient: Patient) -> None:
    patient.store_path.write_text("no database" * 1000)
    found = patient.faults()
    assert "file is not a database" in found["store-unusable"]["seen"]


def test_a_store_in_postgresql_is_looked_at_too(
    resolver: Resolver, live_directory: Path, postgresql: PostgreSQL
) -> None:
    assert resolver.running
    directory = live_directory / "patient-postgresql"
    directory.mkdir()
    patient = Patient(directory, store=postgresql.url)
    with patient.daemon:
        status, found = patient.examine()
        assert status == 0
        assert found["store-intact"]["obstacle"] == "looks-after-itself"
        assert {found[code]["severity"] for code in OF_SQLITE - {"store-intact"}} == {"ok"}
    postgresql.stop()
    try:
        assert "store-unusable" in patient.faults()
    finally:
        postgresql.start()


def test_without_root_what_is_not_permitted_is_unknown_and_nothing_crashes(
    served: Patient,
) -> None:
    for path in (served.store_path, served.directory / "control"):
        os.chown(path, 65_534, 65_534)
        path.chmod(0o600)
    program = [sys.executable, "-m", "gotrdns", "doctor", "--settings", str(served.settings)]
    done = subprocess.run(
        [
            *("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--", *program),
            *("--postfix-config", served.postfix.configuration, "--address", ADDRESS, *LEFT_OUT),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = " ".join(done.stdout.split())
    assert said.startswith("Nothing is wrong.")
    for code in ("store-opens", "daemon-answers", "socket-answers"):
        assert code in said.partition("Could not be found out")[2].partition("Does not apply")[0]


def test_the_worst_host_is_examined_in_bounded_time(
    served: Patient, resolver: Resolver, live_directory: Path
) -> None:
    """Resolver and daemon hang, and postconf never ends."""
    slow = live_directory / "slow"
    slow.mkdir()
    (slow / "postconf").write_text("#!/bin/sh\nexec sleep 60\n")
    (slow / "postconf").chmod(0o755)
    environment = os.environ | {"PATH": f"{slow}:{os.environ['PATH']}"}
    resolver.freeze()
    os.kill(served.daemon.pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "gotrdns", "doctor", "--settings", str(served.settings)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        elapsed = time.monotonic() - began
    finally:
        os.kill(served.daemon.pid, signal.SIGCONT)
        resolver.thaw()
    assert (done.returncode, done.stderr) == (1, "")
    for code in ("daemon-silent", "resolver-silent", "socket-strange"):
        assert f"ERROR  {code}" in done.stdout
    assert "postconf did not come to an end in time" in done.stdout
    assert elapsed < 20  # 15 and what starting takes on a busy machine
