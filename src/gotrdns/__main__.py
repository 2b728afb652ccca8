"""``python -m gotrdns``."""

from gotrdns.cli import main

main()
