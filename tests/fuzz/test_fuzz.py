"""Runs each fuzzer for a while; a crash, a hang or growing memory fails the test."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.seeds import SEEDS

HERE = Path(__file__).parent
SECONDS = 15


@pytest.mark.parametrize("fuzzer", sorted(HERE.glob("fuzz_*.py")), ids=lambda path: path.stem)
def test_no_octets_do_worse_than_a_typed_error(fuzzer: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS[fuzzer.stem]()):
        (corpus / str(number)).write_bytes(seed)
    command = [
        *(sys.executable, str(fuzzer), f"-max_total_time={SECONDS}", "-max_len=4096"),
        # One input may take five seconds at most, and all of them together 512 MB.
        *("-timeout=5", "-rss_limit_mb=512", f"-artifact_prefix={tmp_path}/", str(corpus)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    assert "DONE" in done.stderr
