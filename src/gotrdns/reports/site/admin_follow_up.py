"""The pages about businesses to follow up: all of them, and one with its letters.

Owns which letters there are for a business, and what is said of it in short.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from gotrdns.explaining.explanation import Explanation
from gotrdns.names import DomainName, InvalidName, is_host_name
from gotrdns.reports import english_admin as words
from gotrdns.reports.layout import LETTER_WIDTH, paragraph
from gotrdns.reports.past_text import done_in_short
from gotrdns.reports.site.admin_decisions import cause_of, row_of, vouching_of
from gotrdns.reports.site.admin_layout import Frame, Section, compose_admin_page
from gotrdns.reports.site.admin_times import when
from gotrdns.reports.site.explanation_part import compose_explanation
from gotrdns.reports.site.mail_links import MailLink, mail_link_to
from gotrdns.verification import Verdict
from gotrdns.vouching.businesses import Business

PATH: Final = Section.FOLLOW_UP.path
SHOWN: Final = 25
_INCIDENTS_SHOWN: Final = 100
_LISTED: Final = 5


class Few(msgspec.Struct, frozen=True):
    """The first of many texts, and how many there are beside them."""

    first: tuple[str, ...]
    more: int


class Brief(msgspec.Struct, frozen=True):
    """A business in short. ``client`` is its name, or its address where it has none."""

    incident: str
    client: str
    addresses: Few
    names: Few
    helo_names: Few
    senders: Few
    cause: str
    reason: str
    mails: int
    first: Markup
    last: Markup
    vouched: str
    fates: tuple[tuple[str, int], ...]


class Outcome(msgspec.Struct, frozen=True):
    """What was just done about a business; ``undo`` is an incident of it that is done now."""

    said: str = ""
    undo: str = ""


class BusinessLetter(msgspec.Struct, frozen=True):
    """A letter to the business itself, and the link that begins it."""

    to: str
    subject: str
    body: str
    link: MailLink


class Page(msgspec.Struct, frozen=True):
    """Which businesses are shown. ``most_read`` is how many decisions were read of more."""

    businesses: Sequence[Business]
    start: int = 0
    most_read: int | None = None


def compose_follow_up(frame: Frame, page: Page, outcome: Outcome) -> str:
    shown = page.businesses[page.start : page.start + SHOWN]
    more = len(page.businesses) > page.start + SHOWN
    return compose_admin_page(
        "admin_follow_up.html",
        frame,
        title=words.FOLLOW_UP,
        briefs=[brief_of(each) for each in shown],
        outcome=outcome,
        most_read=page.most_read,
        rest=f"{PATH}?{urlencode({'from': page.start + SHOWN})}" if more else None,
        latest=PATH if page.start else None,
    )


def compose_business(
    frame: Frame, business: Business, explanation: Explanation | None, *, public_url: str
) -> str:
    """``explanation`` is made from the latest decision, where it tells anything."""
    rows = [row_of(each) for each in business.decisions[:_INCIDENTS_SHOWN]]
    brief = brief_of(business)
    return compose_admin_page(
        "admin_business.html",
        frame,
        title=brief.client,
        brief=brief,
        address=business.latest.address,
        explained=None if explanation is None else compose_explanation(explanation, level=3),
        letter=_letter(business, brief.cause, public_url),
        rows=rows,
        unshown=len(business.decisions) - len(rows),
        public_url=public_url,
    )


def brief_of(business: Business) -> Brief:
    latest = business.latest
    decisions = business.decisions
    fates: Counter[str] = Counter()
    for each in decisions:
        fates[done_in_short(each)] += each.count
    return Brief(
        incident=latest.id,
        client=client_of(business),
        addresses=_few(each.address for each in decisions),
        names=_few(each.host_name for each in decisions),
        helo_names=_few(each.helo for each in decisions),
        senders=_few(each.sender for each in decisions),
        cause=cause_of(_verdict(business)),
        reason=latest.reason,
        mails=business.mails,
        first=when(business.first_at),
        last=when(latest.last_at),
        vouched=vouching_of(latest),
        fates=tuple(fates.items()),
    )


def client_of(business: Business) -> str:
    """What it is called here."""
    return business.latest.host_name or business.latest.address


def _verdict(business: Business) -> Verdict | None:
    try:
        return business.latest.verdict()
    except ValueError:
        return None


def _few(texts: Iterable[str]) -> Few:
    found = [each for each in dict.fromkeys(texts) if each]
    return Few(tuple(found[:_LISTED]), max(0, len(found) - _LISTED))


def _letter(business: Business, cause: str, public_url: str) -> BusinessLetter | None:
    """To the postmaster of the first domain that spoke for it; None where none did."""
    domain = next(filter(_is_mail_domain, business.domains), None)
    if domain is None or not cause:
        return None
    latest = business.latest
    link = f"{public_url}/i/{latest.id}"
    where = words.BUSINESS_WHERE.format(link=link) if public_url else words.BUSINESS_ASK
    texts = (
        each.format(address=latest.address, cause=cause, where=where)
        for each in words.BUSINESS_LETTER
    )
    paragraphs = ["\n".join(_lines(each)) for each in texts]
    to = f"postmaster@{domain}"
    subject = words.BUSINESS_SUBJECT.format(address=latest.address)
    body = "\n\n".join(paragraphs) + "\n"
    return BusinessLetter(to, subject, body, mail_link_to(to, subject, body))


def _lines(text: str) -> list[str]:
    return [line for each in text.split("\n") for line in paragraph(each, "", width=LETTER_WIDTH)]


def _is_mail_domain(text: str) -> bool:
    """Whether it can stand in the head of a mail."""
    try:
        return is_host_name(DomainName.parse(text))
    except InvalidName:
        return False
