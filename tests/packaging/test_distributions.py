"""What is built holds all that gotrdns needs, and nothing else."""

import zipfile
from pathlib import Path

from gotrdns import __version__
from tests.packaging.building import ROOT, build

DATA = f"gotrdns-{__version__}.data/data/share"
INFORMATION = f"gotrdns-{__version__}.dist-info"


def files_below(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def contents_of(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_package_and_what_belongs_beside_it_and_nothing_else(
    wheel: Path,
) -> None:
    expected = {
        f"{place}/{name}": content
        for place, directory in (
            ("gotrdns", ROOT / "src" / "gotrdns"),
            (DATA, ROOT / "share"),
            (f"{DATA}/doc/gotrdns", ROOT / "contrib"),
        )
        for name, content in files_below(directory).items()
    }
    expected[f"{DATA}/doc/gotrdns/gotrdns.toml"] = (ROOT / "docs" / "gotrdns.toml").read_bytes()
    found = contents_of(wheel)
    information = {name for name in found if name.startswith(f"{INFORMATION}/")}
    assert {name: found[name] for name in found.keys() - information} == expected
    assert information == {
        f"{INFORMATION}/{name}"
        for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }


def test_what_is_read_at_run_time_is_where_it_is_looked_for(wheel: Path) -> None:
    found = contents_of(wheel)
    assert {
        "gotrdns/py.typed",
        "gotrdns/demo/world.txt",
        "gotrdns/reports/templates/explanation.html",
        "gotrdns/reports/templates/explanation_parts.html",
        "gotrdns/reports/templates/logs.html",
        "gotrdns/reports/templates/page.html",
        "gotrdns/reports/templates/site/layout.html",
        "gotrdns/reports/templates/site/site.css",
        "gotrdns/resolution/walk/root.hints",
        "gotrdns/web/static/live.js",
        f"{DATA}/bash-completion/completions/gotrdns",
        f"{DATA}/fish/vendor_completions.d/gotrdns.fish",
        f"{DATA}/man/man1/gotrdns.1",
        f"{DATA}/man/man5/gotrdns.toml.5",
        f"{DATA}/man/man8/gotrdns-serve.8",
        f"{DATA}/zsh/site-functions/_gotrdns",
    } <= found.keys()


def test_a_wheel_built_from_the_sdist_is_the_same(
    wheel: Path, unpacked: Path, tmp_path: Path
) -> None:
    assert contents_of(build(unpacked, tmp_path, "wheel")) == contents_of(wheel)


def test_the_sdist_has_all_that_the_tests_need(unpacked: Path) -> None:
    for name in ("Makefile", "zensical.toml", ".ci/run", "CHANGELOG.md", "docs/settings.md"):
        assert (unpacked / name).is_file(), name
    kept = files_below(unpacked)
    for room in ("tests", "docs", "benchmarks", "contrib", "share", "src"):
        source = files_below(ROOT / room)
        results = {name for name in source if name.startswith("results/")}  # not kept in git
        assert {f"{room}/{name}" for name in source.keys() - results} <= kept.keys()
