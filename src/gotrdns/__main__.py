"""``python -m gotrdns``."""

from gotrdns.cli import main

main(prog_name="gotrdns")
