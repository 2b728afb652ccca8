"""``gotrdns classify``: what a host name says by itself.

Owns the verb's options. What it needs is imported when it runs.
"""

from collections.abc import Sequence

import click


@click.command(
    epilog="""\b
Examples:
  gotrdns classify 85.105.64.87 dsl.static851056487.ttnet.net.tr
  gotrdns classify --json - < pairs.csv

\b
Exit status:
  0  every name was classified
  2  the command line or a line of standard input is wrong, or something is
     wrong here: standard input, or where the results go
  130, 141  interrupted; whoever read the results went away
"""
)
@click.argument("pair", metavar="ADDRESS NAME", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, a name each.")
def classify(pair: Sequence[str], as_json: bool) -> None:
    """Tell what a host name says of the host at an address.

    NAME is the address's name in reverse DNS: the class is dynamic, static-generic, mail-host or
    other-host. Nothing is looked up. "-" instead of both reads lines "address,name" from standard
    input; a heading and further columns are passed over.
    """
    if tuple(pair) != ("-",) and len(pair) != 2:
        raise click.UsageError('write an address and its name, or "-" for standard input')

    from gotrdns.cli.output import Failure  # noqa: PLC0415 - see the module
    from gotrdns.cli.pairs import InvalidPair, classify_lines, classify_one  # noqa: PLC0415
    from gotrdns.cli.standard_input import UnreadableInput  # noqa: PLC0415

    try:
        if len(pair) == 2:
            classify_one(pair[0], pair[1], as_json=as_json)
            return
        status = classify_lines(as_json=as_json)
    except (InvalidPair, UnreadableInput) as error:
        raise Failure(str(error)) from None
    raise click.exceptions.Exit(status)
