"""A repair of one client's pair of records, which comes to one real server after the other."""

from tests.live.internet import Internet, NameServer
from tests.live.seeds import SEEDS

SEED = SEEDS["cache-stale"]
CLIENT = SEED.client


class Repair:
    """The seed's pair of records, changed on one server at a time."""

    def __init__(self, internet: Internet) -> None:
        self.first: NameServer = internet.servers["seed-a"]
        self.second: NameServer = internet.servers["seed-b"]

    def publish_address(self, *servers: NameServer) -> None:
        for each in servers:
            each.replace_zone(SEED.domain, lambda text: text + f"mail A {CLIENT}\n")

    def withdraw_pointer(self, *servers: NameServer) -> None:
        for each in servers:
            each.replace_zone(SEED.origin, lambda text: text.replace("10 PTR", "11 PTR"))

    def publish_pointer(self, *servers: NameServer) -> None:
        for each in servers:
            each.replace_zone(SEED.origin, lambda text: text.replace("11 PTR", "10 PTR"))

    def undo(self) -> None:
        self.first.restore_zones()
        self.second.restore_zones()
