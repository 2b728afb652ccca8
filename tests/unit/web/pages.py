"""What must be true of every page and of every part of one, whatever is on it."""

import itertools
import re
from html.parser import HTMLParser
from typing import Final

from gotrdns.reports import english_site as words

VOID: Final = {"meta", "link", "input"}
NAMING: Final = ("for", "aria-describedby", "aria-labelledby", "data-live-into")
# To this site, within the page, or to a mail program.
OWN_LINK: Final = re.compile(r"/(?!/).*|#[a-z0-9-]+|mailto:.*")


class Read(HTMLParser):
    """What a browser makes of it: elements in order, and the text; unbalanced ones are an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(str(text))
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        assert len(values) == len(attrs), attrs
        self.elements.append((tag, values))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self._open
        self.handle_starttag(tag, attrs)
        self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open, tag
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert self._open[-1:] not in (["script"], ["style"]), data
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    def values(self, tag: str, name: str) -> list[str]:
        return [values[name] for each, values in self.elements if each == tag and name in values]

    @property
    def skeleton(self) -> list[tuple[str, dict[str, str]]]:
        """The elements without what depends on data: code in sentences, pictures, filled fields."""
        shown = (each for each in self.elements if each[0] not in _OF_DATA)
        return [
            (tag, {name: value for name, value in values.items() if name not in _FILLED})
            for tag, values in shown
        ]


_OF_DATA: Final = {"code", "rect", "path", "text", "svg"}
_FILLED: Final = {"value", "href", "aria-label"}


def read_part(text: str) -> Read:
    """A part of a page, checked."""
    read = Read(text)
    for tag, values in read.elements:
        assert tag != "style"
        assert not [name for name in values if name == "style" or name.startswith("on")]
        assert tag != "script" or values["src"].startswith("/static/")
        if "href" in values:
            assert OWN_LINK.fullmatch(values["href"]), values
    _check_names(read)
    _check_copying(read)
    _check_headings(read)
    return read


def read_page(text: str) -> Read:
    """A whole page, checked."""
    assert text.startswith("<!DOCTYPE html>")
    read = read_part(text)
    tags = [tag for tag, _ in read.elements]
    assert read.elements[0] == ("html", {"lang": "en"})
    assert [tags.count(each) for each in ("h1", "main", "title")] == [1, 1, 1]
    return read


def _check_names(read: Read) -> None:
    ids = [values["id"] for _, values in read.elements if "id" in values]
    assert len(ids) == len(set(ids)), ids
    for tag, values in read.elements:
        for name in NAMING:
            if name in values and values[name] != "content":
                assert values[name] in ids, values
        if tag in {"input", "select", "textarea"} and values.get("type") != "hidden":
            labels = [each.get("for") for label, each in read.elements if label == "label"]
            assert "aria-label" in values or values.get("id") in labels, values
        if tag in {"th", "svg"}:
            assert {"scope", "role", "aria-hidden"} & set(values), values


def _check_copying(read: Read) -> None:
    """A button says what it copies, to those who hear it only, and first what stands on it."""
    for _, values in read.elements:
        if values.get("class") == "copy":
            assert values["aria-label"].startswith(f"{words.COPY} the "), values


def _check_headings(read: Read) -> None:
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels)), levels
