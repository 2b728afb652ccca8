"""`gotrdns doctor` and real resolvers: each that is wanting in one respect is found out."""

import contextlib
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.live.daemon import accepts
from tests.live.internet import ADDRESSES, DROPPER_ADDRESS, ZONES, Internet
from tests.live.process import Process
from tests.live.program import gotrdns
from tests.live.resolver import ADDRESS, Resolver
from tests.live.signing import Signature, ds_of, sign_zone_file
from tests.live.stub import Alter, forwarding

GOOD = f"{ADDRESS}:53"
# The private Internet's root is not signed.
UNSIGNED = "resolver-strips-dnssec"
CHECKS = {
    "resolver-listed",
    "resolver-answers",
    "resolver-recursive",
    "resolver-honest",
    "resolver-fast",
    "resolver-soa",
    "resolver-dnssec",
    "resolver-local",
}
PRIVATE_ROOT = """\
server:
    directory: "{directory}"
    pidfile: ""
    chroot: ""
    username: ""
    use-syslog: no
    do-daemonize: no
    num-threads: 1
    interface: {address}
    access-control: 127.0.0.0/8 {access}
    do-not-query-localhost: no
    module-config: "{modules}"
    trust-anchor: ". DS {ds}"
auth-zone:
    name: "."
    zonefile: "{zone}"
    for-downstream: no
    for-upstream: yes
remote-control:
    control-enable: no
"""


def examine(*resolvers: str) -> dict[str, dict[str, Any]]:
    """What is found, by the fault's code, or the check's where there is none."""
    options = [option for each in resolvers for option in ("--resolver", each)]
    done = gotrdns("doctor", "--json", "--only", "resolver", *options)
    assert done.stderr == ""
    found = json.loads(done.stdout)["checks"]
    assert {each["code"] for each in found} == CHECKS
    return {each["fault"] or each["code"]: each for each in found}


def faults(*resolvers: str) -> set[str]:
    return {code for code, each in examine(*resolvers).items() if each["fault"]} - {UNSIGNED}


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


def test_a_good_resolver_is_found_good() -> None:
    found = examine(GOOD)
    del found[UNSIGNED]
    assert set(found) == CHECKS - {"resolver-dnssec"}
    assert {each["severity"] for each in found.values()} == {"ok"}


def test_those_of_resolv_conf_are_examined_where_none_is_named() -> None:
    assert examine()["resolver-listed"]["details"]["servers"] == GOOD


@pytest.mark.parametrize(
    ("resolvers", "expected"),
    [
        ([GOOD, f"[::ffff:{ADDRESS}]"], {"resolver-listed-twice"}),
        (["127.0.0.99"], {"resolver-silent"}),
        ([DROPPER_ADDRESS], {"resolver-silent"}),
        (["127.0.0.99", GOOD], {"resolver-first-silent"}),
        ([GOOD, DROPPER_ADDRESS], {"resolver-other-silent"}),
        ([ADDRESSES["refuser"][0]], {"resolver-refuses"}),
        ([ADDRESSES["root"][0]], {"resolver-not-recursive"}),
    ],
    ids=["twice", "closed", "silent", "first closed", "second silent", "refuser", "authority"],
)
def test_what_is_no_resolver_for_us_is_found(resolvers: list[str], expected: set[str]) -> None:
    assert faults(*resolvers) == expected


def test_a_resolver_that_hangs_is_silent_and_holds_up_nothing(resolver: Resolver) -> None:
    resolver.freeze()
    began = time.monotonic()
    try:
        assert faults(GOOD) == {"resolver-silent"}
    finally:
        resolver.thaw()
    assert time.monotonic() - began < 15


def test_a_resolver_that_reaches_no_name_server_is_found(internet: Internet) -> None:
    assert examine(GOOD)["resolver-recursive"]["severity"] == "ok"  # and it has the root's NS now
    internet.servers["infrastructure"].stop()
    try:
        found = examine(GOOD)
    finally:
        internet.servers["infrastructure"].start()
    assert found["resolver-does-not-resolve"]["details"]["outcome"] in {"servfail", "timeout"}
    assert found["resolver-honest"]["obstacle"] == "undetermined"


def _strip_soa(reply: dns.message.Message) -> None:
    reply.authority.clear()


def _invent(reply: dns.message.Message) -> None:
    if reply.rcode() == dns.rcode.NXDOMAIN:
        reply.set_rcode(dns.rcode.NOERROR)
        reply.authority.clear()
        name = reply.question[0].name
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", "A", "198.18.9.9"))


def _dawdle(_reply: dns.message.Message) -> None:
    time.sleep(0.1)


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        (_strip_soa, "resolver-strips-soa"),
        (_invent, "resolver-invents"),
        (_dawdle, "resolver-slow"),
    ],
)
def test_a_stub_that_spoils_answers_is_found(alter: Alter, expected: str) -> None:
    with forwarding(alter) as stub:
        assert faults(stub) == {expected}
    with forwarding(lambda _reply: None) as stub:
        assert faults(stub) == set()


@contextlib.contextmanager
def unbound(
    directory: Path, *, modules: str = "validator iterator", access: str = "allow"
) -> Iterator[str]:
    """One with a signed root of its own; gives its address."""
    address = "127.0.0.54"
    zone = directory / "root.zone"
    shutil.copyfile(ZONES / "root" / "root.zone", zone)
    sign_zone_file(zone, ".", Signature())
    configuration = directory / "unbound.conf"
    configuration.write_text(
        PRIVATE_ROOT.format(
            directory=directory,
            address=address,
            access=access,
            modules=modules,
            ds=ds_of("."),
            zone=zone,
        )
    )
    program = shutil.which("unbound") or "/usr/sbin/unbound"
    process = Process("unbound", [program, "-d", "-c", configuration], output=directory / "output")
    process.start(ready=lambda: accepts((address, 53)))
    try:
        yield address
    finally:
        process.kill()


@pytest.mark.parametrize(
    ("modules", "expected"),
    [("validator iterator", "resolver-dnssec"), ("iterator", "resolver-does-not-validate")],
)
def test_a_resolver_that_validates_is_told_from_one_that_does_not(
    live_directory: Path, modules: str, expected: str
) -> None:
    directory = live_directory / f"signed-{modules.replace(' ', '-')}"
    directory.mkdir()
    with unbound(directory, modules=modules) as address:
        found = examine(address)
    assert expected in found
    assert {each["severity"] for code, each in found.items() if code != expected} == {"ok"}
    assert found[expected]["severity"] == ("ok" if expected == "resolver-dnssec" else "info")


def test_a_resolver_that_does_not_admit_us_is_found(live_directory: Path) -> None:
    directory = live_directory / "not-admitting"
    directory.mkdir()
    with unbound(directory, access="refuse") as address:
        assert faults(address) == {"resolver-refuses"}
