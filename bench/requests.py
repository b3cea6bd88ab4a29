"""Requests as the bytes that go over the wire."""

import json
from collections.abc import Mapping
from typing import Any


def request(
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str | None = None,
    address: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return one request, for the gateway unless the path says otherwise.

    `address` is whom the gateway is to think that it comes from: the benchmark's system trusts
    its own machine to say so, since a crowd from one address would be throttled, and rightly.
    """
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if address is not None:
        lines.append(f"X-Forwarded-For: {address}")
    if body is not None:
        lines.append("Content-Type: application/json")
    if method != "GET":
        lines.append(f"Content-Length: {len(content)}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def address_of(number: int) -> str:
    """Return an address of the private range 10/8, another one for each number."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
