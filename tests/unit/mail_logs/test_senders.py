"""The refused clients by place and domain: who is told of, in which order, and who is counted."""

import random
from typing import Any

from gotrdns.mail_logs.clients.accounts import Account
from gotrdns.mail_logs.clients.senders import find_senders
from gotrdns.mail_logs.facts import Fate
from gotrdns.reports.logs.report import Amount, Envelope, Ground, Sign
from tests.unit.mail_logs.facts_made import NOON

BUSINESS: dict[str, Any] = {"helos": b"mail.firm.example", "sender_domains": b"firm.example"}
ZOMBIE: dict[str, Any] = {"helos": b"user-pc", "sender_domains": b"bank.example"}


def refused(times: int = 1, **known: Any) -> Account:
    made = Account(NOON, NOON)
    for _ in range(times):
        made.count(Ground.NO_PTR, Fate.REFUSED, NOON)
    for name, value in known.items():
        setattr(made, name, value)
    return made


def delivering(name: bytes) -> Account:
    return Account(NOON, NOON, deliveries=1, last_delivery=NOON, names=name)


def test_zombies_are_only_counted() -> None:
    accounts = {b"192.0.2.%d" % n: refused(**ZOMBIE) for n in range(9)}
    likely, others = find_senders(accounts)
    assert likely == ()
    assert others.amount == Amount(clients=9, refused=9)
    assert others.signs == {Sign.NO_HOST_NAME_HELO: 9}


def test_clients_that_were_never_refused_are_neither() -> None:
    likely, others = find_senders({b"192.0.2.1": delivering(b"mx.firm.example")})
    assert (likely, others.amount) == ((), Amount())


def test_a_businesss_hosts_in_one_network_are_one_sender() -> None:
    accounts = {
        b"192.0.2.1": refused(1, **BUSINESS),
        b"192.0.2.9": refused(3, **BUSINESS),
        b"198.51.100.1": refused(1, **BUSINESS),
        b"2001:db8:0:1::1": refused(1, **BUSINESS),
        b"2001:db8:0:2::1": refused(1, **BUSINESS),
    }
    likely, _ = find_senders(accounts)
    assert [(each.network, each.domain, each.amount.clients) for each in likely] == [
        ("192.0.2.0/24", "firm.example", 2),
        ("2001:db8::/48", "firm.example", 2),
        ("198.51.100.0/24", "firm.example", 1),
    ]
    assert [each.text for each in likely[0].addresses] == ["192.0.2.9", "192.0.2.1"]
    assert likely[0].amount == Amount(clients=2, refused=4)


def test_a_weaker_client_of_the_same_place_belongs_to_it() -> None:
    weak = refused(helos=b"mail.firm.example")
    likely, others = find_senders({b"192.0.2.1": refused(**BUSINESS), b"192.0.2.2": weak})
    assert likely[0].amount.clients == 2
    assert others.amount.clients == 0


def test_mail_of_the_same_domain_from_the_next_address_speaks_for_a_client() -> None:
    weak = refused(helos=b"mail.firm.example")
    assert find_senders({b"192.0.2.2": weak})[0] == ()
    accounts = {b"192.0.2.2": weak, b"192.0.2.3": delivering(b"mx2.firm.example")}
    (likely,), _ = find_senders(accounts)
    assert likely.signs == (Sign.NEIGHBOUR_DELIVERS, Sign.MAIL_HOST_HELO)
    accounts[b"192.0.2.3"] = delivering(b"mx.another.example")
    assert find_senders(accounts)[0] == ()


def test_a_domain_in_many_networks_is_forged() -> None:
    accounts = {b"192.0.%d.1" % n: refused(**BUSINESS) for n in range(3)}
    assert len(find_senders(accounts)[0]) == 3
    accounts[b"192.0.3.1"] = refused(**BUSINESS)
    likely, others = find_senders(accounts)
    assert likely == ()
    assert others.signs[Sign.DOMAIN_IN_MANY_NETWORKS] == 4


def test_the_likeliest_come_first_whatever_the_order_of_the_log() -> None:
    accounts = {
        b"192.0.2.1": refused(9, helos=b"mail.a.example", sender_domains=b"a.example"),
        b"198.51.100.1": refused(
            1, helos=b"mail.b.example", sender_domains=b"b.example", last_delivery=NOON + 9
        ),
        b"203.0.113.1": refused(2, helos=b"mail.c.example", sender_domains=b"c.example"),
    }
    expected = find_senders(accounts)
    assert [each.domain for each in expected[0]] == ["b.example", "a.example", "c.example"]
    for seed in range(6):
        shuffled = list(accounts.items())
        random.Random(seed).shuffle(shuffled)
        assert find_senders(dict(shuffled)) == expected


def test_what_strangers_said_is_escaped() -> None:
    made = refused(
        helos=(b"mail.firm.example", b"\x1b[31mred"),
        sender_domains=(b"firm.example", b"caf\xe9\n"),
        envelopes=((b"a\x07@firm.example", b""),),
    )
    (sender,), _ = find_senders({b"192.0.2.1": made})
    assert sender.helos == ("mail.firm.example", "'\\x1b[31mred'")
    assert sender.sender_domains == ("firm.example", "'caf\\\\xe9\\n'")
    assert sender.envelopes == (Envelope("'a\\x07@firm.example'", ""),)


def test_what_is_no_address_is_passed_over() -> None:
    assert find_senders({b"999.1.1.1": refused(**BUSINESS)})[1].amount.clients == 0


def test_the_grounds_that_say_something_come_first() -> None:
    made = refused(1, **BUSINESS)
    for _ in range(3):
        made.count(Ground.UNTOLD, Fate.DEFERRED, NOON + 5)
    (sender,), _ = find_senders({b"192.0.2.1": made})
    assert list(sender.grounds.items()) == [(Ground.NO_PTR, 1), (Ground.UNTOLD, 3)]
    assert sender.last_rejection == NOON + 5
