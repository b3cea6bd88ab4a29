"""Sending one request, and what came back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy


@dataclass(frozen=True)
class Answer:
    """An answer with its body read."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        return json.loads(self.body)


async def ask(
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    data: bytes | None = None,
) -> Answer:
    """Send one request on a connection of its own; nothing is decompressed or followed."""
    async with (
        aiohttp.ClientSession(auto_decompress=False) as session,
        session.request(
            method,
            url,
            headers={"Accept-Encoding": "identity", **(headers or {})},
            data=data,
            allow_redirects=False,
        ) as answer,
    ):
        return Answer(answer.status, answer.headers, await answer.read())
