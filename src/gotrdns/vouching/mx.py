"""The sender domain's mail exchanges as a voucher: one of them is the client."""

import asyncio
from typing import Final

from gotrdns.lookup import TEMPORARY, Answer, Outcome, RecordType
from gotrdns.names import Address, DomainName, is_host_name
from gotrdns.policy import Voucher
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.testimony import Testimony, Word

MOST_EXCHANGES: Final = 10  # as many as RFC 7208 section 4.6.4 allows


async def hear_mx(inquiry: Inquiry, client: Address, domain: DomainName) -> Testimony:
    """The first host that is the client decides, however slow the others are."""
    answer = await inquiry.ask(domain, RecordType.MX)
    if answer.outcome in TEMPORARY:
        return Testimony(Voucher.MX, domain, Word.UNKNOWN)
    hosts = [
        asyncio.ensure_future(_hear_host(inquiry.branch(), client, domain, host))
        for host in mail_hosts(domain, answer)
    ]
    summary = Testimony(Voucher.MX, domain, Word.SILENT, lifetime=inquiry.lifetime)
    try:
        for heard in asyncio.as_completed(hosts):
            testimony = await heard
            if testimony.word is Word.VOUCHES:
                return testimony
            if summary.word is Word.SILENT:
                summary = _join(summary, testimony)
    finally:
        for host in hosts:
            host.cancel()
    return summary


async def _hear_host(
    inquiry: Inquiry, client: Address, domain: DomainName, host: DomainName
) -> Testimony:
    word = await inquiry.leads_to(host, client)
    return Testimony(Voucher.MX, domain, word, host.text, inquiry.lifetime)


def _join(silent: Testimony, other: Testimony) -> Testimony:
    """What two hosts say together that are not the client, or may not be."""
    if other.word is Word.UNKNOWN:
        return other
    lifetime = min(silent.lifetime, other.lifetime)
    return Testimony(silent.by, silent.domain, Word.SILENT, lifetime=lifetime)


def mail_hosts(domain: DomainName, answer: Answer) -> tuple[DomainName, ...]:
    """The hosts that take the domain's mail, the preferred first (RFC 5321 section 5.1).

    A domain without MX takes it itself. One whose only MX is the root takes none (RFC 7505).
    """
    if answer.outcome is Outcome.NODATA:
        return (domain,)
    ordered = sorted(answer.exchanges, key=lambda each: (each.preference, each.name.canonical_key))
    hosts = dict.fromkeys(each.name for each in ordered if is_host_name(each.name))
    return tuple(hosts)[:MOST_EXCHANGES]
