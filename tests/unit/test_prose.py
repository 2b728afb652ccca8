"""The border between a sentence's own words and strangers' data."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gotrdns.reports.prose import pieces
from tests.unit import hostile_explanations


def _marked(sentence: str) -> str:
    return "".join(f"[{each.text}]" if each.is_data else each.text for each in pieces(sentence))


@pytest.mark.parametrize(
    ("sentence", "marked"),
    [
        ("It leads to mail.example.org.", "It leads to [mail.example.org]."),
        ("not to 192.0.2.1, but", "not to [192.0.2.1], but"),
        ("ns1.isp.net (81.20.0.1): refused", "[ns1.isp.net] ([81.20.0.1]): refused"),
        ("the host's (RFC 5321 section 4.1.4).", "the host's (RFC 5321 section 4.1.4)."),
        ('a proposal: "mail" in', 'a proposal: "mail" in'),
        ("... and 990 more", "... and 990 more"),
        ("give it with --name.", "give it with [--name]."),
        ("forward-nodata (error)", "forward-nodata (error)"),
        ("a name like foo\\).", "a name like [foo\\)]."),
        ("serial 2026112301", "serial [2026112301]"),
        ("two\nlines\x00 of", "two lines of"),
        ("right \u05e9\u05dc\u05d5\u05dd left", "right [\u05e9\u05dc\u05d5\u05dd] left"),
        (
            "T\u00fcrk Telekom\u00fcnikasyon A.\u015e.",
            "T\u00fcrk Telekom\u00fcnikasyon [A.\u015e].",
        ),
        ("( and --- and #", "[(] and [---] and [#]"),
        ("", ""),
    ],
)
def test_names_and_addresses_are_data_and_words_are_not(sentence: str, marked: str) -> None:
    assert _marked(sentence) == marked


@pytest.mark.parametrize("attack", hostile_explanations.ATTACKS)
def test_no_attack_is_a_word(attack: str) -> None:
    plain = "".join(each.text for each in pieces(attack) if not each.is_data)
    assert not re.search(r"[<>&`*_~#@/\[\]{}|\\=+]|:\w|\w\.\w", plain)


@given(st.text(max_size=200) | hostile_explanations.texts)
def test_the_pieces_are_the_sentence_on_one_line(sentence: str) -> None:
    whole = "".join(each.text for each in pieces(sentence))
    assert whole.split() == "".join(c if c.isprintable() else " " for c in sentence).split()
    assert whole.isprintable()
    assert whole == whole.strip()


@given(st.text(max_size=200) | hostile_explanations.texts)
def test_words_are_letters_numbers_and_harmless_punctuation(sentence: str) -> None:
    for piece in pieces(sentence):
        if not piece.is_data:
            assert re.fullmatch(r"(?:[^\W_]|[ .,:;!?()\"'\u2019-])+", piece.text)
