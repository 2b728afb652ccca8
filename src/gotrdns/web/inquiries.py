"""What a visitor typed into the check form, and what is the matter with it.

Owns reading it. The sentences are the table's of ``reports``.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from gotrdns.checking.helo import read_helo
from gotrdns.checking.targets import Remark, Weight, parse_mail_host
from gotrdns.explaining.expert import Asked
from gotrdns.names import Address, Network
from gotrdns.policy.subjects import Incident, UnknownSubject, read_subject
from gotrdns.reports import english_site as words
from gotrdns.reports.sentences import legible
from gotrdns.reports.site.check import CheckForm, sentence_about

_LONGEST: Final = 255  # RFC 1035 section 2.3.4


class Unfit(Exception):
    """What was typed cannot be checked; ``form`` says why."""

    def __init__(self, form: CheckForm) -> None:
        super().__init__(", ".join(form.wrong.values()))
        self.form = form


class AnIncident(Exception):
    """An incident's id or link was typed: it has a page of its own."""

    def __init__(self, incident: str) -> None:
        super().__init__(incident)
        self.incident = incident


def read_form(fields: Mapping[str, str], own: Address | None) -> CheckForm:
    """What was typed, without what no text field can hold."""
    texts = {field: _one_line(fields.get(field, "")) for field in ("q", "helo", "name")}
    return CheckForm(
        target=texts["q"],
        helo=texts["helo"],
        name=texts["name"],
        own=None if own is None else own.text,
    )


def read_inquiry(form: CheckForm) -> Asked:
    """What is known beside the target. Raises Unfit, and AnIncident."""
    wrong = {}
    if sentence := _wrong_with_target(form.target):
        wrong["target"] = sentence
    for field in ("helo", "name"):
        if len(getattr(form, field)) > _LONGEST:
            wrong[field] = words.TOO_LONG
    name = parse_mail_host(form.name) if form.name else None
    if form.name and name is None:
        wrong.setdefault("name", words.NOT_A_NAME.format(name=legible(form.name)))
    if wrong:
        raise Unfit(msgspec.structs.replace(form, wrong=wrong))
    return Asked(helo=read_helo(form.helo) if form.helo else None, name=name)


def _wrong_with_target(text: str) -> str | None:
    """What can be said before DNS is asked."""
    if len(text) > _LONGEST:
        return words.TOO_LONG
    if not text:
        return sentence_about(Remark("empty-target", Weight.IMPOSSIBLE, text))
    try:
        subject = read_subject(text)
    except UnknownSubject:
        return None
    if isinstance(subject, Incident):
        raise AnIncident(subject.id)
    if isinstance(subject, Network):
        return words.NETWORK
    return words.MAIL_ADDRESS if "@" in text else None


def _one_line(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text).strip()
