"""The public keys, for everybody who verifies tokens."""

from typing import Any

from fastapi import APIRouter, Response

from guichet.auth.http_api.dependencies import Here

router = APIRouter(prefix="/api/v1/auth", tags=["keys"])


@router.get("/.well-known/jwks.json", summary="The public keys of access tokens (RFC 7517)")
async def jwks(context: Here, response: Response) -> dict[str, Any]:
    """Answer with the keys that sign now, will soon, or did until lately."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return await context.keys.jwks()
