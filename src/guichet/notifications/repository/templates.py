"""Statements on edited templates."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from guichet.kernel.database import Transaction
from guichet.kernel.problems import Language
from guichet.notifications.domain import TemplateKey
from guichet.notifications.rendering import Draft
from guichet.notifications.tables import templates

_LOCK_SPACE = 0x74656D70


async def latest(transaction: Transaction, key: TemplateKey, language: Language) -> Row[Any] | None:
    """Return the newest saved version, None where the template was never edited."""
    rows = await transaction.execute(
        select(templates)
        .where(templates.c.key == key, templates.c.language == language)
        .order_by(templates.c.version.desc())
        .limit(1)
    )
    return rows.first()


async def all_latest(transaction: Transaction) -> dict[tuple[str, str], Row[Any]]:
    """Return the newest saved version of every template that was ever edited."""
    rows = await transaction.execute(
        select(templates)
        .ext(distinct_on(templates.c.key, templates.c.language))
        .order_by(templates.c.key, templates.c.language, templates.c.version.desc())
    )
    return {(row.key, row.language): row for row in rows}


async def versions(
    transaction: Transaction, key: TemplateKey, language: Language
) -> list[Row[Any]]:
    """Return every saved version, newest first."""
    rows = await transaction.execute(
        select(templates)
        .where(templates.c.key == key, templates.c.language == language)
        .order_by(templates.c.version.desc())
    )
    return list(rows)


async def lock(transaction: Transaction) -> None:
    """Let one editor save at a time, so that versions are numbered without a gap."""
    await transaction.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, 0)))


async def add_version(
    transaction: Transaction,
    key: TemplateKey,
    language: Language,
    version: int,
    draft: Draft | None,
    edited_by: int,
) -> None:
    """Save a version; without a draft it is the return to the default."""
    sources = asdict(draft) if draft else {}
    await transaction.execute(
        insert(templates).values(
            key=key,
            language=language,
            version=version,
            is_default=draft is None,
            edited_by=edited_by,
            **sources,
        )
    )
