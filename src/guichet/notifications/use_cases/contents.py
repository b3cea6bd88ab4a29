"""What a delivery says, for an administrator who looks into it."""

from typing import Any

from guichet.kernel.database import Database
from guichet.kernel.problems import Language
from guichet.notifications.domain import (
    SECRET_FIELDS,
    DeliveryErased,
    Status,
    TemplateKey,
    language_or_default,
)
from guichet.notifications.rendering import Rendered, render
from guichet.notifications.samples import SAMPLES
from guichet.notifications.use_cases import deliveries, templates
from guichet.notifications.use_cases.telling import without_secrets


async def content(database: Database, delivery_id: int, home: str) -> Rendered:
    """Render a delivery with the template in use and made-up links.

    Raises `NoSuchDelivery`, `DeliveryErased`, and `TemplateBroken` where an edited template cannot
    be rendered with what this delivery is about.
    """
    found, _ = await deliveries.show(database, delivery_id)
    if found.status == Status.ERASED:
        raise DeliveryErased
    key = TemplateKey(found.template)
    language: Language = language_or_default(found.language)
    state = await templates.current(database, key, language)
    return render(state.draft, _with_made_up_links(key, found.context), language, home)


def _with_made_up_links(key: TemplateKey, context: dict[str, Any]) -> dict[str, Any]:
    """Links that open something were dropped when the mail left, or are not ours to show."""
    made_up = {name: value for name, value in SAMPLES[key].items() if name in SECRET_FIELDS}
    return {**without_secrets(context), **made_up}
