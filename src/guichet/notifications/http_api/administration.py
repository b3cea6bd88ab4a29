"""Deliveries, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Query

from guichet.kernel.clock import now
from guichet.kernel.paging import Page, Paging, page_of
from guichet.notifications.domain import (
    Channel,
    DeliveryErased,
    DeliveryNotRetryable,
    NoSuchDelivery,
    Status,
    TemplateBroken,
    TemplateKey,
)
from guichet.notifications.http_api.dependencies import (
    PREFIX,
    Administrator,
    Number,
    Service,
    refusals,
)
from guichet.notifications.http_api.shapes import (
    Delivery,
    DeliveryDetail,
    Preview,
    delivery_detail_of,
    delivery_of,
    preview_of,
)
from guichet.notifications.use_cases import contents, deliveries
from guichet.notifications.use_cases.deliveries import DeliveryWanted

router = APIRouter(prefix=PREFIX, tags=["administration"])


@router.get("/deliveries", summary="Mails and SMS, newest first", responses=refusals())
async def list_deliveries(
    service: Service,
    _administrator: Administrator,
    asked: Paging,
    status: Status | None = None,
    channel: Channel | None = None,
    template: TemplateKey | None = None,
    q: Annotated[str | None, Query(max_length=200, description="A part of the address.")] = None,
) -> Page[Delivery]:
    """Filter by state, channel, template and address."""
    wanted = DeliveryWanted(status, channel, template, q)
    rows, total = await deliveries.list_deliveries(service.database, wanted, asked)
    return page_of([delivery_of(row) for row in rows], total, asked)


@router.get(
    "/deliveries/{delivery_id}",
    summary="One delivery with its attempts",
    responses=refusals(NoSuchDelivery),
)
async def show_delivery(
    service: Service, _administrator: Administrator, delivery_id: Number
) -> DeliveryDetail:
    """Links that open something are left out."""
    row, attempts = await deliveries.show(service.database, delivery_id)
    return delivery_detail_of(row, attempts)


@router.get(
    "/deliveries/{delivery_id}/content",
    summary="What a delivery says",
    responses=refusals(NoSuchDelivery, DeliveryErased, TemplateBroken),
)
async def show_content(
    service: Service, _administrator: Administrator, delivery_id: Number
) -> Preview:
    """As the template in use renders it; links that open something are made up."""
    home = service.desk.links.home
    return preview_of(await contents.content(service.database, delivery_id, home))


@router.post(
    "/deliveries/{delivery_id}/retry",
    summary="Send a given-up delivery again",
    responses=refusals(NoSuchDelivery, DeliveryNotRetryable),
)
async def retry_delivery(
    service: Service, _administrator: Administrator, delivery_id: Number
) -> DeliveryDetail:
    """It goes out at once, under the same Message-ID, with all its attempts before it."""
    await deliveries.retry(service.database, delivery_id, now())
    row, attempts = await deliveries.show(service.database, delivery_id)
    return delivery_detail_of(row, attempts)
