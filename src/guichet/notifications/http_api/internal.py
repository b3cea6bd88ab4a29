"""What the other services may ask."""

from typing import Any

from fastapi import APIRouter

from guichet.kernel.callers import CallingService
from guichet.notifications.http_api.dependencies import PREFIX, Number, Service
from guichet.notifications.use_cases import accounts

router = APIRouter(prefix=f"{PREFIX}/internal", include_in_schema=False)


@router.get("/accounts/{account_id}/export")
async def export(
    service: Service, _calling: CallingService, account_id: Number
) -> dict[str, list[dict[str, Any]]]:
    """All that is held of a person, for users to put into their export."""
    return await accounts.export(service.database, account_id)
