"""What there is to tell of a complaint, for programs: one JSON object.

Owns the keys, their order and their spelling. Nothing here is wording. Times are RFC 3339, in UTC.
"""

from typing import Any

import msgspec

from gotrdns.reports.explanation_json import encode_explanation
from gotrdns.reports.letters import Letter
from gotrdns.reports.logs.complaint import (
    Case,
    Chapter,
    Chronicle,
    Complaint,
    Confirmation,
    Rest,
    Story,
    Turning,
)
from gotrdns.reports.logs.complaint_sentences import letters_for
from gotrdns.reports.logs.report import Amount
from gotrdns.reports.logs.spelling import spell_moment

_Object = dict[str, Any]


def encode_complaint(complaint: Complaint) -> bytes:
    """One JSON object without a line end. ``state`` is null where nobody was found."""
    state = complaint.state
    return msgspec.json.encode(
        {
            "complaint": complaint.whom,
            "meant": complaint.meant.value,
            "logs": complaint.logs,
            "lines": complaint.lines,
            "first": spell_moment(complaint.first_at),
            "last": spell_moment(complaint.last_at),
            "state": None if state is None else state.value,
            "clients": len(complaint.cases) + complaint.rest.clients,
            "stories": [_case(each) for each in complaint.cases],
            "others": _rest(complaint.rest),
            "nearest": complaint.nearest,
        }
    )


def _case(case: Case) -> _Object:
    explanation = case.explanation
    return {
        **_story(case.story),
        "state": case.state.value,
        "standing": case.standing.value,
        "explanation": None
        if explanation is None
        else msgspec.Raw(encode_explanation(explanation)),
        "letters": [_letter(each) for each in letters_for(case)],
    }


def _story(story: Story) -> _Object:
    told = {
        "address": story.address.text,
        "found_by": [{"by": each.by.value, "text": each.text} for each in story.matches],
        "names": story.names,
        "claimed_names": story.claimed,
        "helos": story.helos,
        "sender_domains": story.sender_domains,
        "reverse_dns": _amount(story.amount),
        "otherwise": story.otherwise,
        "deliveries": story.deliveries,
        "elsewhere": story.elsewhere,
        **_chronicle(story.chronicle),
        "last_rejection": None if story.last is None else _turning(story.last),
        "confirmed_since": None if story.confirmed is None else _confirmation(story.confirmed),
        "last_delivery": spell_moment(story.taken_in_at),
    }
    if story.envelopes:
        told["envelopes"] = [
            {"sender": each.sender, "recipient": each.recipient} for each in story.envelopes
        ]
    return told


def _chronicle(chronicle: Chronicle) -> _Object:
    return {
        "chapters": [_chapter(each) for each in chronicle.beginning],
        "left_out": {
            "chapters": chronicle.chapters_left_out,
            "events": chronicle.events_left_out,
        },
        "last_chapters": [_chapter(each) for each in chronicle.end],
    }


def _chapter(chapter: Chapter) -> _Object:
    return {
        "event": chapter.event.value,
        "first": spell_moment(chapter.first_at),
        "last": spell_moment(chapter.last_at),
        "times": chapter.times,
        "cause": None if chapter.ground is None else chapter.ground.value,
        "name": chapter.name or None,
        "reply": chapter.reply or None,
    }


def _turning(turning: Turning) -> _Object:
    return {
        "event": turning.event.value,
        "at": spell_moment(turning.at),
        "cause": turning.ground.value,
        "reply": turning.reply,
        "claimed_name": turning.name or None,
        "helo": turning.helo or None,
    }


def _confirmation(confirmation: Confirmation) -> _Object:
    return {"name": confirmation.name, "at": spell_moment(confirmation.at)}


def _letter(letter: Letter) -> _Object:
    return {
        "fixer": letter.fixer.value,
        "to": letter.to,
        "subject": letter.subject,
        "body": letter.body,
    }


def _rest(rest: Rest) -> _Object:
    return {
        "clients": rest.clients,
        "reverse_dns": _amount(rest.amount),
        "deliveries": rest.deliveries,
    }


def _amount(amount: Amount) -> _Object:
    return {"refused": amount.refused, "deferred": amount.deferred, "warned": amount.warned}
