"""The `why` verb, as the program a shell starts."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotrdns.policy.allowances import AllowanceKind
from gotrdns.resolution.scripted import World
from gotrdns.store.queries import Store
from tests.support.loopback_server import serve
from tests.unit.check_program import complaint, lines_of, redirected, run_here, run_program
from tests.unit.remembered import HOSTILE, Remembered
from tests.unit.stores import url_of

pytestmark = pytest.mark.usefixtures("utc")

WORLD = """
87.64.105.85.in-addr.arpa. 3600 IN PTR dsl.static851056487.ttnet.net.tr.
dsl.static851056487.ttnet.net.tr. TXT "exists"
10.30.20.81.in-addr.arpa. PTR mail.business.example.
mail.business.example. A 81.20.30.10
77.113.0.203.in-addr.arpa. servfail
"""


@pytest.fixture(scope="module")
def resolver() -> Iterator[str]:
    with serve(World.parse(WORLD)) as place:
        yield place


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Remembered:
    return Remembered(url_of(tmp_path_factory.mktemp("store") / "store.sqlite3"))


def why(kept: Remembered, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without asking DNS, unless told to."""
    asks = any("now" in each or "resolver" in each for each in arguments)
    quiet = () if asks else ("--no-now",)
    return run_here("why", "--store", kept.url, *quiet, *arguments)


def found(kept: Remembered, *arguments: str) -> list[str]:
    """What the decisions are about that it finds."""
    names = {incident: name for name, incident in kept.ids.items()}
    done = why(kept, "--json", *arguments)
    assert done.returncode == (0 if done.stdout else 1), done.stderr
    return [names[str(each["incident"])] for each in lines_of(done.stdout)]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["85.105.64.87"], ["excepted", "refused", "deferred"]),
        (["[IPv6:2001:470:1f0b:10::25]"], ["observed"]),
        (["85.105.64.0/24"], ["excepted", "refused", "deferred"]),
        (["2001:470::/32"], ["observed"]),
        (["host10.provider.example"], ["business"]),
        ([".provider.example"], ["business"]),
        (["provider.example"], []),
        (["business.example"], ["business", "refused"]),
        (["--sender", "Business.example"], ["business", "refused"]),
        (["somebody@business.example"], ["business", "refused"]),
        (["--sender", "@business.example", "--limit", "1"], ["business"]),
        (["--follow-up"], ["excepted", "business"]),
        (["--follow-up", "81.20.30.10"], ["business"]),
        (["--follow-up", "203.0.113.77"], []),
        (["--since", "2027-01-18"], ["excepted", "unknown"]),
        (["--until", "2027-01-15T09:00Z", "85.105.64.87"], ["deferred"]),
        (["--since", "2027-01-16", "--until", "2027-01-16"], ["nameless"]),
        (["--since", "2h", "--until", "1h"], []),
        (["--limit", "2"], ["excepted", "unknown"]),
    ],
    ids=" ".join,
)
def test_decisions_are_found_the_latest_first(
    kept: Remembered, arguments: list[str], names: list[str]
) -> None:
    assert found(kept, *arguments) == names


def test_an_incident_is_found_by_its_id_and_by_its_link(kept: Remembered) -> None:
    incident = kept.ids["business"]
    for text in (incident, incident.upper(), f"https://mx.example/g/i/{incident}"):
        assert found(kept, text) == ["business"]


def test_one_decision_is_told_in_full(kept: Remembered, resolver: str) -> None:
    done = run_program("why", "--store", kept.url, "--resolver", resolver, kept.ids["deferred"])
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == f"""\
85.105.64.87  (incident {kept.ids["deferred"]})

  DEFERRED (450 4.7.25): the client has not yet failed three times, an hour or
  more apart, over at least a day.

  When         2027-01-15 08:00:00 to 2027-01-15 08:20:00 UTC, 3 times
  HELO         mail.sender.example
  From         sender.example
  To           receiver.example
  Verdict      fail (forward-nodata)
  Rule         few-failures
  Vouched for  by nobody

  Which name does the address have?
    87.64.105.85.in-addr.arpa.  3600  PTR  dsl.static851056487.ttnet.net.tr.

  Does the name lead back to the address?
    dsl.static851056487.ttnet.net.tr.  60  A  no A record

  Why
    The address leads to dsl.static851056487.ttnet.net.tr. That name exists, but
    it has no A record, so nothing leads back to 85.105.64.87.

  What DNS says now
    The same: fail (forward-nodata).
    The rule looks at the client's past, so it may decide otherwise by now.

  What to do
    gotrdns explain 85.105.64.87
        who can change it, and what to publish
    gotrdns allow add 85.105.64.87 --reason "..."
        let it in until that is done
"""
    )


def test_a_business_that_was_put_right_needs_no_explanation(
    kept: Remembered, resolver: str
) -> None:
    done = why(kept, "--resolver", resolver, "81.20.30.10")
    for line in (
        "  LET IN: somebody vouches for the client: its HELO name, its MX or its SPF.",
        "  Vouched for  by MX and SPF (business.example)",
        "  Follow-up    wanted: this looks like a business with a mistake in its DNS",
        "    pass (confirmed): it has been put right since.",
        "    It would be let in now.",
        f"    gotrdns why --done {kept.ids['business']}",
    ):
        assert line in done.stdout.splitlines()
    assert "gotrdns explain" not in done.stdout
    assert "gotrdns allow" not in done.stdout


def test_several_decisions_are_a_table(kept: Remembered, resolver: str) -> None:
    done = why(kept, "--resolver", resolver, "--until", "2027-01-16", "85.105.64.87")
    assert done.stdout.splitlines() == [
        "All of them: address 85.105.64.87, name dsl.static851056487.ttnet.net.tr, "
        "to receiver.example",
        "LAST SEEN         TIMES  FROM              DONE      CAUSE           INCIDENT",
        "2027-01-15 10:00      1  business.example  refused   forward-nodata  "
        + kept.ids["refused"],
        "2027-01-15 08:20      3  sender.example    deferred  forward-nodata  "
        + kept.ids["deferred"],
        "",
        "2 decisions. One in full: gotrdns why INCIDENT",
        "",
        "What DNS says now",
        "  85.105.64.87: The same: fail (forward-nodata). It would be decided the same, unless "
        "settings or vouchers have changed.",
    ]


def test_a_table_says_that_there_may_be_more(kept: Remembered) -> None:
    assert "The latest 2 decisions; more with --limit." in why(kept, "--limit", "2").stdout


def test_dns_is_asked_about_few_clients_unless_told_otherwise(
    kept: Remembered, resolver: str
) -> None:
    with_resolver = ("--json", "--resolver", resolver)
    everything = lines_of(why(kept, *with_resolver).stdout)
    assert not any("now" in each for each in everything)
    few = lines_of(why(kept, *with_resolver, "--limit", "3").stdout)
    assert [("now" in each, each["address"]) for each in few] == [
        (True, "85.105.64.87"),
        (False, None),
        (True, "203.0.113.77"),
    ]
    told_to = lines_of(why(kept, *with_resolver, "--now").stdout)
    assert all(("now" in each) is (each["address"] is not None) for each in told_to)
    told_not_to = lines_of(why(kept, *with_resolver, "--no-now", kept.ids["deferred"]).stdout)
    assert "now" not in told_not_to[0]


def test_the_json_of_one_decision(kept: Remembered, resolver: str) -> None:
    [told] = lines_of(why(kept, "--json", "--resolver", resolver, kept.ids["business"]).stdout)
    now = told.pop("now")
    assert isinstance(now, dict) and str(now.pop("at")).endswith("Z")
    assert now == {
        "result": "pass",
        "cause": "confirmed",
        "overruled": None,
        "names": [{"name": "mail.business.example", "state": "confirmed"}],
        "same": False,
        "exception": None,
    }
    assert told == {
        "incident": kept.ids["business"],
        "first": "2027-01-15T11:00:00Z",
        "last": "2027-01-15T11:00:00Z",
        "count": 1,
        "address": "81.20.30.10",
        "host_name": "host10.provider.example",
        "helo": "mail.business.example",
        "sender": "business.example",
        "recipient": "receiver.example",
        "result": "fail",
        "cause": "forward-nodata",
        "overruled": None,
        "action": "pass",
        "withheld": None,
        "rule": "vouched",
        "vouched": {
            "by": ["mx", "spf"],
            "domains": ["business.example"],
            "undetermined": False,
        },
        "exception": None,
        "follow_up": True,
        "done": None,
        "dnssec": "insecure",
        "evidence": [
            {
                "name": "10.30.20.81.in-addr.arpa",
                "type": "PTR",
                "outcome": "found",
                "ttl": 3600,
                "values": ["host10.provider.example"],
                "aliases": [],
                "zone": None,
                "authenticated": False,
                "state": None,
            },
            {
                "name": "host10.provider.example",
                "type": "A",
                "outcome": "nodata",
                "ttl": 60,
                "values": [],
                "aliases": [],
                "zone": None,
                "authenticated": False,
                "state": "nodata",
            },
        ],
    }


def test_a_decision_without_a_look_up_has_neither_result_nor_cause(kept: Remembered) -> None:
    [told] = lines_of(why(kept, "--json", kept.ids["unknown"]).stdout)
    assert (told["address"], told["result"], told["cause"], told["rule"]) == (
        None,
        None,
        None,
        "unknown-client",
    )
    story = why(kept, kept.ids["unknown"]).stdout
    assert story.startswith("a client of unknown address  (incident ")
    assert "What to do" not in story


def test_an_exception_that_is_forgotten_is_told_by_its_number(kept: Remembered) -> None:
    story = why(kept, kept.ids["excepted"]).stdout
    assert "  Exception    number 1, which is no longer remembered\n" in story


def test_an_exception_that_decided_or_holds_now_is_told_of(tmp_path: Path, resolver: str) -> None:
    kept = Remembered(url_of(tmp_path / "store.sqlite3"))
    with Store(kept.url) as store:
        store.add_allowance(
            AllowanceKind.NETWORK, "85.105.64.0/24", reason="friends", author="anna", ends=None
        )
    story = why(kept, "--resolver", resolver, kept.ids["excepted"]).stdout
    assert "  Exception    number 1: 85.105.64.0/24, anna: friends\n" in story
    assert "    Exception 1 holds for it: it would be let in.\n" in story
    assert "gotrdns allow add" not in why(kept, "--resolver", resolver, kept.ids["refused"]).stdout


def test_a_client_about_which_dns_does_not_answer_now(kept: Remembered, resolver: str) -> None:
    story = why(kept, "--resolver", resolver, kept.ids["nameless"]).stdout
    assert "    DNS does not answer now: temperror (reverse-servfail).\n" in story


def test_follow_ups_are_marked_done_once(tmp_path: Path) -> None:
    kept = Remembered(url_of(tmp_path / "store.sqlite3"))
    business = kept.ids["business"]
    done = why(kept, "--follow-up", "--done", business)
    assert (done.returncode, done.stdout) == (0, f"Incident {business} is done.\n")
    again = why(kept, "--done", business)
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"gotrdns: incident {business} is not among those to follow up\n"
    assert found(kept, "--follow-up") == ["excepted"]
    assert "  Follow-up    done, 2" in why(kept, business).stdout


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_what_strangers_sent_cannot_steer_the_terminal(
    kept: Remembered, options: list[str]
) -> None:
    for arguments in ([kept.ids["hostile"]], ["203.0.113.77"], []):
        done = why(kept, *options, *arguments)
        assert done.returncode == 0
        assert done.stdout.replace("\n", "").isprintable()
        assert done.stdout.isascii()
    assert "\\x1b[31mevil\\x07" in why(kept, kept.ids["hostile"]).stdout
    refused = why(kept, HOSTILE.replace("\0", "").replace("\ud800", ""))
    assert refused.returncode == 2
    assert refused.stderr.removesuffix("\n").isprintable()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a..b"], "'a..b' is not a domain name: it has an empty label"),
        (["a.example", "b.example"], "got unexpected extra argument (b.example)"),
        (["--sender", "a.example", "b.example"], "--sender stands in place of SUBJECT"),
        (["--since", "1h", "--until", "2h"], "--since is later than --until"),
        (["--since", "soon"], "--since: 'soon' is no time: write 2026-05-31,"),
        (["--limit", "0"], "--limit: 0 is not in the range 1<=x<=1000"),
        (["--done", "a.example"], "--done: 'a.example' is no incident's id"),
        (["--done", "mfrggzdfmztwq2lk", "1.2.3.4"], "--done marks incidents"),
        (["--resolver", "dns.example", "85.105.64.87"], "'dns.example' is not a resolver"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    kept: Remembered, arguments: list[str], said: str
) -> None:
    assert complaint(run_here("why", "--store", kept.url, *arguments)).startswith(said)


def test_nothing_found_is_said_with_what_was_sought(kept: Remembered) -> None:
    done = why(kept, "--since", "2027-01-01", ".nobody.example")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "gotrdns: nothing is remembered of hosts named nobody.example or below it since "
        "2027-01-01 00:00; clients that simply passed are not remembered\n"
    )


def test_results_that_cannot_be_kept_are_one_line(kept: Remembered) -> None:
    for options in ([], ["--json"]):
        done = redirected(">/dev/full", "why", "--store", kept.url, "--no-now", *options)
        assert done.stderr == "gotrdns: cannot write the results: No space left on device\n"
        assert done.returncode == 2


def test_the_json_is_json_whatever_was_sent(kept: Remembered) -> None:
    [told] = [json.loads(line) for line in why(kept, "--json", kept.ids["hostile"]).stdout.split()]
    assert told["helo"].startswith("\\x1b[31mevil")
