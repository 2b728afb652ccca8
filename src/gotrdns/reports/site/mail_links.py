"""Links that begin a letter in the visitor's own mail program (RFC 6068)."""

from typing import Final
from urllib.parse import quote

import msgspec

from gotrdns.reports.letters import Letter

# Windows hands links on to mail programs up to 2,048 characters long, and drops longer ones.
_LONGEST: Final = 2000


class MailLink(msgspec.Struct, frozen=True):
    """``whole`` is whether the link brings the letter's text as well; without it, its head only.

    Where that would be the subject alone, there is no link, and ``text`` is empty.
    """

    text: str
    whole: bool


def mail_link(letter: Letter) -> MailLink:
    return mail_link_to(letter.to or "", letter.subject, letter.body)


def mail_link_to(address: str, subject: str, body: str) -> MailLink:
    to = quote(address, safe="@")
    head = f"mailto:{to}?subject={quote(subject, safe='')}"
    whole = f"{head}&body={quote(body.replace(chr(10), chr(13) + chr(10)), safe='')}"
    if len(whole) <= _LONGEST:
        return MailLink(whole, whole=True)
    return MailLink(head if to else "", whole=False)
