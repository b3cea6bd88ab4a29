"""What users tells."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from guichet.kernel.outbox import Message


class ProfileUpdated(Message):
    """A profile as it is now.

    `preferences` holds what the person chose, among others `sms` (bool) and `reminders` (bool).
    """

    subject: ClassVar[str] = "users.profile.updated"

    account_id: int
    name: str
    email: str
    language: str
    phone_number: str | None = None
    preferences: dict[str, Any] = Field(default_factory=dict)
    occurred_at: datetime
