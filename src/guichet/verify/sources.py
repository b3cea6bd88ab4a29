"""What the checker reads: the five databases, the sandbox's books, the local mailbox, NATS.

It only ever reads. In production each address comes from the environment; what is not named
(no sandbox, no mailbox) is left out, and the checks that need it say so.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp
import asyncpg
import msgspec

from guichet.verify.streams import Unhandled, unhandled

SERVICES = ("auth", "users", "events", "tickets", "notifications")
CALL_SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Booked:
    """One payment in the provider's books, amounts in minor units."""

    intent_id: str
    order_key: str
    status: str
    captured: int
    refunded: int
    fee: int = 0
    disputed: int = 0
    dispute_fees: int = 0
    created: int = 0
    """Unix seconds."""


@dataclass(slots=True)
class Sources:
    """Open connections, by service, and the addresses of the local stand-ins ("" for none)."""

    databases: dict[str, "asyncpg.Connection[asyncpg.Record]"]
    session: aiohttp.ClientSession
    sandbox_url: str = ""
    sandbox_key: str = field(default="", repr=False)
    mailbox_url: str = ""
    mailbox_since: datetime | None = None
    """Mails sent before are in no mailbox: it began anew when the databases were restored."""
    answered_codes: tuple[str, ...] = ()
    nats_url: str = field(default="", repr=False)
    as_of: datetime | None = None
    """The moment that the data are of, None for now: what is under way then may be unfinished."""

    async def rows(self, service: str, statement: str, *values: object) -> list[Any]:
        """Return the rows of a query on a service's database."""
        return list(await self.databases[service].fetch(statement, *values))

    async def books(self) -> list[Booked]:
        """Return every payment that the sandbox knows of."""
        headers = {"Authorization": f"Bearer {self.sandbox_key}"}
        found: list[Booked] = []
        async with self.session.get(
            f"{self.sandbox_url}/_sandbox/books", headers=headers
        ) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                row: dict[str, Any] = msgspec.json.decode(line)
                found.append(
                    Booked(
                        intent_id=row["id"],
                        order_key=row["metadata"].get("order_key", ""),
                        status=row["status"],
                        captured=row["captured"],
                        refunded=row["refunded"],
                        fee=row["fee"],
                        disputed=row["disputed"],
                        dispute_fees=row["dispute_fees"],
                        created=row["created"],
                    )
                )
        return found

    async def mail_ids(self) -> list[str]:
        """Return the Message-ID of every mail in the local mailbox, duplicates included."""
        url = f"{self.mailbox_url}/mailbox/api/messages?kind=mail&limit=1000000"
        async with self.session.get(url) as answer:
            answer.raise_for_status()
            body: dict[str, Any] = await answer.json()
        return [item["message_id"] for item in body["data"]]

    async def unhandled(self) -> list[Unhandled]:
        """Return what NATS keeps for services; raises where it does not say so."""
        return await unhandled(self.nats_url)


@asynccontextmanager
async def open_sources(
    environment: Mapping[str, str],
    *,
    sandbox_url: str = "",
    mailbox_url: str = "",
    mailbox_since: datetime | None = None,
    answered_codes: tuple[str, ...] = (),
    as_of: datetime | None = None,
) -> AsyncGenerator[Sources]:
    """Open what the environment names; raises KeyError for a service whose database is unnamed."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS_MAX))
        )
        databases: dict[str, asyncpg.Connection[asyncpg.Record]] = {}
        for service in SERVICES:
            connection = await asyncpg.connect(
                environment[f"GUICHET_{service.upper()}_DSN"],
                timeout=10,
                server_settings={
                    "application_name": "guichet-verify",
                    "default_transaction_read_only": "on",
                },
            )
            stack.push_async_callback(connection.close)
            databases[service] = connection
        yield Sources(
            databases=databases,
            session=session,
            sandbox_url=sandbox_url,
            sandbox_key=environment.get("GUICHET_STRIPE_API_KEY", ""),
            mailbox_url=mailbox_url,
            mailbox_since=mailbox_since,
            answered_codes=answered_codes,
            nats_url=environment.get("GUICHET_NATS_URL", ""),
            as_of=as_of,
        )
