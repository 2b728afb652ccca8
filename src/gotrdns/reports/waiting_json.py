"""A wait for a repair for programs: one object a look, and what the last adds to an explanation.

Owns the keys, their order and their spelling. An object with ``look`` is one look of a wait that
goes on; the last look is the explanation's own object with ``wait`` in it.
"""

import msgspec

from gotrdns.explaining.awaiting import Look
from gotrdns.explaining.explanation import Explanation
from gotrdns.explaining.standing import Place, Progress, ServerState
from gotrdns.reports.explanation_json import JsonObject, encode_explanation
from gotrdns.reports.explanation_sentences import record_data


def encode_look(look: Look) -> bytes:
    """One JSON object without a line end."""
    return msgspec.json.encode(
        {
            "address": look.progress.address.text,
            "look": look.number,
            **_progress(look),
            "next_look_seconds": round(look.pause, 1),
        }
    )


def encode_waited(explanation: Explanation, look: Look) -> bytes:
    """The explanation's object, and ``wait``: how the wait for it ended."""
    values: JsonObject = msgspec.json.decode(encode_explanation(explanation))
    values["wait"] = {"looks": look.number, **_progress(look)}
    return msgspec.json.encode(values)


def _progress(look: Look) -> JsonObject:
    progress: Progress = look.progress
    return {
        "elapsed_seconds": round(look.elapsed, 1),
        "everywhere": progress.everywhere,
        "result": progress.result.value,
        "reachable": progress.reachable,
        "bogus": progress.bogus,
        "names": [each.text for each in progress.names],
        "zones": [_place(each) for each in progress.places],
    }


def _place(place: Place) -> JsonObject:
    return {
        "zone": place.zone.text,
        "owner": place.question.name.text,
        "type": place.question.type.name,
        "sought": place.sought.value,
        "servers": [_server(each) for each in place.servers],
    }


def _server(state: ServerState) -> JsonObject:
    return {
        "server": state.server.name.text,
        "address": state.server.address.text,
        "standing": state.standing.value,
        "kinds": [reply.kind.value for reply in state.said],
        "data": list(
            dict.fromkeys(record_data(each) for reply in state.said for each in reply.records)
        ),
    }
