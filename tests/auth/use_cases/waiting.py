"""Waiting for what happens soon."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(happened: Callable[[], Awaitable[bool]], seconds: float = 5.0) -> bool:
    """Return True as soon as it happened, False where it has not within that time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        if await happened():
            return True
        await asyncio.sleep(0.02)
    return await happened()
