"""Routes: the catalogue, one event, its making, changing and figures."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from guichet.contracts.money import AskedAmount
from guichet.contracts.times import in_utc
from guichet.events.domain import problems
from guichet.events.domain.moments import parse_moment
from guichet.events.domain.records import EventFilter, Viewer, statuses_shown
from guichet.events.domain.states import Status
from guichet.events.domain.words import folded, words_of
from guichet.events.http_api.answers import (
    Categories,
    CategoryAnswer,
    Deleted,
    EventAnswer,
    StatsAnswer,
    deleted,
    event_answer,
    stats_answer,
)
from guichet.events.http_api.common import (
    PREFIX,
    AskedLanguage,
    EventId,
    Organiser,
    OurMeans,
    SignedIn,
    Spectator,
    let_cache,
    own_refusals,
    refusals,
)
from guichet.events.http_api.requests import EventChanges, NewEvent
from guichet.events.http_api.terms import HouseTermsAnswer, house_terms_answer
from guichet.events.use_cases import editing, reading
from guichet.events.use_cases.means import Means
from guichet.kernel.http_client import RemoteUnreachable
from guichet.kernel.paging import Page, PageAsked, Paging, Total, page_of
from guichet.kernel.problems import Forbidden, Unauthenticated

SEARCH_WORDS_MAX = 8
DAY_CHARACTERS = 10
_DAY_OR_MOMENT = {"type": "string", "examples": ["2027-06-15", "2027-06-15T20:00:00+02:00"]}

router = APIRouter(prefix=PREFIX, tags=["events"])


def _day_or_moment(value: Any, days_more: int) -> datetime:
    try:
        if len(value) == DAY_CHARACTERS:
            day = date.fromisoformat(value) + timedelta(days=days_more)
            return in_utc(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - in_utc adds it
        return in_utc(parse_moment(value))
    except (TypeError, ValueError, OverflowError):
        raise PydanticCustomError("date_from_datetime_parsing", "a date is expected") from None


def _beginning(value: Any) -> Any:
    return None if value in {None, ""} else _day_or_moment(value, 0)


def _end(value: Any) -> Any:
    return None if value in {None, ""} else _day_or_moment(value, 1)


class _Wishes:
    """The query of a list."""

    def __init__(
        self,
        q: Annotated[
            str,
            Query(
                max_length=200,
                description="Words of title, description, venue or city, without regard to "
                "accents and case; the beginning of a word will do.",
            ),
        ] = "",
        category: Annotated[str, Query(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = "",
        city: Annotated[str, Query(max_length=200)] = "",
        from_: Annotated[
            datetime | None,
            BeforeValidator(_beginning),
            WithJsonSchema(_DAY_OR_MOMENT),
            Query(alias="from", description="A day, or a date and time; in Europe/Paris."),
        ] = None,
        to: Annotated[
            datetime | None,
            BeforeValidator(_end),
            WithJsonSchema(_DAY_OR_MOMENT),
            Query(description="A day, itself included, or a date and time."),
        ] = None,
        price_max: Annotated[
            AskedAmount | None, Query(description="Of the cheapest ticket.")
        ] = None,
        sort: Annotated[
            Literal["date", "-date", "price", "-price", "title", "-title", "created", "-created"],
            Query(description="date: soonest first. A minus turns it round."),
        ] = "date",
    ) -> None:
        self.words = tuple(words_of([q])[:SEARCH_WORDS_MAX])
        self.is_hopeless = bool(q.strip()) and not self.words
        self.category = category.lower() or None
        self.city_key = folded(city) or None
        self.starts_from = from_
        self.starts_until = to
        self.price_minor_max = price_max
        self.sort = sort

    def filter(self, statuses: frozenset[Status], own_drafts_of: int | None) -> EventFilter:
        """Return the filter; a search for signs alone finds nothing."""
        return EventFilter(
            statuses=frozenset() if self.is_hopeless else statuses,
            own_drafts_of=None if self.is_hopeless else own_drafts_of,
            words=self.words,
            category=self.category,
            city_key=self.city_key,
            starts_from=self.starts_from,
            starts_until=self.starts_until,
            price_minor_max=self.price_minor_max,
            sort=self.sort,
        )


Wishes = Annotated[_Wishes, Depends()]


async def _page(
    means: Means, viewer: Viewer, wanted: EventFilter, asked: PageAsked
) -> Page[EventAnswer]:
    found = await reading.list_events(means, wanted, asked)
    return page_of(
        [event_answer(event, viewer) for event in found.events], Total(found.total), asked
    )


@router.get("", summary="List events", responses=refusals(Forbidden))
async def list_events(
    means: OurMeans,
    viewer: Spectator,
    asked: Paging,
    wishes: Wishes,
    response: Response,
    status: Annotated[Status | None, Query(description="Published ones, unless told.")] = None,
    mine: Annotated[bool, Query(description="Only one's own events, in any state.")] = False,
) -> Page[EventAnswer]:
    """Published events, soonest first; an organiser sees own drafts too, an administrator all."""
    let_cache(response, viewer)
    if mine:
        statuses = frozenset({status}) if status else frozenset(Status)
        wanted = reading.mine(viewer, wishes.filter(statuses, None))
    else:
        wanted = wishes.filter(*statuses_shown(viewer, status))
    return await _page(means, viewer, wanted, asked)


@router.get("/public", summary="List published events")
async def list_published_events(
    means: OurMeans, viewer: Spectator, asked: Paging, wishes: Wishes, response: Response
) -> Page[EventAnswer]:
    """Published events alone, whoever asks, soonest first."""
    let_cache(response, viewer)
    wanted = wishes.filter(frozenset({Status.PUBLISHED}), None)
    return await _page(means, viewer, wanted, asked)


@router.get("/categories", summary="List the categories")
async def list_categories(means: OurMeans, response: Response) -> Categories:
    """Every category with its French and English name, in order."""
    response.headers["Cache-Control"] = "public, max-age=300"
    found = await reading.get_categories(means)
    return Categories(data=[CategoryAnswer(**item) for item in found])


@router.get("/terms", summary="Read the terms of the house")
async def house_terms(means: OurMeans) -> HouseTermsAnswer:
    """The VAT rates to choose from, and the rate and the booking fee of who chooses none."""
    return house_terms_answer(means.house)


@router.post(
    "",
    status_code=201,
    summary="Create an event",
    responses=refusals(Unauthenticated, Forbidden, problems.DateInPast, problems.UnknownCategory),
)
async def create_event(means: OurMeans, viewer: Organiser, body: NewEvent) -> EventAnswer:
    """Creates a draft, or publishes at once. A time without an offset is read in `time_zone`."""
    return event_answer(await editing.create_event(means, viewer, body.edit()), viewer)


@router.get("/{event_id:int}", summary="Read an event", responses=refusals(problems.EventNotFound))
async def get_event(
    means: OurMeans, viewer: Spectator, event_id: EventId, response: Response
) -> EventAnswer:
    """Everybody reads what is or was published; a draft exists for its creator alone."""
    event = await reading.get_event(means, viewer, event_id)
    let_cache(response, viewer)
    return event_answer(event, viewer)


_CHANGE_REFUSALS = own_refusals(
    problems.IllegalStatusChange,
    problems.EventIsOver,
    problems.EventNotOver,
    problems.EventHasSales,
    problems.CapacityBelowSold,
    problems.SeveralTicketTypes,
    problems.CurrencyIsFixed,
    problems.EditedMeanwhile,
    problems.DateInPast,
    RemoteUnreachable,
)


@router.patch("/{event_id:int}", summary="Change an event", responses=_CHANGE_REFUSALS)
async def change_event(
    means: OurMeans, viewer: SignedIn, event_id: EventId, body: EventChanges
) -> EventAnswer:
    """Changes what is given, `status` included. A capacity below what is sold is refused."""
    event = await editing.update_event(means, viewer, event_id, body.edit())
    return event_answer(event, viewer)


@router.put(
    "/{event_id:int}",
    summary="Change an event (same as PATCH)",
    responses=_CHANGE_REFUSALS,
    operation_id="put_event",
)
async def put_event(
    means: OurMeans, viewer: SignedIn, event_id: EventId, body: EventChanges
) -> EventAnswer:
    """As PATCH: the clients of the replaced system send partial bodies."""
    return await change_event(means, viewer, event_id, body)


@router.delete(
    "/{event_id:int}",
    summary="Delete an event",
    responses=own_refusals(problems.EventHasSales, problems.EditedMeanwhile, RemoteUnreachable),
)
async def delete_event(
    means: OurMeans, viewer: SignedIn, event_id: EventId, language: AskedLanguage
) -> Deleted:
    """Refused while tickets are sold or held: such an event can be cancelled."""
    await editing.delete_event(means, viewer, event_id)
    return deleted("event", event_id, language)


@router.get(
    "/{event_id}/stats",
    summary="Read the figures of an event",
    responses=own_refusals(RemoteUnreachable),
)
async def get_stats(means: OurMeans, viewer: SignedIn, event_id: EventId) -> StatsAnswer:
    """Sold, held, left, revenue, refunded, admitted and sales by day, for who runs the event."""
    return stats_answer(*await reading.get_figures(means, viewer, event_id))
