"""Templates, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from guichet.kernel.problems import Language
from guichet.notifications.domain import (
    LANGUAGES,
    NoSuchTemplate,
    TemplateBroken,
    TemplateChanged,
    TemplateKey,
)
from guichet.notifications.http_api.dependencies import PREFIX, Administrator, Service, refusals
from guichet.notifications.http_api.shapes import (
    Preview,
    TemplateAnswer,
    TemplateChange,
    TemplateList,
    TemplateSources,
    preview_of,
    template_of,
)
from guichet.notifications.use_cases import templates

router = APIRouter(prefix=f"{PREFIX}/templates", tags=["templates"])


async def _key(key: Annotated[str, Path()]) -> TemplateKey:
    if key not in set(TemplateKey):
        raise NoSuchTemplate
    return TemplateKey(key)


async def _language(language: Annotated[str, Path()]) -> Language:
    for known in LANGUAGES:
        if known == language:
            return known
    raise NoSuchTemplate


Key = Annotated[TemplateKey, Depends(_key)]
InLanguage = Annotated[Language, Depends(_language)]


@router.get("", summary="Every template", responses=refusals())
async def list_templates(service: Service, _administrator: Administrator) -> TemplateList:
    """All keys in both languages, as they are in use."""
    states = await templates.list_templates(service.database)
    return TemplateList(data=[template_of(state) for state in states])


@router.get("/{key}/{language}", summary="One template", responses=refusals(NoSuchTemplate))
async def show(
    service: Service, _administrator: Administrator, key: Key, language: InLanguage
) -> TemplateAnswer:
    """As it is in use."""
    return template_of(await templates.current(service.database, key, language))


@router.get(
    "/{key}/{language}/versions",
    summary="Every saved version of a template",
    responses=refusals(NoSuchTemplate),
)
async def versions(
    service: Service, _administrator: Administrator, key: Key, language: InLanguage
) -> TemplateList:
    """Newest first; empty for a template that was never edited."""
    states = await templates.history(service.database, key, language)
    return TemplateList(data=[template_of(state) for state in states])


@router.put(
    "/{key}/{language}",
    summary="Change a template",
    responses=refusals(NoSuchTemplate, TemplateChanged, TemplateBroken),
)
async def save(
    service: Service,
    administrator: Administrator,
    key: Key,
    language: InLanguage,
    change: TemplateChange,
) -> TemplateAnswer:
    """Saved as a new version once it has been rendered with sample data; used from then on."""
    state = await templates.save(
        service.database,
        key,
        language,
        change.draft(),
        base_version=change.base_version,
        edited_by=administrator.account_id,
        home=service.desk.links.home,
    )
    return template_of(state)


@router.post(
    "/{key}/{language}/reset",
    summary="Return to the template that comes along",
    responses=refusals(NoSuchTemplate),
)
async def reset(
    service: Service, administrator: Administrator, key: Key, language: InLanguage
) -> TemplateAnswer:
    """The versions before stay readable."""
    state = await templates.reset(service.database, key, language, administrator.account_id)
    return template_of(state)


@router.post(
    "/{key}/{language}/preview",
    summary="Render a template with made-up data",
    responses=refusals(NoSuchTemplate, TemplateBroken),
)
async def preview(
    service: Service,
    _administrator: Administrator,
    key: Key,
    language: InLanguage,
    sources: TemplateSources | None = None,
) -> Preview:
    """The sources in the body, or without a body the template in use; nothing is saved."""
    if sources is None:
        draft = (await templates.current(service.database, key, language)).draft
    else:
        draft = sources.draft()
    return preview_of(templates.preview(key, language, draft, service.desk.links.home))
