"""Routes: speakers, sponsors and ticket types of an event."""

from fastapi import APIRouter

from guichet.events.domain import problems
from guichet.events.http_api.answers import (
    Deleted,
    SpeakerAnswer,
    SponsorAnswer,
    TicketTypeAnswer,
    TicketTypes,
    deleted,
    event_answer,
    speaker_answer,
    sponsor_answer,
    ticket_type_answer,
)
from guichet.events.http_api.common import (
    PREFIX,
    AskedLanguage,
    EventId,
    OurMeans,
    PartId,
    SignedIn,
    Spectator,
    own_refusals,
    refusals,
)
from guichet.events.http_api.requests import (
    SpeakerBody,
    SpeakerChanges,
    SponsorBody,
    SponsorChanges,
    TicketTypeBody,
)
from guichet.events.use_cases import editing, line_up, reading
from guichet.kernel.http_client import RemoteUnreachable

router = APIRouter(prefix=f"{PREFIX}/{{event_id}}", tags=["events"])

_ADDING = own_refusals(problems.EditedMeanwhile)
_OWN = own_refusals(problems.PartNotFound, problems.EditedMeanwhile)


@router.post("/speakers", status_code=201, summary="Add a speaker", responses=_ADDING)
async def add_speaker(
    means: OurMeans, viewer: SignedIn, event_id: EventId, body: SpeakerBody
) -> SpeakerAnswer:
    """`speaking_time` is a time of day by the event's clock."""
    return speaker_answer(await line_up.add_speaker(means, viewer, event_id, body.speaker()))


@router.put("/speakers/{speaker_id}", summary="Change a speaker", responses=_OWN)
async def change_speaker(
    means: OurMeans,
    viewer: SignedIn,
    event_id: EventId,
    speaker_id: PartId,
    body: SpeakerChanges,
) -> SpeakerAnswer:
    """What is left out stays."""
    values = body.values("name")
    return speaker_answer(await line_up.change_speaker(means, viewer, event_id, speaker_id, values))


@router.delete("/speakers/{speaker_id}", summary="Remove a speaker", responses=_OWN)
async def remove_speaker(
    means: OurMeans,
    viewer: SignedIn,
    event_id: EventId,
    speaker_id: PartId,
    language: AskedLanguage,
) -> Deleted:
    """Takes the speaker off the programme."""
    await line_up.remove_speaker(means, viewer, event_id, speaker_id)
    return deleted("speaker", speaker_id, language)


@router.post("/sponsors", status_code=201, summary="Add a sponsor", responses=_ADDING)
async def add_sponsor(
    means: OurMeans, viewer: SignedIn, event_id: EventId, body: SponsorBody
) -> SponsorAnswer:
    """`tier` is platinum, gold, silver or bronze; `type` is main or regular."""
    return sponsor_answer(await line_up.add_sponsor(means, viewer, event_id, body.sponsor()))


@router.put("/sponsors/{sponsor_id}", summary="Change a sponsor", responses=_OWN)
async def change_sponsor(
    means: OurMeans,
    viewer: SignedIn,
    event_id: EventId,
    sponsor_id: PartId,
    body: SponsorChanges,
) -> SponsorAnswer:
    """What is left out stays."""
    values = body.values("name", "tier", "type")
    return sponsor_answer(await line_up.change_sponsor(means, viewer, event_id, sponsor_id, values))


@router.delete("/sponsors/{sponsor_id}", summary="Remove a sponsor", responses=_OWN)
async def remove_sponsor(
    means: OurMeans,
    viewer: SignedIn,
    event_id: EventId,
    sponsor_id: PartId,
    language: AskedLanguage,
) -> Deleted:
    """Takes the sponsor off the page."""
    await line_up.remove_sponsor(means, viewer, event_id, sponsor_id)
    return deleted("sponsor", sponsor_id, language)


@router.get(
    "/ticket-types",
    summary="List the ticket types",
    responses=refusals(problems.EventNotFound),
)
async def list_ticket_types(means: OurMeans, viewer: Spectator, event_id: EventId) -> TicketTypes:
    """Hidden ones are the organiser's to see."""
    event = await reading.get_event(means, viewer, event_id)
    return TicketTypes(data=event_answer(event, viewer).ticket_types)


@router.post(
    "/ticket-types",
    status_code=201,
    summary="Add a ticket type",
    responses=own_refusals(problems.EventIsOver, problems.EditedMeanwhile),
)
async def add_ticket_type(
    means: OurMeans, viewer: SignedIn, event_id: EventId, body: TicketTypeBody
) -> TicketTypeAnswer:
    """Needs `name`, `price` and `capacity`."""
    edit = body.model_copy(update={"id": None}).edit()
    kind, event = await editing.add_ticket_type(means, viewer, event_id, edit)
    return ticket_type_answer(kind, event)


@router.patch(
    "/ticket-types/{ticket_type_id}",
    summary="Change a ticket type",
    responses=own_refusals(
        problems.PartNotFound,
        problems.EventIsOver,
        problems.CapacityBelowSold,
        problems.EditedMeanwhile,
        RemoteUnreachable,
    ),
)
async def change_ticket_type(
    means: OurMeans,
    viewer: SignedIn,
    event_id: EventId,
    ticket_type_id: PartId,
    body: TicketTypeBody,
) -> TicketTypeAnswer:
    """What is left out stays; a capacity below what is sold and held is refused."""
    edit = body.edit(ticket_type_id)
    kind, event = await editing.change_ticket_type(means, viewer, event_id, edit)
    return ticket_type_answer(kind, event)


@router.delete(
    "/ticket-types/{ticket_type_id}",
    summary="Delete a ticket type",
    responses=own_refusals(
        problems.PartNotFound,
        problems.EventIsOver,
        problems.LastTicketType,
        problems.CapacityBelowSold,
        problems.EditedMeanwhile,
        RemoteUnreachable,
    ),
)
async def remove_ticket_type(
    means: OurMeans,
    viewer: SignedIn,
    event_id: EventId,
    ticket_type_id: PartId,
    language: AskedLanguage,
) -> Deleted:
    """Refused once tickets of it are sold or held, and for the last one of a published event."""
    await editing.remove_ticket_type(means, viewer, event_id, ticket_type_id)
    return deleted("ticket_type", ticket_type_id, language)
