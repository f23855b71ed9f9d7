"""A relay for TCP connections that delivers every byte later: what a database on another continent feels like.

`python -m bench.relay LISTEN-ADDRESS:PORT TO-ADDRESS:PORT ROUND-TRIP-MS` runs until it is ended. Half of the round
trip's time passes in each direction, opening a connection included; bandwidth is not limited.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass

_PIECE = 256 * 1024
_UNDER_WAY = 4096  # pieces: a limit of memory, far above what a path holds


@dataclass(frozen=True)
class Relay:
    """Takes connections and passes them on; `delay` is that of one direction, in seconds."""

    host: str
    port: int
    delay: float

    async def serve(self, listen_host: str, listen_port: int) -> asyncio.Server:
        """Begin to listen."""
        return await asyncio.start_server(self._pass_on, listen_host, listen_port)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * self.delay)  # the handshake of the connection
        try:
            there_reader, there_writer = await asyncio.open_connection(self.host, self.port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(self._later(reader, there_writer), self._later(there_reader, writer))

    async def _later(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(_UNDER_WAY)

        async def take() -> None:
            piece = b"?"
            while piece:
                try:
                    piece = await source.read(_PIECE)
                except OSError:
                    piece = b""
                await waiting.put((loop.time() + self.delay, piece))

        taking = asyncio.create_task(take())
        with contextlib.suppress(OSError):
            while True:
                due, piece = await waiting.get()
                await asyncio.sleep(max(0.0, due - loop.time()))
                if not piece:
                    break
                target.write(piece)
                await target.drain()
        taking.cancel()
        target.close()


def main(arguments: list[str]) -> int:
    """Relay until the process is ended."""
    if len(arguments) != 3:
        sys.stderr.write("usage: python -m bench.relay LISTEN-ADDRESS:PORT TO-ADDRESS:PORT ROUND-TRIP-MS\n")
        return 2
    listen, to, round_trip = arguments
    listen_host, _, listen_port = listen.rpartition(":")
    host, _, port = to.rpartition(":")

    async def forever() -> None:
        server = await Relay(host, int(port), float(round_trip) / 2000).serve(listen_host, int(listen_port))
        await server.serve_forever()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(forever())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
