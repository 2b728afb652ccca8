"""gotrdns, installed by itself from its wheel, does all it can do in its own tree."""

import json
import re
import signal
import socket
import subprocess
from pathlib import Path

import click
import pytest

from gotrdns import __version__
from gotrdns.cli.verbs import program
from gotrdns.resolution.scripted import World
from tests.packaging.building import ROOT
from tests.packaging.prefix import Prefix
from tests.support.loopback_server import serve

VERBS = program.list_commands(click.Context(program))
OF_EXTRAS = {"httpx", "whoisit", "psycopg"}
ADDRESS = "85.105.64.87"
NAME = "dsl.static851056487.ttnet.net.tr"
WORLD = f"""
87.64.105.85.in-addr.arpa. PTR {NAME}.
{NAME}. TXT "exists"
"""
# Nothing listens there, and it is not asked either: it is no public address.
ROOT_HINTS = ". 3600 IN NS a.root.test.\na.root.test. 3600 IN A 127.0.0.1\n"
IMPORT_ALL = """
import importlib, json, pkgutil
import gotrdns
missing = {}
for module in pkgutil.walk_packages(gotrdns.__path__, "gotrdns."):
    if module.name != "gotrdns.__main__":
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:
            missing[module.name] = error.name
print(json.dumps([gotrdns.__file__, missing]))
"""
SETTINGS = """\
[policy]
mode = "strict"
[resolver]
servers = ["{resolver}"]
[postfix]
listen = ["unix:{directory}/policy"]
[store]
url = "{store}"
[control]
socket = "unix:{directory}/control"
"""


def settings_file(directory: Path, resolver: str, store: str) -> str:
    path = directory / "gotrdns.toml"
    path.write_text(SETTINGS.format(directory=directory, resolver=resolver, store=store))
    return str(path)


def explain(prefix: Prefix, *options: str) -> subprocess.CompletedProcess[str]:
    hints = prefix.work / "root.hints"
    hints.write_text(ROOT_HINTS)
    with serve(World.parse(WORLD)) as resolver:
        asking = ("--resolver", resolver, "--root-hints", str(hints), "--deadline", "2")
        return prefix.gotrdns("explain", *asking, *options, ADDRESS)


def test_every_module_is_there_and_finds_what_it_needs_but_those_of_extras(prefix: Prefix) -> None:
    place, missing = json.loads(prefix.python(IMPORT_ALL))
    assert Path(place).is_relative_to(prefix.directory)
    assert set(missing.values()) <= OF_EXTRAS
    assert all(module.startswith("gotrdns.contacts.") for module in missing)


def test_it_tells_its_version(prefix: Prefix) -> None:
    done = prefix.gotrdns("--version")
    assert (done.stdout, done.stderr, done.returncode) == (f"gotrdns {__version__}\n", "", 0)
    module = prefix.run(str(prefix.directory / "bin" / "python"), "-m", "gotrdns", "--version")
    assert module.stdout == done.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_and_its_exit_statuses(
    prefix: Prefix, verb: str
) -> None:
    done = prefix.gotrdns(verb, "--help")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.startswith(f"Usage: gotrdns {verb} ")
    assert f"\n    gotrdns {verb}" in done.stdout.replace("\n      gotrdns", "\n    gotrdns")
    assert "\n  Exit status:" in done.stdout


def test_the_demonstration_runs(prefix: Prefix) -> None:
    done = prefix.gotrdns("demo")
    assert (done.stderr, done.returncode) == ("", 0)
    assert "  FAIL (forward-nodata)" in done.stdout
    assert "550 5.7.25" in done.stdout


def test_a_name_is_classified(prefix: Prefix) -> None:
    done = prefix.gotrdns("classify", "--json", ADDRESS, NAME)
    assert (done.stderr, done.returncode) == ("", 0)
    assert json.loads(done.stdout)["class"] == "static-generic"


def test_an_address_is_checked(prefix: Prefix) -> None:
    with serve(World.parse(WORLD)) as resolver:
        done = prefix.gotrdns("check", "--json", "--resolver", resolver, ADDRESS)
    assert (done.stderr, done.returncode) == ("", 1)
    assert json.loads(done.stdout)["cause"] == "forward-nodata"


def test_an_explanation_is_written_as_a_page(prefix: Prefix) -> None:
    done = explain(prefix, "--html")
    assert (done.stderr, done.returncode) == ("", 1)
    assert done.stdout.startswith("<!DOCTYPE html>")
    assert NAME in done.stdout


def test_without_the_packages_for_rdap_it_says_which_to_install(prefix: Prefix) -> None:
    done = explain(prefix, "--rdap")
    assert done.returncode == 1
    assert "pip install 'gotrdns[rdap]'" in " ".join(done.stdout.split())


@pytest.mark.parametrize("verb", ["serve", "web", "why"])
def test_without_the_package_for_postgresql_it_says_which_to_install(
    prefix: Prefix, verb: str
) -> None:
    settings = settings_file(prefix.work, "127.0.0.1:1", "postgresql://user@127.0.0.1/gotrdns")
    done = prefix.gotrdns(verb, "--settings", settings)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.count("\n") == 1
    assert "psycopg, which is not installed; pip install 'gotrdns[postgresql]'" in done.stderr


def test_the_settings_that_come_with_it_are_right(prefix: Prefix) -> None:
    example = prefix.directory / "share" / "doc" / "gotrdns" / "gotrdns.toml"
    assert example.read_bytes() == (ROOT / "docs" / "gotrdns.toml").read_bytes()
    done = prefix.gotrdns("serve", "--check-settings", "--settings", str(example))
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.startswith("settings are right\n")


def test_the_daemon_starts_keeps_a_store_and_answers(prefix: Prefix) -> None:
    store = f"sqlite:///{prefix.work}/store.sqlite3"
    with serve(World.parse(WORLD)) as resolver:
        settings = settings_file(prefix.work, resolver, store)
        command = [prefix.program, "serve", "--settings", settings]
        with subprocess.Popen(command, env=prefix.environment, stderr=subprocess.PIPE) as daemon:
            try:
                assert daemon.stderr is not None
                assert any(b"event=started" in line for line in daemon.stderr)
                status = prefix.gotrdns("status", "--json", "--settings", settings)
                past = prefix.gotrdns("why", "--settings", settings)
            finally:
                daemon.send_signal(signal.SIGTERM)
    assert (status.stderr, status.returncode) == ("", 0)
    assert json.loads(status.stdout)["wrong"] == []
    assert past.returncode == 1
    assert past.stderr.startswith("gotrdns: nothing is remembered of any decision")
    assert daemon.returncode == 0


def test_the_pages_are_served_by_themselves_and_beside_the_daemon(prefix: Prefix) -> None:
    page = prefix.work / "page"
    settings = settings_file(prefix.work, "127.0.0.1:1", "none")
    with Path(settings).open("a") as file:
        file.write(f'[page]\nlisten = ["unix:{page}"]\n')
    for verb in ("web", "serve"):
        command = [prefix.program, verb, "--settings", settings]
        with subprocess.Popen(command, env=prefix.environment, stderr=subprocess.PIPE) as process:
            try:
                assert process.stderr is not None
                assert any(b"event=pages-started" in line for line in process.stderr)
                shown = visit(page, "/")
                [styles] = re.findall(r'<link rel="stylesheet" href="(/[^"]+)"', shown)
                answers = [visit(page, path) for path in (styles, "/static/copy.js")]
            finally:
                process.send_signal(signal.SIGTERM)
        assert process.returncode == 0
        assert all(each.startswith("HTTP/1.1 200 OK") for each in (shown, *answers))


def visit(place: Path, path: str) -> str:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(20)
        peer.connect(str(place))
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        peer.sendall(head.encode())
        with peer.makefile("rb") as answer:
            return answer.read().decode()
