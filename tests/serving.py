"""A service over HTTP within the test's own event loop."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from guichet.kernel.app import entry_of


@asynccontextmanager
async def served(app: FastAPI, port: int) -> AsyncGenerator[str]:
    """Serve an application over HTTP, in this event loop, and yield its address."""
    server = uvicorn.Server(
        uvicorn.Config(
            entry_of(app),
            port=port,
            log_config=None,
            lifespan="on",
            loop="none",
            # The client keeps its connections for less: none is closed while it sends.
            timeout_keep_alive=600,
        )
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:
            if task.done():
                await task
                raise RuntimeError("the service did not start")
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
