"""The picture of the loop, address to name to address, broken where it breaks.

Owns what the picture shows and where in it everything stands, in units of its own; the drawing is
`templates/loop_picture.svg`, the colours `templates/loop_picture.css`. It brings neither scripts,
nor styles, nor identifiers, so that a page can hold any number of them under any policy.
"""

import enum
from typing import Final

import msgspec
from markupsafe import Markup

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address
from gotrdns.reports import english_page as words
from gotrdns.reports.smtp import shorten_name
from gotrdns.reports.templating import render
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict

_WIDTH: Final = 360
_MARGIN: Final = 8
_GAP: Final = 44  # between two boxes side by side
_ARROW: Final = 76  # the height of an arrow
_ASIDE: Final = 40  # from the edge to an arrow: both labels must fit between them
_LINE: Final = 17
_ABOVE_LINES: Final = 26
_BELOW_LINES: Final = 10
_WIDE_TEXT: Final = 40  # characters in a line of a box as wide as the picture
_NARROW_TEXT: Final = 18
_LINES_SHOWN: Final = 4
_UNDECIDED: Final = frozenset(
    {NameState.SERVFAIL, NameState.REFUSED, NameState.TIMEOUT, NameState.UNPROVEN}
)


class State(enum.Enum):
    """How a part of the picture looks; the values are names of style."""

    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"
    UNSURE = "unsure"
    ABSENT = "absent"  # it was never come to


class Box(msgspec.Struct, frozen=True):
    """What an address or a name stands in."""

    x: int
    y: int
    width: int
    height: int
    caption: str
    lines: tuple[str, ...]
    state: State

    @property
    def middle(self) -> int:
        return self.x + self.width // 2

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def baseline(self, number: int) -> int:
        """Where the line of text with that number, from 0, stands."""
        return self.y + _ABOVE_LINES + 12 + number * _LINE


class Arrow(msgspec.Struct, frozen=True):
    """From one box to another. ``lack`` is what there was in place of the record."""

    x: int
    start: int
    end: int
    label: str
    lack: str
    state: State

    @property
    def heading(self) -> int:
        """1 downwards, -1 upwards."""
        return 1 if self.end > self.start else -1

    @property
    def middle(self) -> int:
        return (self.start + self.end) // 2


class _Story(msgspec.Struct, frozen=True):
    """What happened, before it has a place."""

    name: str
    name_caption: str
    name_state: State
    reverse: tuple[str, str, State]
    forward: tuple[str, str, State]
    elsewhere: str = ""
    elsewhere_caption: str = ""


def draw_loop(verdict: Verdict) -> Markup:
    """An ``svg`` element, for a page that has the colours of `loop_picture.css`."""
    story = _tell(verdict)
    tops = _split_top(verdict, story) if story.elsewhere else [_whole_top(verdict)]
    top = tops[0].bottom
    lines = _in_lines(story.name, _WIDE_TEXT)
    name = _box(0, top + _ARROW, _WIDTH, story.name_caption, lines, story.name_state)
    return render(
        "loop_picture.svg",
        said=_said(verdict, story),
        boxes=[*tops, name],
        arrows=[
            Arrow(_ASIDE, top, name.y, *story.reverse),
            Arrow(_WIDTH - _ASIDE, name.y, top, *story.forward),
        ],
        apart=tops if story.elsewhere else [],
        margin=_MARGIN,
        width=_WIDTH,
        height=name.bottom,
        State=State,
    ).strip()


def _whole_top(verdict: Verdict) -> Box:
    state = State.GOOD if verdict.cause is Cause.CONFIRMED else State.NEUTRAL
    lines = _in_lines(verdict.address.text, _WIDE_TEXT)
    return _box(0, 0, _WIDTH, words.THE_CLIENT, lines, state)


def _split_top(verdict: Verdict, story: _Story) -> list[Box]:
    """The client's address, and the other one that the name leads to."""
    width = (_WIDTH - _GAP) // 2
    lines = _in_lines(verdict.address.text, _NARROW_TEXT)
    others = _in_lines(story.elsewhere, _NARROW_TEXT)
    rows = max(len(lines), len(others))
    return [
        _box(0, 0, width, words.THE_CLIENT, lines, State.NEUTRAL, rows=rows),
        _box(width + _GAP, 0, width, story.elsewhere_caption, others, State.BAD, rows=rows),
    ]


def _box(
    x: int,
    y: int,
    width: int,
    caption: str,
    lines: tuple[str, ...],
    state: State,
    *,
    rows: int = 0,
) -> Box:
    height = _ABOVE_LINES + max(len(lines), rows) * _LINE + _BELOW_LINES
    return Box(x, y, width, height, caption, lines, state)


def _in_lines(text: str, width: int) -> tuple[str, ...]:
    """The text cut where a label or a group ends, if it can be; its middle left out if too long."""
    rest = shorten_name(text, width * _LINES_SHOWN - width // 2)
    lines: list[str] = []
    while len(rest) > width:
        cut = 1 + max(rest.rfind(".", 0, width), rest.rfind(":", 0, width))
        room_after = (_LINES_SHOWN - len(lines) - 1) * width
        if not cut or len(rest) - cut > room_after:
            cut = width
        lines.append(rest[:cut])
        rest = rest[cut:]
    return (*lines, rest)


def _tell(verdict: Verdict) -> _Story:
    record_type = "AAAA" if verdict.address.is_ipv6 else "A"
    checked = _telling_name(verdict)
    if checked is None:
        return _tell_of_no_name(verdict, record_type)
    confirmed = checked.state is NameState.CONFIRMED
    found = State.GOOD if confirmed else State.NEUTRAL
    caption = words.THE_NAME
    if len(verdict.names) > 1:
        caption = words.ONE_OF_NAMES.format(count=len(verdict.names))
    others = _other_addresses(checked, verdict)
    elsewhere = words.ELSEWHERE
    if len(others) > 1:
        elsewhere = words.ONE_OF_OTHERS.format(count=len(others))
    return _Story(
        name=checked.name.text,
        name_caption=caption,
        name_state=State.BAD if checked.state is NameState.UNUSABLE else found,
        reverse=(_label("PTR", verdict.reverse), "", found),
        forward=(
            _label(record_type, checked.answer),
            words.STATES[checked.state].format(type=record_type),
            _state_of(checked),
        ),
        elsewhere=others[0].text if others else "",
        elsewhere_caption=elsewhere,
    )


def _other_addresses(checked: CheckedName, verdict: Verdict) -> list[Address]:
    """Those that a name leads to in place of the client's."""
    if checked.state is not NameState.MISMATCH or checked.answer is None:
        return []
    return sorted(each for each in checked.answer.addresses if each != verdict.address)


def _tell_of_no_name(verdict: Verdict, record_type: str) -> _Story:
    undecided = verdict.result is Result.TEMPERROR
    outcome = verdict.reverse.outcome if verdict.reverse else Outcome.TIMEOUT
    state = State.UNSURE if undecided else State.BAD
    return _Story(
        name=words.UNKNOWN_NAME if undecided else words.NO_NAME,
        name_caption=words.THE_NAME,
        name_state=State.ABSENT,
        reverse=(_label("PTR", verdict.reverse), words.LACKS[outcome].format(type="PTR"), state),
        forward=(record_type, "", State.ABSENT),
    )


def _telling_name(verdict: Verdict) -> CheckedName | None:
    """The first name that is as the cause says it, or the first of all."""
    telling = verdict.cause.value.removeprefix("forward-").removeprefix("ptr-")
    states = [each for each in verdict.names if each.state.value == telling]
    return next(iter((*states, *verdict.names)), None)


def _state_of(checked: CheckedName) -> State:
    if checked.state is NameState.CONFIRMED:
        return State.GOOD
    if checked.state in _UNDECIDED:
        return State.UNSURE
    return State.NEUTRAL if checked.state is NameState.MISMATCH else State.BAD


def _label(record_type: str, answer: Answer | None) -> str:
    by_alias = answer is not None and answer.aliases
    return words.BY_ALIAS.format(type=record_type) if by_alias else record_type


def _said(verdict: Verdict, story: _Story) -> str:
    name = shorten_name(story.name, _WIDE_TEXT * 2)
    return words.PICTURES[verdict.result].format(address=verdict.address, name=name)
