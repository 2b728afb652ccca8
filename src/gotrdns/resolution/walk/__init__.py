"""The walk: asking the name servers themselves, from the root down to the zone that is to blame.

Imported late: dnspython, which reads root hints and names types and codes, alone costs 75 ms.
"""

from gotrdns.resolution.walk.budget import WalkSettings
from gotrdns.resolution.walk.hints import InvalidHints, read_root_hints
from gotrdns.resolution.walk.walker import Walker

__all__ = ["InvalidHints", "WalkSettings", "Walker", "read_root_hints"]
