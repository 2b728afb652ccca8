"""One question over TCP, for answers too long for UDP (RFC 7766)."""

import asyncio

from gotrdns.resolution.servers import ServerAddress


class NoConnection(ConnectionRefusedError):
    """The server takes no connection, or something on the way refuses it or drops its packets.

    What was asked about has no part in it: a resolver accepts before it knows the question.
    """


async def exchange(server: ServerAddress, message: bytes, patience: float) -> bytes:
    """Send one message and read the one that comes back, within ``patience`` seconds.

    Raises NoConnection when the server cannot be reached, and another OSError (TimeoutError
    included) when it stops after that.
    """
    connected = False
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(server.host, server.port)
            connected = True
            try:
                writer.write(len(message).to_bytes(2) + message)
                await writer.drain()
                length = int.from_bytes(await reader.readexactly(2))
                reply = await reader.readexactly(length)
            finally:
                writer.close()
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError("the server closed the connection early") from error
    except OSError as error:
        if connected:
            raise
        raise NoConnection(error.errno, f"{server.text} takes no TCP connection") from error
    if reply[:2] != message[:2]:
        raise ConnectionResetError("the server answered with another id")
    return reply
