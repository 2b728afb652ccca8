"""`gotrdns explain` as a program: every defect sown in real zones, and a hundred without."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.live import clients
from tests.live.healthy import HEALTHY, Healthy
from tests.live.internet import Internet
from tests.live.program import Printed, check_all, explain, explain_all, gotrdns
from tests.live.resolver import Resolver
from tests.live.seeds import SEEDS, Seed

# What an address made to fail may be said besides: the cause as the resolver sees it.
CAUSES = {"forward-mismatch", "forward-nxdomain", "forward-nodata", "ptr-unusable", "no-ptr"}

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "explain.md").read_text()
SOWN = {title: seed for title, seed in SEEDS.items() if not seed.staged}


@pytest.fixture(scope="module")
def defects(internet: Internet, resolver: Resolver) -> dict[str, Printed]:
    resolver.flush()
    return explain_all(internet.root_hints, [seed.client for seed in SOWN.values()])


@pytest.fixture(scope="module")
def blameless(internet: Internet, resolver: Resolver) -> dict[str, Printed]:
    resolver.flush()
    return explain_all(internet.root_hints, [each.client for each in HEALTHY])


@pytest.mark.parametrize("seed", SOWN.values(), ids=SOWN)
def test_every_sown_defect_is_found(seed: Seed, defects: dict[str, Printed]) -> None:
    explanation = defects[seed.client]
    findings = explanation["findings"]
    codes = {finding["code"] for finding in findings}
    assert set(seed.findings) <= codes <= {*seed.findings, *CAUSES}
    for finding in findings:
        # Nobody has a zone yet in which to change something where none was ever delegated.
        if finding["code"] in seed.findings:
            assert bool(finding.get("zone")) is (finding["code"] != "reverse-not-delegated")
    # Servers that differ confirm for some receivers, and the resolver may be any of them.
    if explanation["result"] != "pass" and findings[0]["code"] != "reverse-inconsistent":
        assert findings[0]["severity"] in {"error", "temporary"}


@pytest.mark.parametrize("healthy", HEALTHY, ids=lambda each: each.title)
def test_where_nothing_is_wrong_nothing_is_said(
    healthy: Healthy, blameless: dict[str, Printed]
) -> None:
    explanation = blameless[healthy.client]
    assert explanation["result"] == "pass"
    assert {each["code"] for each in explanation["findings"]} == healthy.remarks
    assert all(each["severity"] == "info" for each in explanation["findings"])
    assert explanation["dnssec"] == ("secure" if healthy.secure else "insecure")
    assert explanation["records"] == []
    assert explanation["responsible"] == []


def test_there_are_a_hundred_about_which_nothing_at_all_is_said() -> None:
    assert sum(not healthy.remarks for healthy in HEALTHY) >= 100


def test_a_dead_server_beside_a_good_one_stands_in_the_trace(
    defects: dict[str, Printed],
) -> None:
    trace = defects[SEEDS["one-dead-server-of-two"].client]["trace"]
    for path in trace["paths"]:
        zone = path["legs"][-1]["zones"][-1]
        kinds = {(reply["server"], reply["kind"]) for reply in zone["replies"]}
        assert ("dropper.hosting.example", "timeout") in kinds
        assert "answer" in {kind for _, kind in kinds}


@pytest.mark.usefixtures("resolver")
def test_the_founding_example_is_explained(internet: Internet) -> None:
    done = explain(internet.root_hints, str(clients.FOUNDING.address))
    assert (done.returncode, done.stderr) == (1, "")
    for piece in (
        "85.105.64.87",
        "87.64.105.85.in-addr.arpa",
        "dsl.static851056487.ttnet.net.tr",
        "64.105.85.in-addr.arpa",
        "ns.hosting.example",
        "hostmaster@ttnet.net.tr",
        "IN A 85.105.64.87",
        "IN PTR",
    ):
        assert piece in done.stdout


@pytest.mark.usefixtures("resolver")
def test_the_example_in_the_documentation_is_what_it_prints(internet: Internet) -> None:
    [example] = re.findall(r"```console\n\$ gotrdns explain (.+?)```", DOCUMENTATION, re.DOTALL)
    arguments, _, shown = example.partition("\n")
    rest = explain(internet.root_hints, *arguments.split()).stdout
    for piece in shown.removesuffix("    ...\n").split("    ...\n"):
        assert piece in rest
        rest = rest.partition(piece)[2]


@pytest.mark.usefixtures("resolver")
def test_the_json_has_the_keys_that_are_documented(internet: Internet) -> None:
    done = explain(internet.root_hints, "--json", str(clients.FOUNDING.address))
    explanation = json.loads(done.stdout)
    table = DOCUMENTATION.partition("## JSON")[2]
    documented = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE))
    of_check = check_all([explanation["address"]])[explanation["address"]]
    assert set(explanation) == set(documented) | set(of_check)
    for key in ("host", "records", "responsible", "receivers", "trace"):
        value = explanation[key]
        keys = set(value[0] if isinstance(value, list) else value)
        assert keys <= set(re.findall(r"`(\w+)`", documented[key])), key


@pytest.mark.usefixtures("resolver")
def test_the_records_come_in_the_order_to_publish_them(internet: Internet) -> None:
    hints = internet.root_hints
    name = "mail.business.example"
    done = explain(hints, "--json", "--name", name, str(clients.FOUNDING.address))
    explanation = json.loads(done.stdout)
    assert [
        (each["type"], each["zone"], each["relative"], each["data"], each["fixer"])
        for each in explanation["records"]
    ] == [
        ("A", "business.example", "mail", "85.105.64.87", "domain-owner"),
        ("PTR", "64.105.85.in-addr.arpa", "87", f"{name}.", "address-owner"),
    ]
    assert all(each["wait_seconds"] == 300 for each in explanation["records"])


@pytest.mark.usefixtures("resolver")
def test_a_letter_is_ready_to_send(internet: Internet) -> None:
    address = str(clients.FOUNDING.address)
    done = explain(internet.root_hints, "--letter", "--name", "mail.business.example", address)
    assert (done.returncode, done.stderr) == (1, "")
    assert "To: hostmaster@ttnet.net.tr" in done.stdout
    assert "87.64.105.85.in-addr.arpa. IN PTR mail.business.example." in done.stdout


@pytest.mark.usefixtures("resolver")
def test_a_resolver_at_fault_is_named(internet: Internet) -> None:
    done = explain(internet.root_hints, "--json", SEEDS["resolver-fault"].client)
    explanation = json.loads(done.stdout)
    assert explanation["cause"] == "reverse-refused"
    assert explanation["findings"][0]["code"] == "resolver-fault"
    assert explanation["findings"][0]["fixer"] == "receiver"


@pytest.mark.usefixtures("cold_resolver")
def test_an_answer_that_only_the_resolver_still_holds_is_told(internet: Internet) -> None:
    seed = SEEDS["cache-stale"]
    assert check_all([seed.client])[seed.client]["cause"] == "forward-nxdomain"
    servers = [internet.servers[name] for name in ("seed-a", "seed-b")]
    for server in servers:
        server.replace_zone(seed.domain, lambda text: text + f"mail A {seed.client}\n")
    try:
        done = explain(internet.root_hints, "--json", seed.client)
    finally:
        for server in servers:
            server.restore_zones()
    [stale] = [
        each for each in json.loads(done.stdout)["findings"] if each["code"] == "cache-stale"
    ]
    assert 0 < stale["details"]["seconds"] <= 300


@pytest.mark.usefixtures("resolver")
def test_without_a_way_to_the_servers_outside_the_resolver_alone_explains(tmp_path: Path) -> None:
    hints = tmp_path / "hints"
    hints.write_text(". 3600 IN NS a.nowhere.\na.nowhere. 3600 IN A 198.18.2.3\n")
    done = explain(hints, "--deadline", "4", str(clients.FOUNDING.address))
    assert done.returncode == 1
    assert "port 53" in done.stdout
    assert "IN PTR" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--root-hints", "/nonexistent", "192.0.2.1"],
        ["--lang", "tlh", "--letter", "192.0.2.1"],
        ["--name", "not a name", "192.0.2.1"],
        ["--json", "--letter", "192.0.2.1"],
        [],
    ],
    ids=["no hints", "no such language", "no name", "contradiction", "no target"],
)
def test_a_wrong_command_line_gets_one_clear_line(arguments: Sequence[str]) -> None:
    done = gotrdns("explain", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
