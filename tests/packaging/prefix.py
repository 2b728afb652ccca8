"""gotrdns as pip installs it, by itself and away from its source."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Prefix:
    """A virtual environment with gotrdns in it, and an empty directory to work in."""

    directory: Path
    work: Path

    @property
    def program(self) -> str:
        return str(self.directory / "bin" / "gotrdns")

    @property
    def environment(self) -> dict[str, str]:
        """As after the installation: the program and its pages are in their paths."""
        kept = {key: each for key, each in os.environ.items() if not key.startswith("PYTHON")}
        return kept | {
            "HOME": str(self.work),
            "LC_ALL": "C.UTF-8",
            "PATH": f"{self.directory / 'bin'}:{os.environ['PATH']}",
            "XDG_DATA_DIRS": str(self.directory / "share"),
        }

    def gotrdns(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(self.program, *arguments)

    def python(self, text: str) -> str:
        """What a program prints that finds only what is installed; warnings are errors."""
        done = self.run(str(self.directory / "bin" / "python"), "-I", "-W", "error", "-c", text)
        assert (done.stderr, done.returncode) == ("", 0)
        return done.stdout

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.work,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
