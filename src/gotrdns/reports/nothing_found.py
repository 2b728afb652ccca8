"""How it is said that nothing is remembered of somebody."""

from gotrdns.names import Address, DomainName, Network
from gotrdns.policy.subjects import Below, Incident, SenderDomain, Subject
from gotrdns.reports import english_past as words
from gotrdns.reports import moments


def nothing_found(
    subject: Subject | None,
    since: float | None = None,
    until: float | None = None,
    *,
    follow_up: bool = False,
) -> str:
    """That there is nothing, in words; times are local."""
    span = ""
    if since is not None:
        span += words.SINCE.format(since=moments.short(since))
    if until is not None:
        span += words.UNTIL.format(until=moments.short(until))
    wording = words.NOTHING_TO_FOLLOW_UP if follow_up else words.NOTHING_FOUND
    return wording.format(subject=_named(subject), span=span)


def _named(subject: Subject | None) -> str:
    match subject:
        case None:
            return words.ANY_DECISION
        case Incident():
            return words.SUBJECTS["incident"].format(text=subject.id)
        case Address():
            return subject.text
        case Network():
            return words.SUBJECTS["network"].format(text=subject.text)
        case Below():
            return words.SUBJECTS["below"].format(text=subject.name)
        case SenderDomain():
            return words.SUBJECTS["sender"].format(text=subject.name)
        case DomainName():
            return words.SUBJECTS["name"].format(text=subject)
