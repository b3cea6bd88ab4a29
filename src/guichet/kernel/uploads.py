"""Reading one uploaded file from a multipart body, never more of it than is accepted."""

from collections.abc import AsyncGenerator
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from guichet.kernel.problems import Malformed, Problem

OVERHEAD_BYTES_MAX = 64 * 1024
"""Boundaries, headers and small fields beside the file."""


class FileMissing(Malformed):
    """The body is not multipart/form-data, or lacks the file."""

    code = "file_missing"
    fr = "Un fichier est attendu dans le champ « {field} » (multipart/form-data)."
    en = "A file is expected in the field “{field}” (multipart/form-data)."


async def uploaded_file(
    request: Request, field: str, *, bytes_max: int, too_large: Problem
) -> bytes:
    """Return the content of the file in that field; raises `FileMissing` or `too_large`."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise FileMissing(field=field)
    body = _bounded(request, bytes_max + OVERHEAD_BYTES_MAX, too_large)
    try:
        form = await MultiPartParser(request.headers, body, max_files=4, max_fields=20).parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):
        raise FileMissing(field=field) from None
    try:
        part = form.get(field)
        if not isinstance(part, UploadFile):
            raise FileMissing(field=field)
        return await part.read()
    finally:
        await form.close()


def documented_upload(field: str) -> dict[str, Any]:
    """Return the part of a route's OpenAPI that describes such a body."""
    schema = {
        "type": "object",
        "required": [field],
        "properties": {field: {"type": "string", "format": "binary"}},
    }
    return {
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    }


async def _bounded(
    request: Request, bytes_max: int, too_large: Problem
) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > bytes_max:
            raise too_large
        yield chunk
