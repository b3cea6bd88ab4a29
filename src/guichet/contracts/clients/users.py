"""Calling users."""

from guichet.kernel.http_client import ServiceClient


class UsersClient(ServiceClient):
    """The internal routes of users."""

    async def export(self, account_id: int) -> dict[str, object]:
        """Return all that users holds of a person."""
        held: dict[str, object] = await self.call(
            "GET", f"/api/v1/users/internal/accounts/{account_id}/export"
        )
        return held
