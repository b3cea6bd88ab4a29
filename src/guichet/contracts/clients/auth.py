"""Calling auth."""

from pydantic import BaseModel, ConfigDict

from guichet.kernel.http_client import RemoteRefusal, ServiceClient

HTTP_NOT_FOUND = 404


class Account(BaseModel):
    """An account as other services may know it."""

    model_config = ConfigDict(extra="ignore")

    account_id: int
    email: str
    name: str
    role: str
    language: str
    is_active: bool
    email_verified: bool
    phone_number: str | None = None
    address: str | None = None
    city: str | None = None
    country: str | None = None


class AuthClient(ServiceClient):
    """The internal routes of auth."""

    async def account(self, account_id: int) -> Account | None:
        """Return the account, None where there is none."""
        try:
            found = await self.call("GET", f"/api/v1/auth/internal/accounts/{account_id}")
        except RemoteRefusal as refusal:
            if refusal.status == HTTP_NOT_FOUND:
                return None
            raise
        return Account.model_validate(found)

    async def delete_account(self, account_id: int) -> None:
        """Delete the account and end its sessions; repeating it does no harm."""
        await self.call("DELETE", f"/api/v1/auth/internal/accounts/{account_id}")

    async def update_account(
        self, account_id: int, *, name: str | None, language: str | None, email: str | None
    ) -> Account:
        """Change name or language; another e-mail is only asked for by a mail to that address.

        Raises `RemoteRefusal` 409 `email_taken`, 404 where there is no such account.
        """
        changed = await self.call(
            "PUT",
            f"/api/v1/auth/internal/accounts/{account_id}",
            json={"name": name, "language": language, "email": email},
        )
        return Account.model_validate(changed)

    async def export(self, account_id: int) -> dict[str, object]:
        """Return all that auth holds of a person, secrets excepted."""
        held: dict[str, object] = await self.call(
            "GET", f"/api/v1/auth/internal/accounts/{account_id}/export"
        )
        return held
