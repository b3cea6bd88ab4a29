"""What notifications tells."""

from datetime import datetime
from typing import ClassVar

from guichet.kernel.outbox import Message


class DeliveryFailed(Message):
    """A delivery was given up after its last attempt; an administrator may retry it."""

    subject: ClassVar[str] = "notifications.delivery.failed"

    delivery_id: int
    channel: str
    template: str
    account_id: int | None
    error: str
    occurred_at: datetime
