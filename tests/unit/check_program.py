"""The program as a shell starts it, and a small world for it to look at."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator

from click.testing import CliRunner

from gotrdns.cli.verbs import program

PROGRAM = [sys.executable, "-m", "gotrdns"]

WORLD = """
87.64.105.85.in-addr.arpa. 3600 IN PTR dsl.static851056487.ttnet.net.tr.
dsl.static851056487.ttnet.net.tr. TXT "exists"
10.30.20.81.in-addr.arpa. PTR mail.business.example.
mail.business.example. A 81.20.30.10
mail.business.example. AAAA 2001:470:1f0b:10::25
business.example. MX 10 mail.business.example.
business.example. MX 20 backup.business.example.
backup.business.example. A 81.20.30.11
nomail.example. MX 0 .
careless.example. MX 5 81.20.30.10.
careless.example. MX 10 gone.careless.example.
careless.example. MX 20 text.example.
careless.example. MX 30 broken.example.
careless.example. MX 40 a\\032b.example.
careless.example. MX 50 mail.business.example.
plain.example. A 81.20.30.10
text.example. TXT "only"
broken.example. servfail
slow.example. timeout
12.30.20.81.in-addr.arpa. timeout
13.30.20.81.in-addr.arpa. servfail
14.30.20.81.in-addr.arpa. PTR a\\027[31m\\007b.example.
"""


def run_program(
    *arguments: str, standard_input: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        input=standard_input,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def run_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """As ``run_program``, in this process: where there is much to try, quicker."""
    done = CliRunner().invoke(program, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def check(
    resolver: str, *arguments: str, standard_input: str | None = None
) -> subprocess.CompletedProcess[str]:
    options = ["--resolver", resolver, "--timeout", "1"]
    return run_program("check", *options, *arguments, standard_input=standard_input)


def lines_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error."""
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("gotrdns: ") and done.stderr.endswith("\n")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("gotrdns: ").removesuffix("\n")


def redirected(redirections: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it from a shell, with its streams led elsewhere."""
    command = ["sh", "-c", f'exec "$@" {redirections}', "sh", *PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)


@contextlib.contextmanager
def running(resolver: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [*PROGRAM, "check", "--resolver", resolver, *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()
