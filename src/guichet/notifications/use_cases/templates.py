"""Templates: the ones that come along, the ones an administrator made of them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row

from guichet.kernel.audit import Change, record
from guichet.kernel.database import Database, Transaction
from guichet.kernel.problems import Language
from guichet.notifications.domain import LANGUAGES, TemplateChanged, TemplateKey
from guichet.notifications.rendering import Draft, Rendered, default_draft, render
from guichet.notifications.repository import templates
from guichet.notifications.samples import SAMPLES


@dataclass(frozen=True, slots=True)
class TemplateState:
    """A template as it is in use; version 0 is the one that comes along, never edited."""

    key: TemplateKey
    language: Language
    version: int
    is_default: bool
    draft: Draft
    edited_by: int | None = None
    edited_at: datetime | None = None


async def list_templates(database: Database) -> list[TemplateState]:
    """Return every template in every language."""
    async with database.reading() as transaction:
        edited = await templates.all_latest(transaction)
    return [
        _state(key, language, edited.get((key, language)))
        for key in TemplateKey
        for language in LANGUAGES
    ]


async def current(database: Database, key: TemplateKey, language: Language) -> TemplateState:
    """Return a template as it is in use."""
    async with database.reading() as transaction:
        return _state(key, language, await templates.latest(transaction, key, language))


async def history(database: Database, key: TemplateKey, language: Language) -> list[TemplateState]:
    """Return every saved version, newest first."""
    async with database.reading() as transaction:
        rows = await templates.versions(transaction, key, language)
    return [_state(key, language, row) for row in rows]


def preview(key: TemplateKey, language: Language, draft: Draft, home: str) -> Rendered:
    """Render a draft with made-up data; `TemplateBroken` where it cannot be."""
    return render(draft, SAMPLES[key], language, home)


async def save(
    database: Database,
    key: TemplateKey,
    language: Language,
    draft: Draft,
    *,
    base_version: int | None,
    edited_by: int,
    home: str,
) -> TemplateState:
    """Save a new version after a trial; it is used from the next mail on.

    Raises `TemplateBroken`, and `TemplateChanged` where `base_version` is no longer the newest.
    """
    preview(key, language, draft, home)
    async with database.transaction() as transaction:
        return await _add(transaction, key, language, draft, base_version, edited_by)


async def reset(
    database: Database, key: TemplateKey, language: Language, edited_by: int
) -> TemplateState:
    """Return to the template that comes along; earlier versions stay in the history."""
    async with database.transaction() as transaction:
        return await _add(transaction, key, language, None, None, edited_by)


async def _add(
    transaction: Transaction,
    key: TemplateKey,
    language: Language,
    draft: Draft | None,
    base_version: int | None,
    edited_by: int,
) -> TemplateState:
    await templates.lock(transaction)
    newest = await templates.latest(transaction, key, language)
    version = newest.version if newest else 0
    if base_version is not None and base_version != version:
        raise TemplateChanged(version=version)
    await templates.add_version(transaction, key, language, version + 1, draft, edited_by)
    await record(transaction, _changed(key, language, version, draft))
    return _state(key, language, await templates.latest(transaction, key, language))


def _changed(key: TemplateKey, language: Language, version: int, draft: Draft | None) -> Change:
    """Return the entry of a new version; its text stands in the history, its hash in the log."""
    content = default_draft(key, language) if draft is None else draft
    digest = hashlib.sha256(msgspec.json.encode(content)).hexdigest()
    return Change(
        f"notifications.template.{'reset' if draft is None else 'changed'}",
        f"template:{key}:{language}",
        {"version": version},
        {"version": version + 1, "sha256": digest},
    )


def _state(key: TemplateKey, language: Language, row: Row[Any] | None) -> TemplateState:
    if row is None:
        return TemplateState(key, language, 0, True, default_draft(key, language))
    draft = (
        default_draft(key, language)
        if row.is_default
        else Draft(row.subject, row.mjml, row.text, row.sms)
    )
    return TemplateState(
        key, language, row.version, row.is_default, draft, row.edited_by, row.created_at
    )
