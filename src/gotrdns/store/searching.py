"""What is remembered of whom a person means: an incident, an address, a name, a sender.

Owns how such a subject becomes questions about the store. SQLAlchemy is not imported before one is
asked.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from gotrdns.names import Address, DomainName, Network
from gotrdns.policy.recorded import RecordedDecision
from gotrdns.policy.subjects import Below, Incident, SenderDomain, Subject

if TYPE_CHECKING:
    from gotrdns.store.queries import Search, Store


class Request(msgspec.Struct, frozen=True):
    """What is wanted of the store. Times are seconds since 1970.

    ``latest`` leaves out what was seen after it, for those who read on.
    """

    subject: Subject | None
    since: float | None
    until: float | None
    follow_up: bool
    limit: int
    latest: float | None = None


def find(store: "Store", request: Request) -> list[RecordedDecision]:
    """What is remembered, the latest first. Raises StoreUnavailable."""
    if isinstance(request.subject, Incident):
        found = store.find_incident(request.subject.id)
        return [] if found is None else [found]
    by_id = {each.id: each for search in _searches(request) for each in store.find(search)}
    latest_first = sorted(by_id.values(), key=lambda each: each.last_at, reverse=True)
    return latest_first[: request.limit]


def _searches(request: Request) -> list["Search"]:
    from gotrdns.store.queries import Search  # noqa: PLC0415 - SQLAlchemy takes 200 ms

    subject = request.subject
    wanted: list[dict[str, Any]]
    match subject:
        case None | Incident():
            wanted = [{}]
        case Address():
            wanted = [{"address": subject}]
        case Network():
            wanted = [{"network": subject}]
        case Below():
            wanted = [{"below": subject.name}]
        case SenderDomain():
            wanted = [{"sender_domain": subject.name}]
        case DomainName():
            wanted = [{"host_name": subject}, {"sender_domain": subject.text}]
    return [
        Search(
            since=request.since,
            until=request.until,
            latest=request.latest,
            follow_up=request.follow_up,
            limit=request.limit,
            **each,
        )
        for each in wanted
    ]
