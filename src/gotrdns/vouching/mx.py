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
    answer = await inquiry.ask(domain, RecordType.MX)
    if answer.outcome in TEMPORARY:
        return Testimony(Voucher.MX, domain, Word.UNKNOWN)
    hosts = mail_hosts(domain, answer)
    words = await asyncio.gather(*(inquiry.leads_to(host, client) for host in hosts))
    for word in (Word.VOUCHES, Word.UNKNOWN):
        if word in words:
            host = hosts[words.index(word)]
            return Testimony(Voucher.MX, domain, word, host.text, inquiry.lifetime)
    return Testimony(Voucher.MX, domain, Word.SILENT, lifetime=inquiry.lifetime)


def mail_hosts(domain: DomainName, answer: Answer) -> tuple[DomainName, ...]:
    """The hosts that take the domain's mail, the preferred first (RFC 5321 section 5.1).

    A domain without MX takes it itself. One whose only MX is the root takes none (RFC 7505).
    """
    if answer.outcome is Outcome.NODATA:
        return (domain,)
    ordered = sorted(answer.exchanges, key=lambda each: (each.preference, each.name.canonical_key))
    hosts = dict.fromkeys(each.name for each in ordered if is_host_name(each.name))
    return tuple(hosts)[:MOST_EXCHANGES]
