"""Gives messages to the use cases and looks at what they made of them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import Row, select

from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.notifications.domain import Person, TemplateKey
from guichet.notifications.samples import SAMPLES
from guichet.notifications.tables import attendances, deliveries, notices
from guichet.notifications.use_cases.telling import Desk, Telling, tell
from tests.notifications.occasions import NOW, number


async def eventually(condition: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    """Return once the condition holds; TimeoutError where it does not in time."""
    async with asyncio.timeout(seconds):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.03)


async def stored(database: Database, **wanted: Any) -> list[Row[Any]]:
    """Return the deliveries with these values, oldest first."""
    statement = select(deliveries).order_by(deliveries.c.id)
    for name, value in wanted.items():
        statement = statement.where(deliveries.c[name] == value)
    async with database.reading() as transaction:
        return list(await transaction.execute(statement))


class Office:
    """Gives messages to the use cases, each in a transaction of its own."""

    def __init__(self, database: Database, desk: Desk) -> None:
        self.database = database
        self.desk = desk

    async def tell(self, act: Callable[..., Awaitable[None]], message: Any, **more: Any) -> None:
        async with self.database.transaction() as transaction:
            await act(transaction, self.desk, message, more.get("now", NOW))

    async def keep(self, act: Callable[..., Awaitable[None]], message: Any, *more: Any) -> None:
        async with self.database.transaction() as transaction:
            await act(transaction, message, *more)

    async def told(self, template: str) -> list[Row[Any]]:
        return await stored(self.database, template=template)

    async def inbox(self, account_id: int) -> list[str]:
        async with self.database.reading() as transaction:
            kinds = await transaction.execute(
                select(notices.c.kind).where(notices.c.account_id == account_id).order_by("id")
            )
            return list(kinds.scalars())

    async def remind_at(self, order_code: str) -> Any:
        async with self.database.reading() as transaction:
            return await transaction.scalar(
                select(attendances.c.remind_at).where(attendances.c.order_code == order_code)
            )


async def enqueue(database: Database, desk: Desk, count: int = 1, **more: Any) -> None:
    """Put order confirmations into the queue, due now."""
    tellings = [
        Telling(
            TemplateKey.ORDER_CONFIRMED,
            str(occasion),
            Person(None, f"guest{occasion}@example.com", "Camille", "fr"),
            SAMPLES[TemplateKey.ORDER_CONFIRMED],
            attachments=[
                {"kind": "tickets", "order_code": "7K3-9QX"},
                {"kind": "calendar", "event_id": 12},
            ],
            **more,
        )
        for occasion in (number() for _ in range(count))
    ]
    async with database.transaction() as transaction:
        await tell(transaction, desk, tellings, now())
