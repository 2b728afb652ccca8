"""gotrdns as a mail filter: its settings, and header fields that are forged for it to remove.

Owns what the tests with Postfix and those with Sendmail have in common.
"""

from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Final

OURS: Final = "mx.recipient.example"
"""The mail server's name for itself."""

FOREIGN: Final = "mx.elsewhere.example; spf=pass"
"""The one of the forged fields that is not, and must stay."""

# A mapping has a name once, and letter case makes them different here.
FORGED: Final = {
    "Authentication-Results": f"{OURS}; iprev=pass",
    "authentication-results": f'(as if) "{OURS}" 1; iprev=pass',
    "AUTHENTICATION-Results": FOREIGN,
    "Authentication-RESULTS": f"(folded\r\n\t) {OURS.upper()};\r\n\tiprev=pass",
    # Obsolete, and read all the same (RFC 5322 section 4.5).
    "Authentication-Results ": f"{OURS}; iprev=pass",
    "X-Gotrdns": "iprev=pass cause=confirmed",
    "x-gotrdns": "iprev=pass",
    "X-Gotrdns\t": "iprev=pass",
}

# What a client says for one message of several.
MESSAGE: Final = (
    "MAIL FROM:<someone@harbour.example>",
    "RCPT TO:<reader@recipient.example>",
    "DATA",
    f"Subject: A test\r\nAuthentication-Results: {OURS}; iprev=pass\r\n\r\nA message.\r\n.",
)

REFUSAL: Final = (
    "85.105.64.87 has the reverse name dsl.static851056487.ttnet.net.tr, but that name has no "
    "A record. Add A 85.105.64.87 where the DNS of that name is kept, or ask your Internet or "
    "hosting provider to make the PTR record name your mail host. "
    "See https://rdns.recipient.example/i/"
)
"""What the founding example is told, up to its incident."""

SETTINGS: Final = """\
[policy]
mode = "{mode}"
pass-networks = ["85.105.64.90"]
pass-recipient-domains = ["optout.example"]

[resolver]
servers = ["127.0.0.53"]

[postfix]
listen = []

[milter]
listen = [{places}]

[page]
public-url = "https://rdns.recipient.example"

[store]
url = "sqlite:///{directory}/store.sqlite3"

[control]
socket = ""
"""


def settings_file(directory: Path, mode: str, *places: str) -> Path:
    path = directory / f"{mode}.toml"
    listed = ", ".join(f'"{place}"' for place in places)
    path.write_text(SETTINGS.format(mode=mode, places=listed, directory=directory))
    return path


def results(message: EmailMessage) -> Sequence[str]:
    """Every Authentication-Results, unfolded, from the top."""
    return [" ".join(each.split()) for each in message.get_all("Authentication-Results", [])]


def told(result: str, cause: str, client: object) -> str:
    """What ours says about a client with an IPv4 address."""
    return f'{OURS}; iprev={result} reason="{cause}" policy.iprev={client}'
