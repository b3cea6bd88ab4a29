"""Calling notifications."""

from guichet.kernel.http_client import ServiceClient


class NotificationsClient(ServiceClient):
    """The internal routes of notifications."""

    async def export(self, account_id: int) -> dict[str, object]:
        """Return all that notifications holds of a person."""
        held: dict[str, object] = await self.call(
            "GET", f"/api/v1/notifications/internal/accounts/{account_id}/export"
        )
        return held
