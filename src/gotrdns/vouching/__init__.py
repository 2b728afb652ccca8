"""Who speaks for a client that reverse DNS does not confirm: its HELO name, MX or SPF.

Owns the three questions, their limits, and how far a domain's word reaches. Only asked where a
verdict leaves something open; what becomes of the answer is ``policy``'s business.
"""

from gotrdns.vouching.asking import Vouching
from gotrdns.vouching.generic import is_generic
from gotrdns.vouching.reach import Reach, Spoken
from gotrdns.vouching.testimony import Testimony, Word

__all__ = ["Reach", "Spoken", "Testimony", "Vouching", "Word", "is_generic"]
