"""The source, and what the build back end makes of it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def build(source: Path, directory: Path, kind: str) -> Path:
    """Build with the back end that pyproject.toml names."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(directory)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    [built] = directory.iterdir()
    return built
