"""The ticket: what it holds, how it renders, and what strangers can do to it."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gotrdns.explaining.explanation import Explanation
from gotrdns.names import DomainName
from gotrdns.reports.explanation_markdown import compose_markdown
from gotrdns.reports.explanation_outline import outline
from tests.unit import explanation_cases, explanations, hostile_explanations

FOUNDING_TICKET = """\
## Reverse DNS of `85.105.64.87` (`mx.example.org`, MX 10 of `example.org`)

**FAIL (forward-nodata)**: receivers that check reverse DNS refuse this address.

### Why

The address leads to `dsl.static851056487.ttnet.net.tr`. That name exists, but it has no A record, \
so nothing leads back to `85.105.64.87`. The name is made from the address, so it is the \
provider's; the sender can only ask the provider, best for a PTR record with the mail server's own \
name. What has to change is in the zone `64.105.85.in-addr.arpa`, kept by the owner of the address \
block (the ISP or hosting company).

### What to publish

The address has to be a static public one, which the ISP or hosting company gives. Then, in this \
order:

1. At the registrar's or DNS host's panel, in the zone `eddorre.com`:

   ```text
   mail IN A 85.105.64.87
   ```
2. By the ISP or hosting company, in the zone `64.105.85.in-addr.arpa`:

   ```text
   87 IN PTR mail.eddorre.com.
   ```

`mail.eddorre.com` is a proposal: "mail" in the domain of the client's HELO name.

### How long until it works

Once they are changed, others may still hold the old answers for:

1. up to 5 minutes
2. up to 1 hour

### Who can change it

- The A record is created by whoever manages the domain, at the registrar's or DNS host's panel, \
in the zone `eddorre.com`.
  - Its name servers: `ns1.registrar.net`, `ns2.registrar.net`.
  - The contact that the zone names (SOA): `hostmaster@registrar.net`.
- The PTR record can only be created by the owner of the address block, the ISP or hosting \
company, in the zone `64.105.85.in-addr.arpa`. Its support knows it as reverse DNS.
  - Its name servers: `ns1.ttnet.net.tr`, `ns2.ttnet.net.tr`.
  - The contact that the zone names (SOA): `hostmaster@ttnet.net.tr`.
  - The address block: `85.105.0.0/16`, Turk Telekomunikasyon Anonim Sirketi, TR, registered at \
RIPE NCC.
  - Abuse contact: Abuse desk `<abuse@ttnet.net.tr>`
  - Technical contact: DNS team `<dns@ttnet.net.tr>`

### Also seen

- helo-differs (note, for the domain's owner): The HELO name `eddorre.com` leads to `192.0.2.9`, \
not to `85.105.64.87`. That alone refuses no mail (RFC 5321 section 4.1.4), but counts against it.

### Evidence

The way to `87.64.105.85.in-addr.arpa`, from the root:

```text
.                       13 servers    refers on
in-addr.arpa             6 servers    refers on
85.in-addr.arpa          5 servers    refers on
64.105.85.in-addr.arpa  2 of 2 agree  PTR dsl.static851056487.ttnet.net.tr.
```

The way to `dsl.static851056487.ttnet.net.tr`, from the root:

```text
.             13 servers    refers on
tr             6 servers    refers on
ttnet.net.tr  2 of 2 agree  no A record
```
"""

BLOCKS = {"heading", "paragraph", "bullet_list", "ordered_list", "list_item", "fence", "inline"}
INLINES = {"text", "code_inline", "strong"}
every_case = pytest.mark.parametrize(
    "build", explanation_cases.CASES.values(), ids=explanation_cases.CASES
)
Build = Callable[[], Explanation]


def _render(text: str) -> list[Token]:
    """As tickets do: CommonMark with HTML, and GitHub's tables and strikethrough."""
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)


def _inlines(tokens: list[Token]) -> Iterator[Token]:
    return (child for token in tokens for child in token.children or ())


def _is_ours(tokens: list[Token]) -> None:
    assert {re.sub("_(open|close)$", "", token.type) for token in tokens} <= BLOCKS
    assert {re.sub("_(open|close)$", "", token.type) for token in _inlines(tokens)} <= INLINES
    for token in _inlines(tokens):
        if token.type == "text":
            assert re.fullmatch(r"(?:[^\W_]|[ .,:;!?()\"'\u2019-])*", token.content)


def _skeleton(tokens: list[Token]) -> list[tuple[str, str]]:
    return [(token.type, token.tag) for token in tokens]


def _fences(tokens: list[Token]) -> list[str]:
    return [token.content for token in tokens if token.type == "fence"]


def test_the_founding_example_is_fit_for_a_ticket() -> None:
    text = compose_markdown(explanations.founding(), origin="mx.example.org, MX 10 of example.org")
    assert text == FOUNDING_TICKET


@every_case
def test_a_ticket_renders_as_what_it_is_meant_to_be(build: Build) -> None:
    explanation = build()
    tokens = _render(compose_markdown(explanation))
    _is_ours(tokens)
    fences = _fences(tokens)
    for step in outline(explanation).steps:
        assert f"{step.record}\n" in fences


@every_case
def test_a_ticket_says_all_that_the_outline_holds(build: Build) -> None:
    explanation = build()
    tokens = _render(compose_markdown(explanation))
    said = ["".join(child.content for child in token.children or ()) for token in tokens]
    text = " ".join(" ".join([*said, *_fences(tokens)]).split())
    parts = outline(explanation)
    sentences = [*parts.pair, *parts.reason, *parts.answers, *parts.advice, *parts.remarks]
    sentences += [sentence for group in parts.who for sentence in group]
    sentences += [parts.introduction, parts.choice, *(way.heading for way in parts.ways)]
    for sentence in sentences:
        assert " ".join(sentence.split()) in text


def test_a_number_at_the_beginning_begins_no_list() -> None:
    tokens = _render(compose_markdown(explanation_cases.hostile("1. one")))
    _is_ours(tokens)


@given(hostile_explanations.texts)
def test_strangers_texts_add_nothing_to_the_ticket(text: str) -> None:
    tokens = _render(compose_markdown(explanation_cases.hostile(f"x{text}"), origin=f"x{text}"))
    _is_ours(tokens)
    plain = _render(compose_markdown(explanation_cases.hostile("x"), origin="x"))
    assert _skeleton(tokens) == _skeleton(plain)


@given(hostile_explanations.names)
def test_strangers_names_add_nothing_to_the_ticket(name: DomainName) -> None:
    tokens = _render(compose_markdown(hostile_explanations.named(name)))
    _is_ours(tokens)
    plain = compose_markdown(hostile_explanations.named(explanations.name("mail.example.org")))
    assert _skeleton(tokens) == _skeleton(_render(plain))
    assert f"87 IN PTR {name}.\n" in _fences(tokens)


def test_a_ticket_fits_however_much_was_seen() -> None:
    text = compose_markdown(hostile_explanations.crowded())
    _is_ours(_render(text))
    assert len(text) < 65_536
    assert "... and 988 more" in text
    assert "would not fit into a ticket: " in text


def test_an_unreachable_outside_leaves_the_resolvers_answers() -> None:
    text = compose_markdown(explanation_cases.without_walk())
    assert "What the resolver here answers:\n\n```text\n87.64.105.85.in-addr.arpa.  3600" in text
