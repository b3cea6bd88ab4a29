"""A person's own notifications, and the health of the queue."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from guichet.kernel.callers import Caller
from guichet.kernel.clock import now
from guichet.kernel.problems import Language
from guichet.kernel.streams import (
    HEARTBEAT,
    HEARTBEAT_SECONDS,
    OPENING,
    chunk,
    counts_no_more,
    streamed,
)
from guichet.kernel.tokens import Principal, TokenVerifier
from guichet.notifications.context import Notifications
from guichet.notifications.domain import NoSuchNotice
from guichet.notifications.http_api.dependencies import (
    ID_MAX,
    PREFIX,
    Number,
    ReadersLanguage,
    Service,
    signed_in,
)
from guichet.notifications.http_api.shapes import (
    AllRead,
    Health,
    InboxAnswer,
    LineHealth,
    Notice,
    notice_of,
)
from guichet.notifications.use_cases import deliveries, inbox

router = APIRouter(prefix=PREFIX, tags=["inbox"])


@router.get("/health", summary="The queue of deliveries at a glance")
async def health(service: Service) -> Health:
    """Numbers only, for the administrator's dashboard and for monitors."""
    moment = now()
    state = await deliveries.queue_state(service.database, moment)
    oldest = state.oldest_waiting_at
    return Health(
        queue_length=state.waiting,
        oldest_waiting_seconds=max(0.0, (moment - oldest).total_seconds()) if oldest else 0.0,
        failures_last_hour=state.failures_of_last_hour,
        given_up=state.given_up,
        dead_letters=state.dead_letters,
        channels=[
            LineHealth(channel=channel, is_down=sender.is_down)
            for channel, sender in service.senders.items()
        ],
    )


@router.get("/inbox", summary="One's inbox", responses=signed_in())
async def read_inbox(
    service: Service,
    caller: Caller,
    language: ReadersLanguage,
    cursor: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> InboxAnswer:
    """Newest first, a page at a time."""
    page = await inbox.page(service.database, caller.account_id, cursor, limit)
    data = [notice_of(row, language) for row in page.rows]
    return InboxAnswer(data=data, next_cursor=page.next_cursor, unread=page.unread)


@router.post(
    "/inbox/read",
    summary="Mark all as read",
    responses=signed_in(),
)
async def mark_all_read(service: Service, caller: Caller) -> AllRead:
    """Mark every line of one's inbox as read."""
    marked = await inbox.mark_all_read(service.database, caller.account_id, now())
    return AllRead(marked=marked)


@router.post(
    "/inbox/{notice_id}/read",
    summary="Mark one as read",
    responses=signed_in(NoSuchNotice),
)
async def mark_read(
    service: Service, caller: Caller, language: ReadersLanguage, notice_id: Number
) -> Notice:
    """Mark a line of one's inbox as read; repeating it keeps the first time."""
    row = await inbox.mark_read(service.database, caller.account_id, notice_id, now())
    return notice_of(row, language)


@router.get(
    "/stream",
    summary="One's inbox, live",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **signed_in(),
    },
)
async def stream(
    request: Request,
    service: Service,
    caller: Caller,
    language: ReadersLanguage,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Server-sent events: `notice` for each new line, with its number as id.

    Give the last id as `Last-Event-ID` to continue where a lost stream ended. The stream ends when
    the token expires or is revoked, and when this instance stops; clients connect again.
    """
    follower = _Follower(service, request.app.state.verifier, caller, language)
    start = int(last_event_id) if last_event_id and last_event_id.isdecimal() else None
    return streamed(follower.chunks(start))


class _Follower:
    """Writes one stream."""

    def __init__(
        self,
        service: Notifications,
        verifier: TokenVerifier,
        caller: Principal,
        language: Language,
    ) -> None:
        self._service = service
        self._verifier = verifier
        self._caller = caller
        self._language: Language = language

    async def chunks(self, last_id: int | None) -> AsyncGenerator[bytes]:
        database, account_id = self._service.database, self._caller.account_id
        with self._service.listener.watching(account_id) as news:
            position = last_id
            if position is None:
                position = await inbox.newest_id(database, account_id)
            yield OPENING
            while not self._has_ended():
                news.clear()
                rows, unread = await inbox.news(database, account_id, position)
                for row in rows:
                    position = row.id
                    notice = notice_of(row, self._language).model_dump(mode="json")
                    data = msgspec.json.encode({"notice": notice, "unread": unread})
                    yield chunk("notice", data, position)
                if rows:
                    continue
                try:
                    await asyncio.wait_for(news.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield HEARTBEAT

    def _has_ended(self) -> bool:
        return self._service.listener.is_closing or counts_no_more(self._caller, self._verifier)
