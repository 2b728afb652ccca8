"""Writes the reference of the metrics from the metrics themselves.

python docs/generate_metrics.py > docs/metrics.md
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from gotrdns.daemon.metrics import METRICS
from gotrdns.daemon.tally import BOUNDS
from gotrdns.lookup import TEMPORARY
from gotrdns.policy import Action, Alarm, Mode, Trust
from gotrdns.protocols.junk import Junk
from gotrdns.reports.english_metrics import METRICS as WORDS
from gotrdns.reports.english_metrics import PROCESS
from gotrdns.reports.english_status import TROUBLES
from gotrdns.reports.status import Trouble
from gotrdns.servers.connections import Closure
from gotrdns.verification import Result

INTRODUCTION = """\
# Metrics and health

<!-- Written by docs/generate_metrics.py. -->

With a place to listen, the daemon serves three pages over HTTP; by default it has none.

```toml
[metrics]
listen = ["inet:127.0.0.1:9125"]
```

| page | says |
| --- | --- |
| `/metrics` | the figures below, in the text format of Prometheus |
| `/healthz` | `alive`, with status 200, as long as the event loop turns |
| `/readyz` | `ready` with status 200, or `not ready: ` and why with status 503 |

Further lines of `/readyz` begin with `warning: `: something else is wrong, such as a database that
is out of reach, while mail flows all the same. The resolver is asked first if nothing was heard
from it for some seconds.

Who reaches the port can read everything, so places other than loopback have to be allowed with
`remote-clients = true` and guarded by a firewall. Requests are short, one a
connection, and have ten seconds; nothing that is asked here holds up mail.

```yaml
scrape_configs:
  - job_name: gotrdns
    static_configs:
      - targets: ["127.0.0.1:9125"]
```

A dashboard for Grafana is in `contrib/grafana-dashboard.json`, alert rules for Prometheus are in
`contrib/prometheus-alerts.yml`; both use these metrics only. The same at a glance, without
Prometheus: [`gotrdns status`](status.md).

## Metrics

"""
HEAD = "| metric | kind | labels | meaning |\n| --- | --- | --- | --- |\n"
COUNTED = """
Counters begin at 0 when the daemon starts; those of the store and of single resolvers also when the
settings name other ones. Durations are in seconds, with the bounds {bounds}.
"""
PROCESSES = """
prometheus-client adds what Linux tells of the process:

| metric | meaning |
| --- | --- |
"""
LABELS = """
## Labels

| label | values |
| --- | --- |
| `result` | {results}; empty where a client needed no look-up |
| `cause` | the [verdict's causes](check.md#results-and-causes); empty likewise |
| `action` | {actions} |
| `withheld` | what would have been done had the rule not held it back; empty for nothing |
| `rule` | the [rule](policy.md) that decided |
| `mode` | {modes} |
| `alarm` | {alarms} |
| `trust` | {trusts} |
| `kind` of `gotrdns_resolver_errors_total` | {errors} |
| `kind` of `gotrdns_junk_total` | {junk} |
| `kind` of `gotrdns_connections_closed_total` | {closures} |
| `purpose` | `postfix`, `metrics`, `control` |
| `listener`, `server` | as in the settings |
"""
REASONS = """
## What can be wrong

The codes of `/readyz` and of [`gotrdns status`](status.md). Only the first three make
the daemon not ready.

| code | meaning |
| --- | --- |
"""


def reference() -> str:
    """The whole page."""
    return "".join(
        [
            INTRODUCTION + HEAD,
            *_metrics(),
            COUNTED.format(bounds=", ".join(f"{bound:g}" for bound in BOUNDS)),
            PROCESSES,
            *(f"| `{name}` | {words} |\n" for name, words in PROCESS.items()),
            _labels(),
            REASONS,
            *(f"| `{each.value}` | {TROUBLES[each].rstrip(':.')} |\n" for each in Trouble),
        ]
    )


def _metrics() -> Iterator[str]:
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        name = metric.exposed_name
        yield f"| `{name}` | {metric.kind.value} | {labels} | {WORDS[name]} |\n"


def _labels() -> str:
    return LABELS.format(
        results=_codes(Result),
        actions=_codes(Action),
        modes=_codes(Mode),
        alarms=_codes(Alarm),
        trusts=_codes(Trust),
        errors=", ".join(f"`{code}`" for code in sorted(each.value for each in TEMPORARY)),
        junk=_codes(Junk),
        closures=_codes(Closure),
    )


def _codes(codes: Iterable[Enum]) -> str:
    return ", ".join(f"`{code.value}`" for code in codes)


if __name__ == "__main__":
    print(reference(), end="")
