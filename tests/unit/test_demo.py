"""The demonstration ends by itself, and shows the right thing."""

import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gotrdns.cli.verbs import program


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    temporary = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "gotrdns", "demo"],
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(temporary.iterdir()) == []
    return done.stdout


def test_the_founding_example_is_shown_in_full(shown: str) -> None:
    assert "FAIL (forward-nodata)" in shown
    assert "For the sender, in three steps" in shown


@pytest.mark.parametrize(
    ("address", "result", "cause"),
    [
        ("192.168.1.1", "pass", "confirmed"),
        ("2001:470:1f0b:10::25", "pass", "confirmed"),
        ("81.20.30.13", "pass", "confirmed"),
        ("81.20.30.14", "pass", "confirmed"),
        ("81.20.30.10", "permerror", "no-ptr"),
        ("81.20.30.11", "fail", "forward-mismatch"),
        ("81.20.30.12", "temperror", "forward-servfail"),
    ],
)
def test_the_others_are_shown_in_brief(shown: str, address: str, result: str, cause: str) -> None:
    assert re.search(rf"^  {address} +{result} +{cause} ", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("address", "action"),
    [
        ("81.20.30.13", "DUNNO"),
        ("81.20.30.10", "550 5.7.25 "),
        ("81.20.30.12", "450 4.7.25 "),
        ("192.168.1.1", "PREPEND X-Gotrdns: "),
    ],
)
def test_the_policy_service_answers_as_postfix_would_hear_it(
    shown: str, address: str, action: str
) -> None:
    assert f"    client_address={address}\n      action={action}" in shown
    assert "    recipient=you@recipient.example\n\n    action=550 5.7.25 85.105.64.87 " in shown


def test_it_fits_a_terminal(shown: str) -> None:
    assert max(map(len, shown.splitlines())) <= 80


def test_what_it_says_to_do_next_is_what_serve_expects(shown: str) -> None:
    help_text = CliRunner().invoke(program, ["serve", "--help"]).output
    for text in ("/etc/gotrdns/gotrdns.toml", "check_policy_service { unix:private/gotrdns,"):
        assert text in help_text
        assert text in shown
