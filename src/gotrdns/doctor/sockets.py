"""The places where mail servers find the daemon: it answers there, and Postfix may ask.

Owns which these places are, and what it takes to reach one.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from gotrdns.doctor.circumstances import EXIM, MILTER, POSTFIX, Absent, Circumstances
from gotrdns.doctor.conclusions import conclude
from gotrdns.doctor.greetings import GREETINGS
from gotrdns.doctor.host import FileStatus, Host, User
from gotrdns.doctor.policy_calls import milter_calls, policy_calls
from gotrdns.protocols.endpoints import Endpoint, UnixEndpoint
from gotrdns.reports.examination import Check, Fault, Finding, Obstacle, Unmade, Well, Wrong

_PASS: Final = 1
_WRITE: Final = 2


async def examine_sockets(host: Host, around: Circumstances) -> AsyncIterator[Finding]:
    places = _places(host, around)
    if not places:
        for check in (Check.SOCKET_ANSWERS, Check.SOCKET_PERMITTED):
            yield Unmade(check, Obstacle.NO_SETTINGS)
        return
    for found in await asyncio.gather(*(_ask(host, *each) for each in places)):
        yield found
    for each in _permissions(host, around, [place for door, place in places if door != EXIM]):
        yield each


def _places(host: Host, around: Circumstances) -> list[tuple[str, Endpoint]]:
    """By door: those that the settings listen at, and those that Postfix believes are ours."""
    places = [(door, place) for door, listed in around.doors.items() for place in listed]
    if not isinstance(around.postfix, Absent):
        called = {
            POSTFIX: policy_calls(host, around, around.postfix),
            MILTER: milter_calls(host, around, around.postfix),
        }
        for door, calls in called.items():
            for call in calls:
                # Of the several addresses of a name, Postfix needs but one.
                if call.is_ours and not call.listened:
                    places += [(door, each) for each in call.endpoints]
    return list(dict.fromkeys(places))


async def _ask(host: Host, door: str, place: Endpoint) -> Finding:
    details = {"place": str(place), "door": door}
    greeting = GREETINGS[door]
    try:
        answer = await host.converse(place, greeting.question, greeting.is_whole)
    except FileNotFoundError:
        return Wrong(Fault.SOCKET_MISSING, details)
    except PermissionError:
        return Unmade(Check.SOCKET_ANSWERS, Obstacle.NOT_PERMITTED, {"path": str(place)})
    except TimeoutError:
        return Wrong(Fault.SOCKET_STRANGE, details)
    except OSError as error:
        reason = error.strerror or str(error)
        return Wrong(Fault.SOCKET_DEAD, {**details, "reason": reason})
    if greeting.is_whole(answer) and greeting.is_right(answer):
        return Well(Check.SOCKET_ANSWERS, details)
    return Wrong(Fault.SOCKET_STRANGE, details)


def _permissions(host: Host, around: Circumstances, places: list[Endpoint]) -> Iterator[Finding]:
    check = Check.SOCKET_PERMITTED
    if isinstance(around.postfix, Absent):
        yield around.postfix.hinders(check)
        return
    owner = around.postfix.value("mail_owner")
    user = host.user(owner)
    if user is None:
        yield Unmade(check, Obstacle.NO_USER, {"user": owner})
        return
    queue = around.postfix.queue_directory
    found = [
        finding
        for place in places
        if isinstance(place, UnixEndpoint)
        for finding in _permission(host, place.path, user, queue)
    ]
    yield from conclude(check, found, {"user": user.name})


def _permission(host: Host, path: Path, user: User, queue: Path) -> Iterator[Finding]:
    """Whoever works in the queue directory needs to pass only what is below it."""
    above = [each for each in reversed(path.parents) if not queue.is_relative_to(each)]
    try:
        for directory in above:
            if not host.look_at(directory).admits(user, _PASS):
                yield Wrong(Fault.SOCKET_FORBIDDEN, _details(directory, user, host))
                return
        if not host.look_at(path).admits(user, _WRITE):
            yield Wrong(Fault.SOCKET_FORBIDDEN, _details(path, user, host))
    except FileNotFoundError:
        return  # That it is not there is said where it does not answer.
    except OSError as error:
        reason = error.strerror or str(error)
        details = {"path": str(path), "reason": reason}
        yield Unmade(Check.SOCKET_PERMITTED, Obstacle.UNREADABLE, details)


def _details(path: Path, user: User, host: Host) -> dict[str, str]:
    status: FileStatus = host.look_at(path)
    return {"path": str(path), "user": user.name, "mode": f"{status.mode & 0o7777:04o}"}
