"""Asking DNS about a log's clients: the options, the progress, and trouble in words."""

import io
import os
import sys
from collections.abc import Mapping
from typing import Any

import click
import pytest
from click.testing import CliRunner

from gotrdns.cli.asking_options import asking_options, choose_resolver
from gotrdns.cli.log_asking import Countdown, ask_about_clients
from gotrdns.cli.output import Failure
from gotrdns.cli.progress import Progress
from gotrdns.deciding import VerificationSettings
from gotrdns.mail_logs.today import resolver_watch
from gotrdns.mail_logs.today.asking import Claim, Enquiry, Today
from gotrdns.names import Address
from gotrdns.policy import Vouched
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.verification import Cause
from tests.unit.daemon_process import NameServer

FOUNDING = Address.parse("85.105.64.87")
NAMELESS = Address.parse("81.20.30.20")
CLAIM = Claim("mail.firm.example", "firm.example")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def read_options(*arguments: str) -> dict[str, Any]:
    read: dict[str, Any] = {}

    @click.command()
    @asking_options
    def verb(**options: Any) -> None:
        read.update(options)

    done = CliRunner().invoke(verb, arguments)
    if done.exit_code:
        raise click.UsageError(done.output)
    return read


def ask(options: Mapping[str, Any], *clients: Address) -> dict[Address, Today]:
    return ask_about_clients(
        [Enquiry(each, (CLAIM,)) for each in clients],
        options,
        Progress(),
        resolver=ResolverSettings(),
        verification=VerificationSettings(),
    )


def test_the_options_have_the_defaults_that_their_help_tells() -> None:
    assert read_options() == {"resolvers": (), "timeout": 5.0, "rate": 50}


@pytest.mark.parametrize("rate", ["0", "1001", "-1", "fast", "1.5"])
def test_a_rate_out_of_bounds_is_refused(rate: str) -> None:
    with pytest.raises(click.UsageError, match="--rate"):
        read_options("--rate", rate)


def test_resolvers_named_replace_those_of_the_settings() -> None:
    settings = ResolverSettings(servers=("192.0.2.53",), window=64)
    chosen = choose_resolver(settings, read_options("--resolver", "192.0.2.1", "--timeout", "2"))
    assert chosen == ResolverSettings(servers=("192.0.2.1",), window=64, timeout=2.0)
    assert choose_resolver(settings, read_options()).servers == ("192.0.2.53",)


def test_clients_are_asked_about_over_the_network(
    name_server: NameServer, capsys: pytest.CaptureFixture[str]
) -> None:
    options = read_options("--resolver", f"127.0.0.1:{name_server.port}", "--rate", "1000")
    found = ask(options, FOUNDING, NAMELESS)
    assert {each: said.verdict.cause for each, said in found.items()} == {
        FOUNDING: Cause.FORWARD_NODATA,
        NAMELESS: Cause.NO_PTR,
    }
    assert found[NAMELESS].vouched == {CLAIM: Vouched()}
    assert capsys.readouterr().err == ""


def test_a_resolver_that_does_not_answer_is_told_of_and_given_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver_watch, "_FIRST_PAUSES", (1,))
    monkeypatch.setattr(resolver_watch, "_PATIENCE", 0.2)
    with pytest.raises(Failure) as raised:
        ask(read_options("--resolver", "127.0.0.1:9", "--timeout", "0.1"), FOUNDING)
    assert capsys.readouterr().err == (
        "gotrdns: the resolver does not answer: trying again in 1 second\n"
    )
    assert raised.value.message == (
        "the resolver (127.0.0.1:9) does not even answer for the root's name servers, nor did it "
        "after 1 second: nothing is concluded from that; name another one with "
        "--resolver, or ask nothing (--offline)"
    )


def test_what_is_no_resolver_is_told() -> None:
    with pytest.raises(Failure, match=r"'dns\.example' is not a resolver"):
        ask(read_options("--resolver", "dns.example"), FOUNDING)


@pytest.mark.parametrize(
    ("elapsed", "asked", "line"),
    [
        (1.0, 50, "asked about 50 of 8,031 clients"),
        (21.0, 1200, "asked about 1,200 of 8,031 clients, 2 minutes left"),
        (160.0, 8030, "asked about 8,030 of 8,031 clients, 1 second left"),
        (161.0, 8031, "asked about 8,031 of 8,031 clients"),
    ],
)
def test_the_line_tells_how_long_it_takes(
    elapsed: float, asked: int, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", screen := Terminal())
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((100, 24)))
    times = iter([10.0, 10.0 + elapsed])
    Countdown(8031, Progress(), lambda: next(times)).show(asked)
    assert screen.getvalue() == "\r\033[K" + line
