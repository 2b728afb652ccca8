"""The settings file: there, readable, and right."""

from collections.abc import Iterator

from gotrdns.doctor.circumstances import Absent, Circumstances, NoSettings
from gotrdns.reports.examination import Check, Fault, Finding, Well, Wrong
from gotrdns.settings import InvalidSettings, Settings


def examine_settings(around: Circumstances) -> Iterator[Finding]:
    path = str(around.wishes.settings)
    match around.settings:
        case Settings():
            mode = around.settings.policy.mode.value
            yield Well(Check.SETTINGS_VALID, {"path": path, "mode": mode})
        case InvalidSettings():
            for problem in around.settings.problems:
                yield Wrong(Fault.SETTINGS_WRONG, {"path": path, "problem": str(problem)})
        case NoSettings():
            yield Wrong(Fault.SETTINGS_MISSING, {"path": path})
        case Absent():
            yield around.settings.hinders(Check.SETTINGS_VALID)
