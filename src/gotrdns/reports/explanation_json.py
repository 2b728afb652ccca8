"""An explanation as one JSON object: what ``check --json`` prints, and what the walk adds.

Owns the keys that ``explain`` adds, their order and their spelling. Nothing here is wording.
Strangers' free text is bounded and without control characters here too: it ends up on terminals.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from gotrdns.contacts.holder import Contact, Holder
from gotrdns.contacts.mailbox import Mailbox
from gotrdns.evidence import Leg, Path, Probe, Record, Reply, Server, Soa, Walk, Zone
from gotrdns.explaining.explanation import Explanation, Publication, Responsible
from gotrdns.lookup import Question
from gotrdns.names import Address, DomainName
from gotrdns.receivers import Prediction
from gotrdns.reports.explanation_sentences import record_data, tame
from gotrdns.reports.receiver_sentences import reply_text
from gotrdns.reports.verdict_json import encode_verdict

_LONGEST_TEXT: Final = 500

JsonObject = dict[str, Any]


def encode_explanation(explanation: Explanation) -> bytes:
    """One JSON object without a line end; ``trace`` is null where no server outside was asked."""
    verdict = encode_verdict(explanation.verdict, explanation.findings, explanation.elapsed)
    values: JsonObject = msgspec.json.decode(verdict)
    values["trace"] = None if explanation.walk is None else _trace(explanation.walk)
    values["responsible"] = [_responsible(each) for each in explanation.responsible]
    values["records"] = [_publication(each) for each in explanation.records]
    values["host"] = {
        "name": explanation.host.name.text,
        "choice": explanation.host.choice.value,
    }
    values["receivers"] = [
        _prediction(each, explanation.verdict.address) for each in explanation.predictions
    ]
    values["no_rdap"] = None if explanation.no_rdap is None else tame(explanation.no_rdap)
    return msgspec.json.encode(values)


def _prediction(prediction: Prediction, client: Address) -> JsonObject:
    return {
        "receiver": prediction.receiver.value,
        "reaction": prediction.reaction.value,
        "reply": reply_text(prediction, client) or None,
    }


def _trace(walk: Walk) -> JsonObject:
    return {
        "paths": [_path(each) for each in (walk.reverse, *walk.forward)],
        "probes": [_probe(each) for each in walk.probes],
        "egress": walk.egress,
        "cut_short": walk.cut_short,
        "questions": walk.questions,
        "elapsed_ms": _milliseconds(walk.elapsed),
    }


def _path(path: Path) -> JsonObject:
    return {
        "question": _question(path.question),
        "ending": path.ending.value,
        "legs": [_leg(each) for each in path.legs],
    }


def _question(question: Question) -> JsonObject:
    return {"name": question.name.text, "type": question.type.name}


def _leg(leg: Leg) -> JsonObject:
    return {"owner": leg.owner.text, "zones": [_zone(each) for each in leg.zones]}


def _zone(zone: Zone) -> JsonObject:
    return {
        "name": zone.name.text,
        "delegated_to": _texts(zone.delegated_to),
        "claims": None if zone.claims is None else _texts(zone.claims),
        "servers": [_server(each) for each in zone.servers],
        "unresolvable": _texts(zone.unresolvable),
        "left_out": [_server(each) for each in zone.left_out],
        "swept": zone.swept,
        "signed": zone.signed,
        "soa": None if zone.soa is None else _soa(zone.soa),
        "replies": [_reply(each) for each in zone.replies],
    }


def _server(server: Server) -> JsonObject:
    return {"name": server.name.text, "address": server.address.text}


def _soa(soa: Soa) -> JsonObject:
    return {
        "zone": soa.zone.text,
        "primary": soa.primary.text,
        "contact": soa.contact.text,
        "serial": soa.serial,
        "ttl": soa.ttl,
        "minimum": soa.minimum,
    }


def _reply(reply: Reply) -> JsonObject:
    return {
        "server": reply.server.name.text,
        "address": reply.server.address.text,
        "transport": reply.transport,
        "kind": reply.kind.value,
        "rcode": tame(reply.rcode),
        "authoritative": reply.authoritative,
        "ms": _milliseconds(reply.elapsed),
        "records": [_record(each) for each in reply.records],
        "referral": None if reply.referral is None else reply.referral.text,
        "extended_errors": [tame(each, _LONGEST_TEXT) for each in reply.extended_errors],
    }


def _record(record: Record) -> JsonObject:
    return {
        "owner": record.owner.text,
        "ttl": record.ttl,
        "type": record.type,
        "data": record_data(record),
    }


def _probe(probe: Probe) -> JsonObject:
    return {
        "purpose": probe.purpose.value,
        "zone": probe.zone.text,
        "question": _question(probe.reply.question),
        "reply": _reply(probe.reply),
        "beside": None if probe.beside is None else _reply(probe.beside),
    }


def _responsible(responsible: Responsible) -> JsonObject:
    mailbox, holder = responsible.mailbox, responsible.holder
    return {
        "fixer": responsible.fixer.value,
        "zone": None if responsible.zone is None else responsible.zone.text,
        "servers": _texts(responsible.servers),
        "mailbox": None if mailbox is None else _mailbox(mailbox),
        "holder": None if holder is None else _holder(holder),
    }


def _mailbox(mailbox: Mailbox) -> JsonObject:
    return {"text": tame(mailbox.text, _LONGEST_TEXT), "placeholder": mailbox.placeholder}


def _holder(holder: Holder) -> JsonObject:
    return {
        "network": tame(holder.network),
        "name": tame(holder.name, _LONGEST_TEXT),
        "handle": tame(holder.handle),
        "country": tame(holder.country),
        "registry": tame(holder.registry),
        "contacts": [_contact(each) for each in holder.contacts],
    }


def _contact(contact: Contact) -> JsonObject:
    return {
        "role": contact.role.value,
        "name": tame(contact.name, _LONGEST_TEXT),
        "email": tame(contact.email, _LONGEST_TEXT),
    }


def _publication(record: Publication) -> JsonObject:
    return {
        "owner": record.owner.text,
        "type": record.type,
        "data": record.data,
        "fixer": record.fixer.value,
        "zone": None if record.zone is None else record.zone.text,
        "relative": record.relative,
        "zone_file": record.zone_file,
        "wait_seconds": record.wait,
    }


def _texts(names: Iterable[DomainName]) -> list[str]:
    return [name.text for name in names]


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
