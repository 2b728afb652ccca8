"""A policy service that knows no DNS: it stands in for `gotrdns serve` where the harness is tested.

Its settings are two lines: the unix socket's path, and the TCP port on 127.0.0.1. It marks every
message with a header, and says when it was told to reload or to end.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

ACTION = "PREPEND X-Gotrdns: stand-in"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # A request is lines of `name=value`, ended by an empty one; a connection carries many.
    while line := await reader.readline():
        if line == b"\n":
            writer.write(f"action={ACTION}\n\n".encode())
    writer.close()


async def serve(path: str, port: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, print, "reloaded")
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await asyncio.start_unix_server(answer, path)
    await asyncio.start_server(answer, "127.0.0.1", port)
    await ended.wait()
    print("ended")


if __name__ == "__main__":
    verb, option, where = sys.argv[1:]
    if (verb, option) != ("serve", "--settings"):
        sys.exit(f"unexpected arguments: {sys.argv[1:]}")
    unix_socket, tcp_port = Path(where).read_text().split()
    Path(unix_socket).unlink(missing_ok=True)
    # smtpd is another user, and connecting takes the right to write.
    os.umask(0o111)
    asyncio.run(serve(unix_socket, int(tcp_port)))
