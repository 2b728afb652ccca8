"""The check page: its form, what is said while name servers are asked, and the result.

Owns what the page shows; an explanation itself is `explanation_part`'s.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.checking.targets import Remark
from gotrdns.evidence import Kind, Reply
from gotrdns.explaining.explanation import Explanation
from gotrdns.names import Address
from gotrdns.reports import english_site as words
from gotrdns.reports import moments
from gotrdns.reports.explanation_sentences import describe
from gotrdns.reports.readers import Reader
from gotrdns.reports.sentences import legible
from gotrdns.reports.site.explanation_part import compose_explanations
from gotrdns.reports.site.layout import compose_page
from gotrdns.reports.templating import mark_up, render
from gotrdns.reports.walk_sentences import duration

END_OF_PROGRESS: Final = Markup("</ul>\n</div>\n")


class CheckForm(msgspec.Struct, frozen=True):
    """What was typed, as it was. ``own`` is the visitor's address, where it can be offered.

    ``wrong`` says of a field what is wrong with it.
    """

    target: str = ""
    helo: str = ""
    name: str = ""
    own: str | None = None
    wrong: Mapping[str, str] = {}


def compose_front(form: CheckForm) -> str:
    """The form alone, and what it is for."""
    return compose_page("check.html", title=words.CHECK_TITLE, form=form, said=())


def compose_refusal(form: CheckForm, said: Sequence[str], *, title: str) -> str:
    """The form with what is wrong: in ``form.wrong`` at its field, in ``said`` above it."""
    return compose_page("check.html", title=title, form=form, said=said)


def divide_page(form: CheckForm) -> tuple[str, str]:
    """The page up to where the progress and the result go, and what follows them."""
    mark = secrets.token_hex()
    page = compose_page("check_result.html", title=result_title(form.target), content=mark)
    before, _, after = page.partition(mark)
    return before, after


def compose_beginning(form: CheckForm) -> Markup:
    """The heading and the progress, while name servers are asked; ``END_OF_PROGRESS`` closes it."""
    return render("site/check_walking.html", site=words, title=result_title(form.target))


def compose_step(text: str) -> Markup:
    """A line of what they answer."""
    return Markup("<li>{}</li>\n").format(text)


def compose_heading(form: CheckForm) -> Markup:
    return Markup('<h1 tabindex="-1">{}</h1>\n').format(mark_up(result_title(form.target)))


def compose_result(
    form: CheckForm, explained: Sequence[Explanation], said: Sequence[str], *, moment: float
) -> Markup:
    """All below the heading."""
    return render(
        "site/check_content.html",
        site=words,
        form=form,
        said=said,
        result=compose_explanations([(None, each) for each in explained], reader=Reader.SENDER),
        checked_at=words.CHECKED_AT.format(moment=moments.said_in_utc(moment)),
    )


def compose_trouble(form: CheckForm, said: Sequence[str]) -> Markup:
    """In place of the result."""
    return render(
        "site/check_content.html", site=words, form=form, said=said, result="", checked_at=""
    )


def result_title(target: str) -> str:
    return words.RESULT_TITLE.format(target=legible(target))


def sentence_about(remark: Remark) -> str:
    target = legible(remark.target)
    return words.TARGETS[remark.code].format(target=target, type=remark.record_type)


def sentence_about_haste(seconds: float, *, of_all: bool) -> str:
    """For those who ask too often."""
    sentence = words.TOO_MANY_OF_ALL if of_all else words.TOO_MANY
    return sentence.format(duration=duration(max(1, round(seconds))))


class Narrator:
    """Puts replies into words, each thing that a server said once.

    The reverse names of ``addresses`` are called by them.
    """

    def __init__(self, addresses: Iterable[Address]) -> None:
        self._called = {each.reverse_name: each.text for each in addresses}
        self._said: set[str] = set()

    def say(self, reply: Reply) -> str | None:
        """A line; None if it was said already."""
        said = describe(reply)
        if reply.kind is Kind.REFERRAL and reply.referral is not None:
            said = words.REFERRED.format(zone=reply.referral)
        name = reply.question.name
        called = self._called.get(name, name.text)
        line = words.STEP.format(server=reply.server.name, name=called, said=said)
        if line in self._said:
            return None
        self._said.add(line)
        return line
