"""Writes the page of the doctor from the words that it says.

python docs/generate_doctor.py > docs/doctor.md
"""

from collections.abc import Iterator, Mapping

from gotrdns.reports import english_doctor as words
from gotrdns.reports.english_faults import FAULTS
from gotrdns.reports.examination import (
    Check,
    Fault,
    Obstacle,
    Severity,
    Subject,
    Unmade,
    Well,
    Wrong,
)
from gotrdns.reports.examination_text import compose_examination

EXAMPLE = (
    Well(Check.SETTINGS_VALID, {"path": "/etc/gotrdns/gotrdns.toml", "mode": "protect"}),
    Wrong(
        Fault.POLICY_TIMEOUT_SHORT,
        {
            "service": "main.cf",
            "parameter": "smtpd_client_restrictions",
            "timeout": "5s",
            "deadline": "8",
            "advised": "15",
        },
    ),
    Wrong(
        Fault.CHROOT_RESOLV_CONF_STALE,
        {"copy": "/var/spool/postfix/etc/resolv.conf", "original": "/etc/resolv.conf"},
    ),
    Well(Check.RESOLVER_ANSWERS, {"server": "127.0.0.1:53"}),
    Well(Check.RESOLVER_FAST, {"server": "127.0.0.1:53", "cached": "0.21", "fresh": "38.4"}),
    Wrong(Fault.RESOLVER_DOES_NOT_VALIDATE, {"server": "127.0.0.1:53"}),
    Wrong(Fault.SENDING_UNCONFIRMED, {"address": "2001:470:1f0b:10::25", "cause": "no-ptr"}),
    Unmade(
        Check.STORE_OPENS,
        Obstacle.NOT_PERMITTED,
        {"path": "/var/lib/gotrdns/gotrdns.sqlite3"},
    ),
    Unmade(Check.MILTER_DEFAULT_ACTION, Obstacle.NO_MILTER),
)
INTRODUCTION = """\
# Is this host set up right?

<!-- Written by docs/generate_doctor.py. -->

`gotrdns doctor` looks at the host and says what is wrong, the gravest first, each with the commands
or lines of configuration that mend it. It changes nothing, and takes some 15 seconds at most.

```console
$ gotrdns doctor
{example}```

Run it as root: others may not read the store, the control socket or Postfix's sockets. What it
cannot find out it says, and why; that is never counted as right. It runs before there is a daemon,
and on hosts without Postfix.

| option | meaning |
| --- | --- |
| `--settings FILE` | the daemon's settings |
| `--resolver ADDRESS[:PORT]` | examine this resolver, not those of the settings; may be repeated |
| `--address ADDRESS` | an address that this host's mail comes from as others see it, \
for hosts behind NAT; may be repeated |
| `--mail-log FILE` | Postfix's log, if it is neither Postfix's `maillog_file` nor \
`/var/log/mail.log` or `/var/log/maillog`; its last 4 MiB are read |
| `--postfix-config DIR` | Postfix's configuration, for `postconf -c` |
| `--only CODE`, `--skip CODE` | make only this check, or leave it out; may be repeated. \
A fault's \
code stands for its check, `resolver`, `postfix` and the like for all of a kind |
| `--json` | one JSON object |

Its questions go to the resolvers, to the database, and to sockets of this host, and nowhere else.
It asks the resolvers about the root, `arpa.`, a random name below `arpa.`, and this host's own
addresses and HELO name. The daemon counts the question that it is asked as one about a client that
needs no look-up.

## Exit status

| status | meaning |
| --- | --- |
| 0 | nothing is wrong, of what could be checked; there may be notes |
| 1 | something is wrong: there is an error or a warning |
| 2 | the command line is wrong, or the results cannot be written |

## JSON

```sh
gotrdns doctor --json | jq -r '.checks[] | select(.severity == "error") | .fault, .remedy[]'
```

| key | meaning |
| --- | --- |
| `version` | of gotrdns |
| `wrong` | whether there is an error or a warning |
| `checks` | an object for everything found; a check has several where it looked at several things |
| `code` | the check |
| `severity` | `error`, `warning`, `info`, `unknown` (it could not be made), \
`skipped` (it does not apply here), `ok` |
| `fault`, `obstacle` | the code of what was found, or of what hindered the check; else `null` |
| `seen`, `remedy` | a sentence, and the lines that mend it |
| `details` | what the sentence is made of |

Codes stay. Sentences may change.

## Checks

What stands in capitals is what was found.

"""
UNMADE = """\
## What may hinder a check

| code | severity | meaning |
| --- | --- | --- |
"""


class _InCapitals(dict[str, str]):
    """Details of nothing in particular: each is its own name."""

    def __missing__(self, key: str) -> str:
        return key.upper()


def page() -> str:
    """The whole page."""
    return "".join(
        [
            INTRODUCTION.format(example=compose_examination(EXAMPLE)),
            *(text for subject in Subject for text in _subject(subject)),
            UNMADE,
            *(_obstacle(each) for each in Obstacle),
        ]
    )


def _subject(subject: Subject) -> Iterator[str]:
    yield f"### {words.SUBJECTS[subject]}\n\n"
    for check in Check:
        if check.subject is subject:
            yield f"#### {check.value}\n\n{words.QUESTIONS[check]}\n\n"
            for fault in Fault:
                if fault.check is check:
                    yield from _fault(fault)


def _fault(fault: Fault) -> Iterator[str]:
    seen, remedy = FAULTS[fault]
    yield f"**`{fault.value}`** ({_severity(fault.severity)}): {_cell(_fill(seen))}\n\n"
    if remedy:
        yield "```\n" + "".join(f"{_fill(line)}\n" for line in remedy) + "```\n\n"


def _obstacle(obstacle: Obstacle) -> str:
    text = _cell(_fill(words.OBSTACLES[obstacle]))
    return f"| `{obstacle.value}` | {_severity(obstacle.severity)} | {text} |\n"


def _severity(severity: Severity) -> str:
    return severity.value


def _fill(template: str) -> str:
    details: Mapping[str, str] = _InCapitals()
    return template.format_map(details)


def _cell(text: str) -> str:
    """Without what Markdown would take for its own."""
    for word in ("smtpd_delay_reject", "check_policy_service", "warn_if_reject", "[store]"):
        text = text.replace(word, f"`{word}`")
    return text


if __name__ == "__main__":
    print(page(), end="")
