"""What ``gotrdns explain`` prints about explained addresses, in each of its formats.

Owns what goes where and in which order, and the gravest outcome. Composing is the business of
``reports``; what few ask for is imported when it is asked for.
"""

import time
from collections.abc import Sequence

import msgspec

from gotrdns.checking.targets import Place, Remark
from gotrdns.cli.colour import choose_paint
from gotrdns.cli.explain_options import Format
from gotrdns.cli.inquiry import Inquiry
from gotrdns.cli.output import write, write_octets
from gotrdns.cli.progress import Progress
from gotrdns.cli.reporting import Outcomes, origin_of
from gotrdns.explaining.awaiting import Look
from gotrdns.explaining.explanation import Explanation
from gotrdns.reports.explanation_json import encode_explanation
from gotrdns.reports.explanation_text import compose_explanation
from gotrdns.reports.letters import write_letters
from gotrdns.reports.moments import said_in_utc


class Told(msgspec.Struct, frozen=True):
    """One address explained; ``look`` is the last of a wait for it."""

    place: Place
    explanation: Explanation
    look: Look | None = None


class Explained(msgspec.Struct, frozen=True):
    """One target."""

    remarks: Sequence[Remark]
    told: Sequence[Told]


class Printer:
    """Prints explanations in order, and remembers the gravest outcome."""

    def __init__(self, inquiry: Inquiry, servers: Sequence[str], progress: Progress) -> None:
        self._inquiry = inquiry
        self._progress = progress
        self._paint = choose_paint()
        # What is said on the way stands above the first report.
        said_before = inquiry.pace is not None and inquiry.format is Format.TEXT
        self._separator = "\n" if said_before else ""
        self._for_the_page: list[tuple[str | None, Explanation]] = []
        self.outcomes = Outcomes(servers)

    def print_remarks(self, remarks: Sequence[Remark]) -> None:
        self._progress.clear()
        self.outcomes.note_remarks(remarks)

    def print_target(self, explained: Explained) -> None:
        self.print_remarks(explained.remarks)
        for told in explained.told:
            outcome = told.look.progress if told.look else told.explanation.verdict
            self.outcomes.note_result(outcome.result)
            self._print(told, origin_of(told.place))

    def finish(self) -> None:
        """Print what is about all addresses; without any there is none."""
        if self._for_the_page:
            from gotrdns.reports.explanation_html import compose_page  # noqa: PLC0415 - see above

            self._progress.clear()
            generated = said_in_utc(time.time())
            page = compose_page(self._for_the_page, generated=generated)
            write_octets(page.encode("utf-8", "backslashreplace"))

    def _print(self, told: Told, origin: str | None) -> None:
        explanation = told.explanation
        match self._inquiry.format:
            case Format.TEXT:
                self._write_apart(self._report(explanation, origin))
            case Format.JSON:
                write_octets(_encoded(told) + b"\n")
            case Format.LETTER:
                self._write_apart(self._letters(explanation) or self._report(explanation, origin))
            case Format.MARKDOWN:
                from gotrdns.reports.explanation_markdown import compose_markdown  # noqa: PLC0415

                self._write_apart(compose_markdown(explanation, origin=origin))
            case Format.HTML:
                self._for_the_page.append((origin, explanation))

    def _report(self, explanation: Explanation, origin: str | None) -> str:
        return compose_explanation(explanation, origin=origin, paint=self._paint)

    def _letters(self, explanation: Explanation) -> str:
        letters = write_letters(explanation, language=self._inquiry.language)
        return "\n".join(letter.message for letter in letters)

    def _write_apart(self, text: str) -> None:
        write(self._separator + text)
        self._separator = "\n"


def _encoded(told: Told) -> bytes:
    if told.look is None:
        return encode_explanation(told.explanation)
    from gotrdns.reports.waiting_json import encode_waited  # noqa: PLC0415 - see above

    return encode_waited(told.explanation, told.look)
