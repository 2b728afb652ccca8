"""``gotrdns demo``: everything once, without the Internet.

What it needs is imported when it runs.
"""

import click

from gotrdns.cli import raise_interrupts


@click.command(
    epilog="""\b
Example:
  gotrdns demo | less

\b
Exit status:
  0  it was shown
  2  the temporary socket could not be made
"""
)
def demo() -> None:
    """Show what gotrdns does, without the Internet, in a few seconds.

    Checks a small embedded world, starts the policy service on a temporary socket, and asks it as
    Postfix does.
    """
    import asyncio  # noqa: PLC0415 - see the module

    from gotrdns.cli.colour import choose_paint  # noqa: PLC0415
    from gotrdns.cli.output import Failure, write  # noqa: PLC0415
    from gotrdns.demo import demonstrate  # noqa: PLC0415

    raise_interrupts()  # the temporary socket has to go
    try:
        asyncio.run(demonstrate(write, choose_paint()))
    except OSError as error:
        raise Failure(f"cannot make a temporary socket: {error}") from None
