"""The work of ``gotrdns logs --what-if``: a log is replayed under other settings.

Owns where the settings and exceptions come from, what is read when, and the exit status.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from gotrdns.cli.colour import choose_paint
from gotrdns.cli.log_asking import ask_about_clients
from gotrdns.cli.log_pages import write_page
from gotrdns.cli.log_reading import Logs, encodable
from gotrdns.cli.output import Failure, terminal_width, write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.cli.stores import opened, read_store_settings
from gotrdns.mail_logs.formats.readers import WITH_SENDERS
from gotrdns.mail_logs.today.enquiries import Today
from gotrdns.mail_logs.what_if.changes import conclude
from gotrdns.mail_logs.what_if.claiming import Census
from gotrdns.mail_logs.what_if.replaying import Replay, Rulebook
from gotrdns.names import Address
from gotrdns.policy import Mode, Policy, PolicySettings
from gotrdns.policy.allowances import Allowances
from gotrdns.reports.logs import english as english_logs
from gotrdns.reports.logs import english_what_if as words
from gotrdns.reports.logs.what_if import TAKEN_IN, Setting, WhatIf, Would
from gotrdns.reports.logs.what_if_json import changed_csv, encode_what_if
from gotrdns.reports.logs.what_if_text import compose_what_if
from gotrdns.reports.sentences import legible
from gotrdns.settings import Settings
from gotrdns.store.settings import NOWHERE, sqlite_path

_NOTHING_LOST: Final = 0
_SOMETHING_LOST: Final = 1
_UNDECIDED: Final = 3
_TOP: Final = 20
_MODES: Final = frozenset(mode.value for mode in Mode)


def tell_what_if(options: Mapping[str, Any]) -> int:
    """Print what the options, by their parameters' names, ask for; the exit status."""
    asked = options["what_if"]
    settings = _read_settings(asked)
    setting, policy = _enter(settings, "" if asked in _MODES else asked, options)
    rulebook = Rulebook(Policy(policy), _read_allowances(settings))
    setting = msgspec.structs.replace(setting, asks_vouchers=rulebook.asks_vouchers)
    report = _replay(rulebook, setting, settings, options)
    _print(report, options)
    return _status(report)


def _read_settings(asked: str) -> Settings:
    """A mode with everything else at its default, or a file. Ends the verb if that is wrong."""
    if asked in _MODES:
        return Settings(policy=PolicySettings(mode=Mode(asked)))
    path = Path(asked)
    if not path.exists():
        raise Failure(
            f"--what-if: {legible(asked)} is neither a mode (observe, strict, protect) nor a "
            "settings file"
        )
    found = read_store_settings(path, None)
    assert found is not None  # noqa: S101 - without a store's URL there always are some
    return found


def _enter(
    settings: Settings, path: str, options: Mapping[str, Any]
) -> tuple[Setting, PolicySettings]:
    """What is told of the settings, and the policy; of ``observe`` that which it rehearses."""
    policy = settings.policy
    rehearsed = policy.rehearse if policy.mode is Mode.OBSERVE else None
    setting = Setting(
        mode=policy.mode,
        rehearsed=rehearsed,
        settings=encodable(path),
        offline=options["offline"],
        exempts_recipients=bool(policy.pass_recipient_domains),
    )
    if rehearsed is not None:
        policy = msgspec.structs.replace(policy, mode=Mode(rehearsed.value))
    return setting, policy


def _read_allowances(settings: Settings) -> Allowances:
    """Those that hold now; none where there is no store yet."""
    place = settings.store.url
    path = sqlite_path(place)
    if place == NOWHERE or (path is not None and not path.exists()):
        return Allowances()
    with opened(place) as store:
        return Allowances(store.list_allowances())


def _replay(
    rulebook: Rulebook, setting: Setting, settings: Settings, options: Mapping[str, Any]
) -> WhatIf:
    progress = Progress()
    census = Census(rulebook.matters)
    with Logs(options, progress, again=True) as logs:
        logs.read(
            census,
            lambda: len(census.accounts),
            template=words.COLLECTING,
            readers=WITH_SENDERS,
        )
        today = _ask(census, setting, settings, options, progress)
        replay = Replay(rulebook, census, today, keeps_mailboxes=options["envelope"])
        reading = logs.read(
            replay, lambda: len(replay.clients), template=words.REPLAYING, readers=WITH_SENDERS
        )
    progress.show(english_logs.SUMMING.of(len(replay.clients)))
    try:
        return conclude(replay, census, today, setting=setting, reading=reading, logs=logs.names)
    finally:
        progress.clear()


def _ask(
    census: Census,
    setting: Setting,
    settings: Settings,
    options: Mapping[str, Any],
    progress: Progress,
) -> dict[Address, Today] | None:
    """What DNS says today of the clients about whom that matters; None if it is not to be asked."""
    if setting.offline:
        census.forget_claims()
        return None
    enquiries = tuple(census.enquiries(with_vouchers=setting.asks_vouchers))
    census.forget_claims()
    if not enquiries:  # for which no resolver is needed
        return {}
    return ask_about_clients(
        enquiries,
        options,
        progress,
        resolver=settings.resolver,
        verification=settings.verification,
    )


def _print(report: WhatIf, options: Mapping[str, Any]) -> None:
    top = options["top"]
    if options["as_json"]:
        write_octets(encode_what_if(report, top=top) + b"\n")
    elif options["as_csv"]:
        write_octets(changed_csv(report, top=top).encode())
    elif options["as_html"]:
        from gotrdns.reports.logs.what_if_html import compose_what_if_page  # noqa: PLC0415 - few ask

        write_page(partial(compose_what_if_page, report), options)
    else:
        write(
            compose_what_if(report, top=top or _TOP, width=terminal_width(), paint=choose_paint())
        )


def _status(report: WhatIf) -> int:
    if report.setting.mode is Mode.OBSERVE:
        return _NOTHING_LOST
    if report.attempts(TAKEN_IN, (Would.REFUSED, Would.DEFERRED)):
        return _SOMETHING_LOST
    return _UNDECIDED if report.attempts(TAKEN_IN, (Would.UNDECIDED,)) else _NOTHING_LOST
