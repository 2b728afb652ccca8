"""gotrdns inside a real Postfix, on the private Internet: who is refused, and with what words."""

from collections.abc import Iterator

import pytest

from tests.live import clients
from tests.live.clients import CLIENTS, Client
from tests.live.daemon import Daemon
from tests.live.postfix import POLICY_OVER_TCP, POLICY_OVER_UNIX, Postfix
from tests.live.resolver import Resolver
from tests.live.serving import events, make_daemon
from tests.live.smtp import Conversation, deliver

# Where the reply's words come from, by cause: each must say what is wrong in these words.
WORDS = {
    "no-ptr": "no reverse name",
    "forward-nodata": "no A",
    "forward-nxdomain": "does not exist",
    "forward-mismatch": "not",
    "ptr-unusable": "cannot be a host name",
}


@pytest.fixture(scope="module")
def strict(postfix: Postfix, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with make_daemon(tmp_path_factory.mktemp("strict"), postfix, "strict") as daemon:
        yield daemon


@pytest.fixture(autouse=True)
def forget_everything(cold_resolver: Resolver) -> None:
    """Each case asks the private Internet afresh."""


def assert_outcome(client: Client, conversation: Conversation) -> None:
    refusal = conversation.refusal
    private = str(client.address).startswith("192.168.")
    if client.result == "pass" or private:
        assert conversation.accepted, refusal
        return
    assert refusal is not None, "let in"
    expected = (450, "4.7.25") if client.result == "temperror" else (550, "5.7.25")
    assert (refusal.code, refusal.enhanced) == expected, refusal
    assert "Client host rejected" in refusal.text
    assert str(client.address) in refusal.text
    for pointer in client.pointers:
        if len(client.pointers) == 1:
            assert pointer.name in refusal.text
    assert WORDS.get(client.cause, "") in refusal.text


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_each_client_gets_what_its_dns_deserves(
    client: Client, strict: Daemon, postfix: Postfix
) -> None:
    assert strict.running
    conversation = deliver(client.address, POLICY_OVER_UNIX, helo=client.helo)
    assert_outcome(client, conversation)
    if conversation.accepted:
        postfix.delivered(expecting=[conversation.queue_id])


def test_the_founding_example_is_refused_in_words_a_person_can_act_on(strict: Daemon) -> None:
    conversation = deliver("85.105.64.87", POLICY_OVER_TCP, helo="mail.business.example")
    refusal = conversation.refusal
    assert refusal is not None
    assert (refusal.code, refusal.enhanced) == (550, "5.7.25")
    for part in ("85.105.64.87", "dsl.static851056487.ttnet.net.tr", "no A record"):
        assert part in refusal.text
    assert len(f"550 5.7.25 {refusal.text}\r\n") <= 512
    [line] = events(strict, "decision", "client=85.105.64.87")[-1:]
    for part in ("result=fail", "cause=forward-nodata", "action=refuse"):
        assert part in line


@pytest.mark.parametrize(
    "client", [clients.TWO_NAMES_FIRST_CONFIRMS, clients.TWO_NAMES_LAST_CONFIRMS], ids=str
)
def test_two_names_of_which_one_confirms_are_accepted_twelve_times_of_twelve(
    client: Client, strict: Daemon, resolver: Resolver
) -> None:
    assert strict.running
    for _ in range(12):
        resolver.flush()
        assert deliver(client.address, POLICY_OVER_UNIX).accepted


def test_a_silent_zone_is_deferred_within_the_deadline_and_never_let_in(strict: Daemon) -> None:
    silent = [client for client in CLIENTS if client.cause.endswith("-timeout")]
    assert len(silent) == 2
    for client in silent:
        conversation = deliver(client.address, POLICY_OVER_UNIX)
        assert conversation.refusal is not None
        assert conversation.refusal.code == 450
        assert conversation.elapsed < 12
    assert strict.running


def test_postmaster_and_listed_clients_and_opted_out_domains_pass(strict: Daemon) -> None:
    assert strict.running
    refused = clients.FOUNDING.address
    for recipient in ("postmaster@recipient.example", "Abuse@recipient.example"):
        assert deliver(refused, POLICY_OVER_UNIX, recipients=[recipient]).accepted
    assert deliver(refused, POLICY_OVER_UNIX, recipients=["a@optout.example"]).accepted
    assert deliver("85.105.64.90", POLICY_OVER_UNIX).accepted
