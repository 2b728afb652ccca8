"""What DNS says of many clients at once, on the private Internet: as `gotrdns decide` says of each.

Unbound and the name servers are real, and the resolver goes away in the middle.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from itertools import cycle, islice

import pytest

from gotrdns.deciding import VerificationSettings
from gotrdns.mail_logs.today.asking import Claim, Enquiry, Today, ask_today, open_means
from gotrdns.names import Address
from gotrdns.resolution.settings import ResolverSettings
from gotrdns.verification import Cause
from tests.live import clients
from tests.live.clients import CLIENTS, load_clients
from tests.live.crowd import crowd, crowd_name
from tests.live.resolver import ADDRESS, Resolver
from tests.unit.check_program import run_here

# Every client makes two of these. The narrow domain speaks for no more networks than it may.
BUSINESS = Claim("mail.business.example", "business.example")
NARROW = Claim("client.example", "narrow.botnet.example")
CLAIMS = (
    BUSINESS,
    Claim("client.example", "wide.botnet.example"),
    Claim("mail.harbour.example", ""),
    Claim("81.20.30.20", "harbour.example"),
    Claim("client.example", "mail.refused.example"),
    Claim("elsewhere.harbour.example", "nowhere.example"),
)
OF_EACH_CAUSE = 20
SLOW = ("forward-timeout", "reverse-timeout")  # of these two are plenty
TIMEOUT = 3.0


def _causes() -> Mapping[Address, str]:
    """The clients, and what is true of each."""
    known = {str(each.address): each.cause for each in CLIENTS}
    for cause, addresses in crowd().items():
        for address in addresses[: 2 if cause in SLOW else OF_EACH_CAUSE]:
            known.setdefault(str(address), cause)
    return {Address.parse(address): cause for address, cause in known.items()}


CAUSES = _causes()


def _claims(number: int, client: Address) -> tuple[Claim, ...]:
    if str(client) == str(clients.VOUCHED.address):
        return (BUSINESS, NARROW)
    if str(client) in {str(clients.FOUNDING.address), str(clients.DYNAMIC.address)}:
        return (NARROW, CLAIMS[1])
    return tuple(islice(cycle(CLAIMS), number, number + 2))


ENQUIRIES = [Enquiry(each, _claims(number, each)) for number, each in enumerate(CAUSES)]


def ask(enquiries: Sequence[Enquiry], rate: float = 1000) -> dict[Address, Today]:
    async def main() -> dict[Address, Today]:
        settings = ResolverSettings(servers=(ADDRESS,), timeout=TIMEOUT)
        with open_means(settings, VerificationSettings()) as means:
            told: list[int] = []
            found = await ask_today(means, enquiries, rate=rate, on_told=told.append)
            assert told == list(range(1, len(enquiries) + 1))
            return found

    return asyncio.run(main())


@pytest.fixture(scope="module")
def found(resolver: Resolver) -> dict[Address, Today]:
    """All of them, asked about in one run of a resolver that remembers nothing."""
    resolver.flush()
    return ask(ENQUIRIES)


def test_there_are_many_clients_of_every_cause() -> None:
    assert len(ENQUIRIES) > 250
    # Nothing in this world makes the resolver itself unreachable; that is done below.
    assert set(CAUSES.values()) == {each.value for each in Cause} - {"resolver-unreachable"}


def test_every_verdict_is_what_the_dns_deserves(found: dict[Address, Today]) -> None:
    for address, cause in CAUSES.items():
        said = found[address].verdict.cause.value
        # Unbound gives up on silent servers: when asked again it says so, and does not try.
        given_up = cause.replace("timeout", "servfail")
        assert said in {cause, given_up}, address


def decide(enquiry: Enquiry, claim: Claim) -> dict[str, object]:
    """What `gotrdns decide` says of a client and one of its claims."""
    options = ("--mode", "protect", "--resolver", ADDRESS, "--timeout", str(TIMEOUT))
    sender = f"someone@{claim.sender}" if claim.sender else ""
    envelope = ("--helo", claim.helo, "--sender", sender)
    printed = run_here("decide", *options, *envelope, "--json", enquiry.address.text).stdout
    answer: dict[str, object] = json.loads(printed)
    return answer


def test_each_is_what_decide_says_of_the_same_client(found: dict[Address, Today]) -> None:
    compared = vouched_for = 0
    for enquiry in ENQUIRIES:
        today = found[enquiry.address]
        for claim in enquiry.claims:
            said = decide(enquiry, claim)
            assert said["result"] == today.verdict.result.value, enquiry
            if "timeout" not in CAUSES[enquiry.address]:
                assert said["cause"] == today.verdict.cause.value, enquiry
            heard = said["vouched"]
            if heard is None:  # the verdict settles it, or the address is not public
                continue
            vouched = today.vouched[claim]
            assert heard == {
                "by": [each.value for each in vouched.by],
                "domains": [each.text for each in vouched.domains],
                "undetermined": vouched.undetermined,
            }, enquiry
            compared += 1
            vouched_for += bool(vouched.by)
    assert compared > 400
    assert vouched_for == 4  # by business.example, and thrice by the narrow domain


def test_vouchers_are_not_asked_where_the_verdict_settles_it(found: dict[Address, Today]) -> None:
    dynamic = Address.parse(str(clients.DYNAMIC.address))
    for address, today in found.items():
        is_settled = today.verdict.cause is Cause.CONFIRMED and address != dynamic
        assert bool(today.vouched) is not is_settled, address


def test_a_domain_speaks_for_three_networks_of_the_log(resolver: Resolver) -> None:
    """Of the four that its SPF names; `decide`, which sees one client at a time, lets all in."""
    named = (clients.NO_PTR, clients.CLASSLESS_DANGLING, clients.FOUNDING)
    beyond = clients.FORTY_NAMES_BEYOND_TEN
    assert resolver.running
    enquiries = [Enquiry(Address.parse(str(each.address)), (NARROW,)) for each in (*named, beyond)]
    found = ask(enquiries)
    assert [bool(found[each.address].vouched[NARROW].by) for each in enquiries] == [
        *[True] * 3,
        False,
    ]


def test_a_resolver_that_is_started_anew_in_the_middle_changes_nothing(
    resolver: Resolver,
) -> None:
    enquiries = [Enquiry(Address.parse(str(each.address))) for each in load_clients()]
    expected = ask(enquiries)
    waited: list[int] = []

    async def disturbed() -> dict[Address, Today]:
        missed = asyncio.Event()

        def note_waiting(pause: int) -> None:
            waited.append(pause)
            missed.set()

        def disturb(count: int) -> None:
            if count == 50:
                resolver.stop()

        settings = ResolverSettings(servers=(ADDRESS,), timeout=TIMEOUT)
        with open_means(settings, VerificationSettings(), note_waiting) as means:
            asking = asyncio.create_task(ask_today(means, enquiries, rate=50, on_told=disturb))
            await missed.wait()
            await asyncio.to_thread(resolver.start)
            return await asking

    try:
        found = asyncio.run(disturbed())
    finally:
        if not resolver.running:
            resolver.start()
    assert found == expected
    assert {each.verdict.cause for each in found.values()} == {Cause.CONFIRMED}
    assert waited == [5]


def test_the_names_of_the_crowd_are_those_of_the_verdicts(found: dict[Address, Today]) -> None:
    for client in crowd()["confirmed"][:OF_EACH_CAUSE]:
        verdict = found[Address.parse(str(client))].verdict
        assert [each.text for each in verdict.confirmed] == [crowd_name(client)]
