"""What a proxy is told to do to a connection, it does, and no more."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import uvloop

from guichet.local.ports import free_port
from storm.proxy import FAIR, HOST, Proxy, Weather

SOON_SECONDS = 5.0
A_WHILE_SECONDS = 0.3


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes, to the end."""
    while piece := await reader.read(1000):
        writer.write(piece)
    writer.close()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """A proxy before a server that echoes."""
    server = await asyncio.start_server(echo, HOST, 0)
    proxy = Proxy("echo", free_port(), int(server.sockets[0].getsockname()[1]))
    await proxy.start()
    yield proxy
    await proxy.stop()
    server.close()


class Line:
    """A connection through the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, proxy: Proxy) -> "Line":
        return cls(*await asyncio.open_connection(HOST, proxy.port))

    async def say(self, words: bytes, seconds_max: float = SOON_SECONDS) -> bytes:
        self.writer.write(words)
        async with asyncio.timeout(seconds_max):
            return await self.reader.readexactly(len(words))

    async def is_lost(self) -> bool:
        async with asyncio.timeout(SOON_SECONDS):
            try:
                return await self.reader.read(1) == b""
            except ConnectionError:
                return True


async def test_in_fair_weather_all_passes_both_ways_and_to_the_end(proxy: Proxy) -> None:
    line = await Line.to(proxy)
    assert await line.say(b"bonjour" * 10_000) == b"bonjour" * 10_000
    line.writer.write(b"au revoir")
    line.writer.write_eof()
    assert await line.reader.read() == b"au revoir"
    assert proxy.connections == 1


async def test_a_cut_ends_what_is_open_and_refuses_what_comes(proxy: Proxy) -> None:
    line = await Line.to(proxy)
    await line.say(b"1")
    proxy.turn(Weather(is_cut=True))
    assert await line.is_lost()
    assert await (await Line.to(proxy)).is_lost()
    proxy.turn(FAIR)
    assert await (await Line.to(proxy)).say(b"2") == b"2"


async def test_a_reset_ends_what_is_open_alone(proxy: Proxy) -> None:
    line = await Line.to(proxy)
    await line.say(b"1")
    proxy.reset()
    assert await line.is_lost()
    assert await (await Line.to(proxy)).say(b"2") == b"2"


def test_resetting_what_is_just_ending_is_no_trouble() -> None:
    """A storm runs on uvloop, where the socket of such a connection has no descriptor left."""

    async def reset_twice() -> None:
        server = await asyncio.start_server(echo, HOST, 0)
        proxy = Proxy("echo", free_port(), int(server.sockets[0].getsockname()[1]))
        await proxy.start()
        for turns in range(4):
            line = await Line.to(proxy)
            await line.say(b"1")
            proxy.reset()
            for _ in range(turns):
                await asyncio.sleep(0)
            proxy.reset()
            assert await line.is_lost()
        await proxy.stop()
        server.close()

    uvloop.run(reset_twice())


async def test_a_blackhole_lets_nothing_through_and_loses_nothing(proxy: Proxy) -> None:
    line = await Line.to(proxy)
    await line.say(b"1")
    proxy.turn(Weather(is_blackhole=True))
    with pytest.raises(TimeoutError):
        await line.say(b"2", A_WHILE_SECONDS)
    proxy.turn(FAIR)
    async with asyncio.timeout(SOON_SECONDS):
        assert await line.reader.readexactly(1) == b"2"


async def test_a_delay_holds_each_piece_back_in_both_directions(proxy: Proxy) -> None:
    line = await Line.to(proxy)
    proxy.turn(Weather(delay_seconds=A_WHILE_SECONDS / 2))
    began = time.monotonic()
    assert await line.say(b"1") == b"1"
    assert time.monotonic() - began >= A_WHILE_SECONDS


async def test_a_throttle_lets_so_many_bytes_a_second_through(proxy: Proxy) -> None:
    line = await Line.to(proxy)
    proxy.turn(Weather(bytes_per_second=10_000))
    began = time.monotonic()
    assert await line.say(b"x" * 2_000) == b"x" * 2_000
    assert time.monotonic() - began >= A_WHILE_SECONDS, "0.2 s there and 0.2 s back"


async def test_without_a_server_behind_it_the_line_is_lost() -> None:
    proxy = Proxy("nobody", free_port(), free_port())
    await proxy.start()
    assert await (await Line.to(proxy)).is_lost()
    await proxy.stop()
