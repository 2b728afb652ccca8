"""The HELO name as a voucher: somebody chose it, and it resolves to the client."""

from gotrdns.names import Address, DomainName
from gotrdns.policy import Voucher
from gotrdns.vouching.generic import is_generic
from gotrdns.vouching.inquiry import Inquiry
from gotrdns.vouching.testimony import Testimony, Word


async def hear_helo(inquiry: Inquiry, client: Address, name: DomainName) -> Testimony:
    """A generic name only covers; since it could not vouch, its trouble leaves nothing open."""
    word = await inquiry.leads_to(name, client)
    if is_generic(client, name):
        word = Word.COVERS if word is Word.VOUCHES else Word.SILENT
    return Testimony(Voucher.HELO, name, word, name.text, inquiry.lifetime)
