"""The page of an incident: what it tells, and what it keeps to itself."""

import re
from pathlib import Path

import msgspec
import pytest

from gotrdns.lookup import Answer, Outcome
from gotrdns.names import Address, DomainName
from gotrdns.policy import Action, Decision, Rule, Transaction, Vouched, Voucher
from gotrdns.policy.confirmations import overrule
from gotrdns.reports import english_incident as words
from gotrdns.reports.fates import TO_CHANGE, Fate, fate_of
from gotrdns.reports.site.incident import compose_incident, tell
from gotrdns.store.queries import Store
from gotrdns.verification import Cause, CheckedName, NameState, Result, Verdict
from tests.unit.hostile_explanations import ATTACKS
from tests.unit.recorded_worlds import FOUNDING, named, recorded, scenarios, verdict_in
from tests.unit.stores import NOW, failing, passing, transaction
from tests.unit.web.incidents import Site, legible, refusal, site

HELO = "srv1.bakery-schmitt.com"


def test_the_founding_example_is_told_from_the_refusal_to_the_records(
    everybody: Site, founding: str
) -> None:
    page = everybody.read(founding)
    expected = """\
        Your mail from 85.105.64.87 was refused
        Whoever sent it got it back with an error message.
        15 January 2027, 08:00 UTC
        85.105.64.87
        srv1.bakery-schmitt.com
        fail (forward-nodata)
        Changed it? Check again now
        The Internet address 85.105.64.87 has the name dsl.static851056487.ttnet.net.tr, but that \
name does not lead back to the address: no address is entered for it.
        Two entries in the DNS, the Internet's directory of names, have to match.
        Make sure that your Internet connection has a fixed (static) address.
        You, or whoever looks after your domain (what stands after the @ in your mail address): \
create this entry.
        mail.bakery-schmitt.com. IN A 85.105.64.87
        Your Internet provider or hosting company: only they can create this entry
        87.64.105.85.in-addr.arpa. IN PTR mail.bakery-schmitt.com.
        mail.bakery-schmitt.com is a proposal
        Letters, ready to send
        DNS of mail.bakery-schmitt.com: please publish an A record
        Reverse DNS of 85.105.64.87: please publish a PTR record
        Check again now
        Look at 85.105.64.87 as it is now
        What was seen at the time
        87.64.105.85.in-addr.arpa. 3600 PTR dsl.static851056487.ttnet.net.tr.
        dsl.static851056487.ttnet.net.tr. 300 A no A record"""
    place = 0
    for sentence in expected.splitlines():
        place = page.index(sentence.strip(), place)


@pytest.mark.parametrize("scenario", scenarios())
def test_every_cause_has_a_page_with_its_own_sentence(everybody: Site, scenario: str) -> None:
    verdict = verdict_in(scenario)
    action = {Result.PASS: Action.PASS, Result.TEMPERROR: Action.DEFER}.get(
        verdict.result, Action.REFUSE
    )
    incident = everybody.remember(Decision(action, Rule.STRICT, verdict))
    page = everybody.read(incident)
    assert verdict.address.text in page
    assert f"{verdict.result.value} ({verdict.cause.value})" in page
    wording = words.BECAUSE[verdict.cause].partition("{")[0]
    assert wording in page
    if verdict.result in {Result.FAIL, Result.PERMERROR}:
        assert " IN " in page
    if verdict.result is Result.TEMPERROR and verdict.cause is not Cause.RESOLVER_UNREACHABLE:
        assert "There is no entry that you could create." in page
        assert " IN PTR " not in page
        assert "do not work" in page  # the letter's subject


def test_every_cause_of_the_closed_list_is_among_them() -> None:
    assert {verdict_in(each).cause for each in scenarios()} == set(Cause)


FATES = {
    Fate.REFUSED: Decision(Action.REFUSE, Rule.UNVOUCHED, failing()),
    Fate.DEFERRED: Decision(Action.DEFER, Rule.FEW_FAILURES, failing()),
    Fate.GREETED: Decision(Action.DEFER, Rule.DYNAMIC_NAME, passing()),
    Fate.WOULD_REFUSE: Decision(Action.PASS, Rule.OBSERVE, failing(), withheld=Action.REFUSE),
    Fate.WOULD_DEFER: Decision(Action.PASS, Rule.OBSERVE, failing(), withheld=Action.DEFER),
    Fate.ACCEPTED: Decision(Action.PASS, Rule.VOUCHED, failing(), marked=True),
    Fate.FINE: Decision(Action.PASS, Rule.DYNAMIC_RETRIED, passing(), marked=True),
    Fate.UNJUDGED: Decision(
        Action.PASS, Rule.RESOLVER_LIES, failing(), withheld=Action.REFUSE, marked=True
    ),
    Fate.NOT_PUBLIC: Decision(
        Action.PASS,
        Rule.NON_PUBLIC_CLIENT,
        failing(Address.parse("192.168.1.1")),
        withheld=Action.REFUSE,
    ),
    Fate.NOT_CHECKED: Decision(Action.PASS, Rule.UNKNOWN_CLIENT),
}


@pytest.mark.parametrize("fate", Fate)
def test_what_became_of_the_mail_is_said_first(everybody: Site, fate: Fate) -> None:
    decision = FATES[fate]
    page = everybody.read(everybody.remember(decision))
    address = decision.verdict.address.text if decision.verdict else ""
    assert f"{words.TITLES[fate].format(address=address)}\n{words.LEADS[fate]}" in page
    assert (words.CHANGE in page) is (fate in TO_CHANGE)
    assert (words.LETTERS_SEVERAL in page) is (fate in TO_CHANGE)
    if fate not in TO_CHANGE:
        assert " IN " not in page
        assert words.CHECK_BUTTON not in page


def test_what_a_doubtful_resolver_said_is_not_held_against_the_sender(everybody: Site) -> None:
    page = everybody.read(everybody.remember(FATES[Fate.UNJUDGED]))
    assert "dsl.static851056487" not in page
    assert "no A record" not in page


def test_every_way_of_letting_in_is_told_alike(everybody: Site) -> None:
    """Who let it in, and why, is the receiving side's business."""
    told = [
        Decision(Action.PASS, Rule.ALLOWED, failing(), marked=True, allowance=1),
        Decision(
            Action.PASS,
            Rule.VOUCHED,
            failing(),
            marked=True,
            vouched=Vouched((Voucher.MX, Voucher.SPF), (DomainName.parse("voucher.example"),)),
        ),
        Decision(Action.PASS, Rule.OWN_ACTION, failing(), marked=True),
    ]
    pages = []
    for decision in told:
        incident = everybody.remember(decision)
        pages.append(everybody.read(incident).replace(incident, "INCIDENT"))
    assert pages[0] == pages[1] == pages[2]


def test_a_repair_that_was_seen_before_is_told_as_right(everybody: Site) -> None:
    verdict = overrule(failing(), DomainName.parse("mail.bakery-schmitt.com"))
    incident = everybody.remember(Decision(Action.PASS, Rule.REPAIR_SEEN, verdict, marked=True))
    page = everybody.read(incident)
    assert words.TITLES[Fate.FINE].format(address=verdict.address) in page
    assert "has the name mail.bakery-schmitt.com, and that name leads back" in page
    assert words.OLD_ANSWERS in page
    assert "dsl.static851056487.ttnet.net.tr. 60 A no A record" in page


def test_repetitions_are_counted(everybody: Site) -> None:
    with Store(everybody.url, create=True):
        pass
    incident = everybody.remember(refusal(failing()))
    with Store(everybody.url) as store, store._database.write() as connection:
        connection.exec_driver_sql(f"UPDATE decisions SET count = 3, last_at = {NOW + 1800}")
    assert (
        "3 times between 15 January 2027, 08:00 UTC and 15 January 2027, 08:30 UTC"
        in everybody.read(incident)
    )
    assert '<time datetime="2027-01-15T08:30:00Z">' in everybody.get(f"/i/{incident}").text


PRIVATE = Transaction(
    Address.parse("85.105.64.87"),
    HELO,
    sender="anna.privatissima@secret-sender.org",
    recipient="bob.intimus@hidden-recipient.net",
    queue_id="4QUEUE7ID",
    mail_server_found="forged",
)
SECRETS = (
    *("anna", "privatissima", "secret-sender", "bob.intimus", "intimus", "hidden-recipient"),
    *("4QUEUE7ID", "store.sqlite3", "127.0.0.1", "voucher", "exception", "vouched"),
)


@pytest.mark.parametrize("action", [Action.REFUSE, Action.DEFER, Action.PASS])
def test_nothing_of_the_envelope_and_the_host_gets_onto_the_page(
    everybody: Site, action: Action
) -> None:
    vouched = Vouched((Voucher.SPF,), (DomainName.parse("voucher.example"),))
    decision = Decision(action, Rule.ALLOWED, verdict_in(FOUNDING), vouched=vouched, allowance=7)
    incident = everybody.remember(decision, PRIVATE)
    with Store(everybody.url) as store:
        kept = store.find_incident(incident)
    assert kept is not None
    assert "privatissima" in kept.sender  # there was something to leak
    page = everybody.get(f"/i/{incident}").text
    letters = re.findall(r"/i/[a-z0-9]+/letters/[a-z-]+\.txt", page)
    assert len(letters) == 2
    everything = [page, *(everybody.get(each).text for each in letters)]
    for secret in SECRETS:
        assert not any(secret.lower() in each.lower() for each in everything), secret


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_that_strangers_chose_add_nothing_to_the_page(everybody: Site, attack: str) -> None:
    label = attack.encode()[:63]
    name = DomainName(bytes([len(label)]) + label.lower() + b"\x07example\0")
    told = transaction(Address.parse("85.105.64.87"), helo=attack)
    incident = everybody.remember(refusal(named(name)), told)
    hostile = everybody.get(f"/i/{incident}").text
    harmless = everybody.get(f"/i/{everybody.remember(refusal(failing()), told)}").text
    tags = re.compile(r"<(/?[a-zA-Z!][^\s>]*)")
    assert set(tags.findall(hostile)) <= set(tags.findall(harmless)) | {"tspan", "/tspan"}
    assert not re.search(r"<[^>]+\son[a-z]+=", hostile)
    assert not re.search(r'(?:href|src|action)="(?!/|mailto:|#)', hostile)


def leading_to(*addresses: str) -> Verdict:
    """The founding example, whose name leads elsewhere."""
    verdict = verdict_in(FOUNDING)
    found = Answer(Outcome.FOUND, addresses=tuple(map(Address.parse, addresses)), ttl=60)
    [checked] = verdict.names
    names = (CheckedName(checked.name, NameState.MISMATCH, found),)
    return msgspec.structs.replace(verdict, cause=Cause.FORWARD_MISMATCH, names=names)


def test_what_our_resolver_knows_of_private_networks_is_not_told(tmp_path: Path) -> None:
    decision = refusal(leading_to("10.99.88.77", "172.20.1.1", "8.8.8.8"))
    with site(tmp_path) as everybody:
        incident = everybody.remember(decision)
        page = everybody.get(f"/i/{incident}").text
        letter = everybody.get(f"/i/{incident}/letters/address-owner.txt").text
    assert "10.99.88.77" not in page + letter
    assert "172.20.1.1" not in page + letter
    assert "leads elsewhere: 10.0.0.0, 8.8.8.8" in legible(page)
    assert "10.0.0.0 stands for an address of a private network here" in legible(page)


def test_an_intranet_is_told_of_its_own_addresses(tmp_path: Path) -> None:
    with site(tmp_path, private_targets=True) as everybody:
        page = everybody.read(everybody.remember(refusal(leading_to("10.99.88.77"))))
    assert "leads elsewhere: 10.99.88.77" in page


def test_several_names_are_counted_and_one_is_shown(everybody: Site) -> None:
    names = [DomainName.parse(f"mail{number}.bakery-schmitt.com") for number in range(3)]
    client = Address.parse("85.105.64.87")
    verdict = Verdict(
        client,
        Cause.FORWARD_NXDOMAIN,
        tuple(CheckedName(each, NameState.NXDOMAIN, Answer(Outcome.NXDOMAIN)) for each in names),
        Answer(Outcome.FOUND, names=tuple(names)),
        secure=False,
    )
    page = everybody.read(everybody.remember(refusal(verdict)))
    assert "has 3 names, and none of them leads back to the address. One is mail0" in page


def test_an_ipv6_sender_is_told_of_aaaa(everybody: Site) -> None:
    client = Address.parse("2001:470:1f0b:10::25")
    page = everybody.read(everybody.remember(refusal(failing(client))))
    assert "no address of this kind is entered for it" in page
    assert f" IN AAAA {client}" in page


def test_a_handed_on_reverse_zone_is_asked_of_whoever_keeps_it(everybody: Site) -> None:
    verdict = verdict_in("classless-delegation-without-ptr")
    page = everybody.read(everybody.remember(refusal(verdict)))
    assert words.REVERSE_STEPS[list(words.REVERSE_STEPS)[1]] in page
    assert "To whoever keeps the reverse DNS of your addresses" in page


def test_a_private_address_is_explained_and_not_looked_at(everybody: Site) -> None:
    decision = Decision(Action.REFUSE, Rule.STRICT, failing(Address.parse("10.1.2.3")))
    incident = everybody.remember(decision)
    page = everybody.read(incident)
    assert "10.1.2.3 is an address of a private network." in page
    assert words.NOT_CHECKED_HERE in page
    assert words.CHECK_BUTTON not in page
    assert everybody.post(f"/i/{incident}/check", {}).status_code == 404
    assert everybody.get(f"/i/{incident}/events").status_code == 404


@pytest.mark.parametrize("action", Action)
def test_every_decision_that_a_store_can_hold_has_a_page(action: Action) -> None:
    """Also those that no policy makes: a store may be older, or another's."""
    for rule in Rule:
        for verdict in (None, failing(), passing(), verdict_in("reverse-timeout")):
            for withheld in (None, Action.DEFER, Action.REFUSE):
                decision = recorded(verdict, rule=rule, action=action, withheld=withheld)
                assert (fate_of(decision) is Fate.REFUSED) is (action is Action.REFUSE)
                page = compose_incident(tell(decision), checking=None, days=30)
                assert words.TITLES[fate_of(decision)].partition("{")[0] in page
