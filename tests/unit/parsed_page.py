"""A page of ours as a browser takes it apart, for tests of what strangers can do to one."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

VOID = {"meta"}
# Of pictures and of data there are as many as there is to show, whoever chose it.
OF_DATA = {"code", "rect", "path", "text", "svg"}


class Page(HTMLParser):
    """What a browser makes of it: elements in order, and the text; unbalanced ones are an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.style = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs)
        self.elements.append((tag, values))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self._open
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        if tag in {"td", "th", "summary"}:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["style"]:
            self.style += data
        else:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def skeleton(self) -> list[tuple[str, dict[str, str]]]:
        """The elements without what depends on the data: code in sentences, pictures' text."""
        return [
            (tag, {name: value for name, value in values.items() if name != "aria-label"})
            for tag, values in self.elements
            if tag not in OF_DATA
        ]


def assert_is_ours(page: Page, elements: Mapping[str, set[str]], *, targets: str) -> None:
    """No elements and attributes but these, and no links but to ``targets``, a pattern."""
    for tag, values in page.elements:
        assert set(values) <= elements[tag], (tag, values)
        for name in ("class", "id", "scope", "colspan"):
            assert re.fullmatch(r"[a-z0-9 -]*", values.get(name, ""))
        assert re.fullmatch(rf"(?:{targets})?", values.get("href", ""))
