"""What is done about a client, for every verdict and every setting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.names import Address
from gotrdns.policy import (
    Action,
    Alarm,
    Decision,
    InvalidSetting,
    Mode,
    Policy,
    PolicySettings,
    Rule,
    Transaction,
    allowed_actions,
    strict_action,
)
from gotrdns.verification import Cause, Result, Verdict

PUBLIC = Address.parse("85.105.64.87")
PUBLIC_IPV6 = Address.parse("2a00:1450::25")

TEMPORARY_CAUSES = [cause for cause in Cause if cause.result is Result.TEMPERROR]
WRONG_CAUSES = [cause for cause in Cause if cause.result in {Result.FAIL, Result.PERMERROR}]


def verdict(cause: Cause, address: Address = PUBLIC) -> Verdict:
    return Verdict(address, cause, (), None, False)


def decide(cause: Cause, address: Address = PUBLIC, **others: object) -> Decision:
    options = {"mode": Mode.STRICT, **others}
    return Policy(PolicySettings(**options)).decide(verdict(cause, address))  # type: ignore[arg-type]


def exemption(
    recipient: str = "someone@example.org",
    *,
    client: str = "85.105.64.87",
    authenticated: bool = False,
    **others: object,
) -> Rule | None:
    options = {"mode": Mode.STRICT, **others}
    policy = Policy(PolicySettings(**options))  # type: ignore[arg-type]
    transaction = Transaction(
        Address.parse(client), authenticated=authenticated, recipient=recipient
    )
    decision = policy.exemption(transaction)
    if decision is None:
        return None
    assert decision == Decision(Action.PASS, decision.rule)
    return decision.rule


policy_settings = st.builds(
    PolicySettings,
    mode=st.sampled_from(Mode),
    refuse_non_public=st.booleans(),
    mark_passes=st.booleans(),
    actions=st.fixed_dictionaries(
        {}, optional={cause: st.sampled_from(allowed_actions(cause)) for cause in Cause}
    ),
)
addresses = st.one_of(st.binary(min_size=4, max_size=4), st.binary(min_size=16, max_size=16)).map(
    Address
)
verdicts = st.builds(verdict, st.sampled_from(Cause), addresses)


@given(policy_settings, verdicts)
def test_a_temporary_verdict_never_refuses(options: PolicySettings, given_verdict: Verdict) -> None:
    decision = Policy(options).decide(given_verdict)
    if given_verdict.result is Result.TEMPERROR:
        assert decision.action is not Action.REFUSE
        assert decision.withheld is not Action.REFUSE


@given(policy_settings, verdicts)
def test_observing_refuses_and_defers_nothing(
    options: PolicySettings, given_verdict: Verdict
) -> None:
    if options.mode is Mode.OBSERVE:
        assert Policy(options).decide(given_verdict).action is Action.PASS


@given(policy_settings, verdicts)
def test_a_confirmed_client_always_passes(options: PolicySettings, given_verdict: Verdict) -> None:
    if given_verdict.cause is Cause.CONFIRMED:
        assert Policy(options).decide(given_verdict).action is Action.PASS


@given(policy_settings, verdicts)
def test_only_mail_that_passes_is_marked_and_only_it_holds_an_action_back(
    options: PolicySettings, given_verdict: Verdict
) -> None:
    decision = Policy(options).decide(given_verdict)
    assert decision.verdict is given_verdict
    if decision.action is not Action.PASS:
        assert not decision.marked
        assert decision.withheld is None
    assert decision.withheld is not Action.PASS
    if decision.alarm is not None:
        assert decision.action is Action.PASS
        assert decision.marked


@pytest.mark.parametrize("cause", WRONG_CAUSES)
def test_strict_refuses_what_is_wrong(cause: Cause) -> None:
    decision = decide(cause)
    assert (decision.action, decision.rule) == (Action.REFUSE, Rule.STRICT)


@pytest.mark.parametrize(
    "cause", [cause for cause in TEMPORARY_CAUSES if cause is not Cause.RESOLVER_UNREACHABLE]
)
def test_strict_defers_what_is_not_known(cause: Cause) -> None:
    decision = decide(cause)
    assert (decision.action, decision.rule) == (Action.DEFER, Rule.STRICT)


def test_a_confirmed_client_passes_without_a_mark() -> None:
    decision = decide(Cause.CONFIRMED)
    assert (decision.action, decision.rule, decision.marked) == (
        Action.PASS,
        Rule.CONFIRMED,
        False,
    )


def test_a_confirmed_client_is_marked_where_the_site_wants_it() -> None:
    assert decide(Cause.CONFIRMED, mark_passes=True).marked


@pytest.mark.parametrize("mode", Mode)
def test_an_unreachable_resolver_lets_mail_in_with_mark_and_alarm(mode: Mode) -> None:
    decision = decide(Cause.RESOLVER_UNREACHABLE, mode=mode)
    assert decision.action is Action.PASS
    assert decision.rule is Rule.RESOLVER_UNREACHABLE
    assert decision.marked
    assert decision.alarm is Alarm.RESOLVER_UNREACHABLE


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.CONFIRMED])
def test_observing_marks_with_what_strict_would_have_done(cause: Cause) -> None:
    decision = decide(cause, mode=Mode.OBSERVE)
    assert decision.marked
    if strict_action(cause) is not Action.PASS:
        assert decision.rule is Rule.OBSERVE
        assert decision.withheld is strict_action(cause)


def test_observing_marks_with_the_sites_own_action() -> None:
    actions = {Cause.FORWARD_MISMATCH: Action.DEFER}
    decision = decide(Cause.FORWARD_MISMATCH, mode=Mode.OBSERVE, actions=actions)
    assert decision.withheld is Action.DEFER


def test_a_site_may_refuse_only_clients_without_a_ptr_record() -> None:
    actions = {cause: Action.PASS for cause in WRONG_CAUSES if cause is not Cause.NO_PTR}
    assert decide(Cause.NO_PTR, actions=actions).action is Action.REFUSE
    passed = decide(Cause.FORWARD_NODATA, actions=actions)
    assert (passed.action, passed.rule, passed.marked) == (Action.PASS, Rule.OWN_ACTION, True)


@pytest.mark.parametrize(
    "client", ["10.0.0.1", "127.0.0.1", "172.17.0.1", "100.64.3.4", "169.254.1.1", "fe80::1", "::1"]
)
@pytest.mark.parametrize("cause", [Cause.NO_PTR, Cause.REVERSE_TIMEOUT, Cause.CONFIRMED])
def test_a_client_that_is_not_public_passes_with_mark_and_alarm(client: str, cause: Cause) -> None:
    decision = decide(cause, Address.parse(client))
    assert decision.action is Action.PASS
    assert decision.rule is Rule.NON_PUBLIC_CLIENT
    assert decision.marked
    assert decision.alarm is Alarm.NON_PUBLIC_CLIENT
    expected = strict_action(cause)
    assert decision.withheld is (None if expected is Action.PASS else expected)


def test_an_intranet_may_treat_its_addresses_like_any_other() -> None:
    decision = decide(Cause.NO_PTR, Address.parse("10.0.0.1"), refuse_non_public=True)
    assert (decision.action, decision.alarm) == (Action.REFUSE, None)


def test_an_authenticated_client_is_exempt() -> None:
    assert exemption(authenticated=True) is Rule.AUTHENTICATED


def test_an_unknown_client_is_exempt() -> None:
    policy = Policy(PolicySettings(mode=Mode.STRICT))
    decision = policy.exemption(Transaction(None))
    assert decision is not None
    assert (decision.action, decision.rule) == (Action.PASS, Rule.UNKNOWN_CLIENT)


@pytest.mark.parametrize(
    "recipient",
    ["postmaster@example.org", "PostMaster@Example.ORG", "postmaster", "ABUSE@example.org"],
)
def test_postmaster_and_abuse_can_always_be_reached(recipient: str) -> None:
    assert exemption(recipient) is Rule.ROLE_RECIPIENT


@pytest.mark.parametrize(
    "recipient",
    ["", "postmaster.x@example.org", "x@postmaster", "postmaster@example.org@example.org", "@"],
)
def test_other_recipients_are_not_exempt(recipient: str) -> None:
    assert exemption(recipient) is None


@pytest.mark.parametrize(
    ("client", "listed"),
    [
        ("192.0.2.1", True),
        ("192.0.2.255", True),
        ("192.0.3.0", False),
        ("198.51.100.7", True),
        ("198.51.100.8", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("::ffff:192.0.2.1", True),
    ],
)
def test_listed_networks_are_exempt(client: str, *, listed: bool) -> None:
    networks = ("192.0.2.0/24", "198.51.100.7", "2001:db8::/32")
    rule = exemption(client=client, pass_networks=networks)
    assert rule is (Rule.LISTED_NETWORK if listed else None)


def test_the_whole_internet_may_be_listed() -> None:
    assert exemption(pass_networks=("0.0.0.0/0",)) is Rule.LISTED_NETWORK
    assert exemption(client="2a00::1", pass_networks=("0.0.0.0/0",)) is None


@pytest.mark.parametrize(
    ("recipient", "opted_out"),
    [
        ("x@optout.example", True),
        ("x@OptOut.Example", True),
        ("x@optout.example.", True),
        ("x@sub.optout.example", False),
        ("x@notoptout.example", False),
        ("x@below.example", False),
        ("x@a.b.below.example", True),
        ("x@bücher.example", True),
        ("x@xn--bcher-kva.example", True),
        ("x@", False),
        ("x@\udcff", False),
    ],
)
def test_recipient_domains_that_opted_out_are_exempt(recipient: str, *, opted_out: bool) -> None:
    domains = ("OptOut.example", ".below.example", "bücher.example")
    rule = exemption(recipient, pass_recipient_domains=domains)
    assert rule is (Rule.OPTED_OUT_RECIPIENT if opted_out else None)


@pytest.mark.parametrize("cause", TEMPORARY_CAUSES)
def test_a_setting_that_refuses_on_a_dns_outage_is_refused(cause: Cause) -> None:
    with pytest.raises(InvalidSetting) as refused:
        PolicySettings(mode=Mode.STRICT, actions={cause: Action.REFUSE})
    assert refused.value.key == f"actions.{cause.value}"


def test_the_reason_why_an_outage_must_not_refuse_is_given() -> None:
    with pytest.raises(InvalidSetting, match="a DNS outage must not refuse mail"):
        PolicySettings(mode=Mode.STRICT, actions={Cause.REVERSE_SERVFAIL: Action.REFUSE})


@pytest.mark.parametrize("cause", [Cause.CONFIRMED, Cause.RESOLVER_UNREACHABLE])
@pytest.mark.parametrize("action", [Action.DEFER, Action.REFUSE])
def test_clients_without_fault_can_only_pass(cause: Cause, action: Action) -> None:
    with pytest.raises(InvalidSetting):
        PolicySettings(mode=Mode.STRICT, actions={cause: action})


@pytest.mark.parametrize("network", ["", "example.org", "192.0.2.1/24", "192.0.2.0/33", "::/x"])
def test_what_is_no_network_is_refused(network: str) -> None:
    with pytest.raises(InvalidSetting, match="is not a network"):
        PolicySettings(mode=Mode.STRICT, pass_networks=(network,))


@pytest.mark.parametrize("domain", ["", ".", "user@example.org", "a..b", "*" * 64 + ".example"])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(InvalidSetting, match="is not a domain"):
        PolicySettings(mode=Mode.STRICT, pass_recipient_domains=(domain,))
