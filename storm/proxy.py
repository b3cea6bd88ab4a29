"""A small TCP proxy in user space: it delays, cuts, blackholes, throttles and resets.

It stands between the services and what they stand on (PostgreSQL, NATS, the payment provider,
SMTP). Where nothing is asked of it, it passes bytes on as they come.
"""

import asyncio
import contextlib
import socket
import struct
from dataclasses import dataclass

HOST = "127.0.0.1"
CHUNK_BYTES = 65_536
CONNECT_SECONDS_MAX = 5.0
_LINGER_NOT = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends a reset instead of an end."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How a proxy treats what passes; the default is fair.

    `delay_seconds` holds each piece back, `bytes_per_second` bounds each direction of each
    connection, `is_cut` refuses connections, `is_blackhole` lets nothing through, loses nothing.
    """

    delay_seconds: float = 0.0
    bytes_per_second: int | None = None
    is_cut: bool = False
    is_blackhole: bool = False


FAIR = Weather()


class Proxy:
    """Listens on `port` and passes each connection on to `target_port`, both on this machine."""

    def __init__(self, name: str, port: int, target_port: int) -> None:
        self.name = name
        self.port = port
        self.target_port = target_port
        self.weather = FAIR
        self.connections = 0
        """How many were opened so far."""
        self._passes = asyncio.Event()
        self._passes.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to listen; OSError where the port is taken."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def stop(self) -> None:
        """End every connection and stop listening."""
        if self._server is not None:
            self._server.close()
        self.reset()
        self._passes.set()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def turn(self, weather: Weather) -> None:
        """Treat all that passes from now on in another way; a cut ends what is open."""
        self.weather = weather
        if weather.is_blackhole:
            self._passes.clear()
        else:
            self._passes.set()
        if weather.is_cut:
            self.reset()

    def reset(self) -> None:
        """End all open connections at once, with a reset."""
        for writer in list(self._open):
            _reset(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        self.connections += 1
        if self.weather.is_cut:
            _reset(writer)
            return
        try:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                there, back = await asyncio.open_connection(HOST, self.target_port)
        except (OSError, TimeoutError):
            _reset(writer)
            return
        self._open |= {writer, back}
        try:
            await asyncio.gather(self._pass_on(reader, back), self._pass_on(there, writer))
        except (OSError, asyncio.CancelledError):
            _reset(writer)
            _reset(back)
        finally:
            self._open -= {writer, back}
            writer.close()
            back.close()

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while piece := await source.read(CHUNK_BYTES):
            weather = self.weather
            if weather.delay_seconds:
                await asyncio.sleep(weather.delay_seconds)
            if weather.bytes_per_second:
                await asyncio.sleep(len(piece) / weather.bytes_per_second)
            await self._passes.wait()
            if sink.is_closing():
                raise ConnectionResetError
            sink.write(piece)
            await sink.drain()
        await self._passes.wait()
        # The other direction may still have something to say, where it is not gone already.
        if not sink.is_closing():
            with contextlib.suppress(OSError):
                sink.write_eof()


def _reset(writer: asyncio.StreamWriter) -> None:
    found: socket.socket | None = writer.get_extra_info("socket")
    if found is not None:
        # A line that has just ended by itself has no descriptor any more, or a negative one.
        with contextlib.suppress(OSError, ValueError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    writer.transport.abort()
