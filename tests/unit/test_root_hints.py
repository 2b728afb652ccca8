"""Where a walk begins: the root servers shipped, or those of a file."""

from pathlib import Path as FilePath

import pytest

from gotrdns.evidence import Server
from gotrdns.names import Address, DomainName
from gotrdns.resolution.walk import InvalidHints, read_root_hints


def test_root_hints_are_shipped() -> None:
    hints = read_root_hints(None)

    assert len({each.name for each in hints}) == 13
    assert len(hints) == 26
    assert hints[0] == Server(DomainName.parse("a.root-servers.net"), Address.parse("198.41.0.4"))


def test_root_hints_are_read_from_a_file(tmp_path: FilePath) -> None:
    path = tmp_path / "named.root"
    path.write_text("; mine\n. 3600 NS A.Root.\nA.ROOT. 3600 A 192.0.2.1\nb.root. A 192.0.2.2\n")

    assert read_root_hints(path) == (
        Server(DomainName.parse("a.root"), Address.parse("192.0.2.1")),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no NS record"),
        ("a.root. 3600 A 192.0.2.1", "no NS record"),
        (". 3600 NS a.root.", "no address"),
        ("not a zone file", "no file of root hints: line 1: "),
        (". 3600 NS a.root.\na.root. 3600 A 192.0.2.256", "no file of root hints"),
    ],
)
def test_a_file_without_root_servers_is_refused(tmp_path: FilePath, text: str, reason: str) -> None:
    path = tmp_path / "hints"
    path.write_text(text)

    with pytest.raises(InvalidHints, match=reason):
        read_root_hints(path)
    with pytest.raises(InvalidHints, match="No such file"):
        read_root_hints(tmp_path / "none")
