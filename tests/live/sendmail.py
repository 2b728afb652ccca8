"""A private Sendmail: its configuration is made from `sendmail.mc`, as administrators make theirs.

Owns its configuration, life, log and mailbox. It resolves through the namespace's
`/etc/resolv.conf`.
"""

import subprocess
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as default_policy
from pathlib import Path
from typing import Final

from tests.live.daemon import accepts
from tests.live.process import Process
from tests.live.unpacked import as_if_installed, unpacked

HOST: Final = "mx.recipient.example"

# Whatever it accepts is for the one local mailer, which keeps each copy in a file. A mailer that is
# not told the recipient would be spoken SMTP to.
CONFIGURATION: Final = """\
divert(-1)
define(`_CF_DIR_', `{cf}/')dnl
include(`{cf}/m4/cf.m4')dnl
divert(0)dnl
OSTYPE(`linux')dnl
define(`MAIL_SETTINGS_DIR', `{directory}/')dnl
define(`QUEUE_DIR', `{directory}/queue')dnl
define(`STATUS_FILE', `{directory}/statistics')dnl
define(`HELP_FILE', `{directory}/help')dnl
define(`confPID_FILE', `{directory}/pid')dnl
define(`confDOMAIN_NAME', `{host}')dnl
define(`ALIAS_FILE', `')dnl
define(`confLOG_LEVEL', `12')dnl
define(`confTO_IDENT', `0')dnl
define(`confBIND_OPTS', `-DNSRCH -DEFNAMES')dnl
define(`confCONNECTION_RATE_THROTTLE', `0')dnl
define(`confDELIVERY_MODE', `interactive')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confREFUSE_LA', `1000')dnl
define(`LOCAL_MAILER_PATH', `{mailer}')dnl
define(`LOCAL_MAILER_ARGS', `keep {directory}/mail $u')dnl
define(`LOCAL_MAILER_FLAGS', `S')dnl
MODIFY_MAILER_FLAGS(`LOCAL', `-w5:/|@A')dnl
DAEMON_OPTIONS(`Family=inet, Name=MTA, Addr=127.0.0.1, Port={port}')dnl
DAEMON_OPTIONS(`Family=inet6, Name=MTA6, Addr=::1, Port={port}')dnl
FEATURE(`accept_unresolvable_domains')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
{lines}
MAILER(`local')dnl
MAILER(`smtp')dnl
LOCAL_CONFIG
Cw recipient.example optout.example
"""

MAILER: Final = """\
#!/bin/sh
unfinished=$(mktemp "$1/.XXXXXX")
cat > "$unfinished"
mv "$unfinished" "$1/kept.${unfinished##*.}"
"""


class Sendmail:
    """`lines` are statements of `sendmail.mc`."""

    def __init__(self, directory: Path, lines: str, port: int) -> None:
        self._port = port
        self._directory = directory
        for each in (directory, directory / "queue", directory / "mail"):
            each.mkdir(parents=True)
            each.chmod(0o755)
        mailer = directory / "mailer"
        mailer.write_text(MAILER)
        mailer.chmod(0o755)
        configuration = directory / "sendmail.cf"
        cf = unpacked("sendmail-cf", "usr/share/sendmail/cf")
        source = CONFIGURATION.format(
            cf=cf, directory=directory, host=HOST, mailer=mailer, port=port, lines=lines
        )
        configuration.write_text(_preprocess(source))
        sendmail = unpacked("sendmail-bin", "usr/libexec/sendmail/sendmail")
        # It waits a minute for DNS if its host's name has no domain.
        named = ["unshare", "--uts", "--", "sh", "-e", "-c", f'hostname {HOST}; exec "$@"', "sh"]
        logging = ["-X", f"{directory / 'dialogues'}"]
        command: list[str | Path] = [*named, sendmail, "-bD", f"-C{configuration}", *logging]
        self._process = Process(
            "sendmail",
            as_if_installed(command, directory, accounts=["smmta", "smmsp"]),
            output=directory / "output",
        )

    def start(self) -> None:
        """Returns once it accepts connections."""
        self._process.start(ready=lambda: accepts(("127.0.0.1", self._port)))

    def kill(self) -> None:
        self._process.kill()

    def lines(self) -> list[str]:
        return self._process.lines()

    def delivered(self) -> list[EmailMessage]:
        """The messages that have arrived by now."""
        return [
            message_from_bytes(path.read_bytes(), policy=default_policy)
            for path in (self._directory / "mail").glob("kept.*")
        ]

    def __enter__(self) -> "Sendmail":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def _preprocess(source: str) -> str:
    done = subprocess.run(["m4", "-"], input=source, capture_output=True, text=True, check=True)
    return done.stdout
