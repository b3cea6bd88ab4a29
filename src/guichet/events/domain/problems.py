"""The refusals of the events service."""

from collections.abc import Sequence

from guichet.contracts.percents import percent_of
from guichet.kernel.problems import Conflict, Language, Malformed, NotFound


class EventNotFound(NotFound):
    """There is no such event, or it is a draft of somebody else."""

    code = "event_not_found"
    fr = "Cet événement est introuvable."
    en = "This event cannot be found."


class PartNotFound(NotFound):
    """The event has no such speaker, sponsor, ticket type or image."""

    code = "not_found"


class IllegalStatusChange(Conflict):
    """The event's state does not lead to the state asked for."""

    code = "illegal_status_change"
    fr = "Un événement « {current} » ne peut pas devenir « {wanted} »."
    en = "An event that is {current} cannot become {wanted}."


class EventIsOver(Conflict):
    """Dates, prices and places of a cancelled or completed event no longer change."""

    code = "event_is_over"
    fr = "L'événement est annulé ou terminé : ses dates, places et prix ne changent plus."
    en = "The event is cancelled or over: its dates, places and prices no longer change."


class EventNotOver(Conflict):
    """An event is completed only once it has ended."""

    code = "event_not_over"
    fr = "L'événement n'est pas encore terminé."
    en = "The event has not ended yet."


class EventHasSales(Conflict):
    """Tickets are sold or held, so the event can be cancelled but not withdrawn or deleted."""

    code = "event_has_sales"
    fr = "Des billets sont vendus ({sold}) ou retenus ({held}) : annulez l'événement plutôt."
    en = "Tickets are sold ({sold}) or held ({held}): cancel the event instead."


class CapacityBelowSold(Conflict):
    """A capacity would fall below what tickets has sold and holds."""

    code = "capacity_below_sold"
    fr = "Impossible : {sold} billet(s) déjà vendu(s) et {held} retenu(s) pour « {ticket_type} »."
    en = "Not possible: {sold} ticket(s) already sold and {held} held for “{ticket_type}”."


class SeveralTicketTypes(Conflict):
    """`max_tickets` and `price` say nothing clear where there are several ticket types."""

    code = "several_ticket_types"
    fr = "L'événement a plusieurs types de billets : modifiez chacun d'eux."
    en = "The event has several ticket types: change each of them."


class LastTicketType(Conflict):
    """A published event keeps at least one ticket type."""

    code = "last_ticket_type"
    fr = "Un événement publié garde au moins un type de billet."
    en = "A published event keeps at least one ticket type."


class CurrencyIsFixed(Conflict):
    """The currency was settled when the event was first published."""

    code = "currency_is_fixed"
    fr = "La devise ne change plus après la première publication."
    en = "The currency no longer changes after the first publication."


class EditedMeanwhile(Conflict):
    """Somebody else's change came first; read the event again."""

    code = "edited_meanwhile"
    fr = "L'événement vient d'être modifié par ailleurs : relisez-le, puis recommencez."
    en = "The event was changed elsewhere just now: read it again, then repeat."

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=1)


class FieldProblem(Malformed):
    """One value that breaks a rule; its sentence also stands under the field's name."""

    field = "body"

    def body(self, language: Language) -> dict[str, object]:
        """Return the members of the answer, `errors` in the caller's language."""
        content = super().body(language)
        content["errors"] = {self.field: [self.sentence(language)]}
        return content


class DateInPast(FieldProblem):
    """A published event lies ahead."""

    field = "date"
    fr = "La date d'un événement publié doit être à venir."
    en = "The date of a published event must be ahead."


class EndsBeforeStart(FieldProblem):
    """An event ends after it starts."""

    field = "end_date"
    fr = "La fin doit suivre le début."
    en = "The end must come after the start."


class SaleClosesBeforeOpening(FieldProblem):
    """A sale closes after it opens."""

    field = "sale_closes_at"
    fr = "La fin de la vente doit suivre son ouverture."
    en = "The sale must close after it opens."


class NothingToSell(FieldProblem):
    """A published event has at least one ticket type."""

    field = "ticket_types"
    fr = "Indiquez max_tickets et price, ou des ticket_types, avant de publier."
    en = "Give max_tickets and price, or ticket_types, before publishing."


class HalfATicketType(FieldProblem):
    """`max_tickets` and `price` make the one ticket type together."""

    field = "max_tickets"
    fr = "Indiquez ensemble max_tickets et price."
    en = "Give max_tickets and price together."


class IncompleteTicketType(FieldProblem):
    """A new ticket type needs its name, price and capacity."""

    field = "ticket_types"
    fr = "Un nouveau type de billet a besoin d'un nom, d'un prix et d'un nombre de places."
    en = "A new ticket type needs a name, a price and a capacity."


class UnknownTicketType(FieldProblem):
    """The event has no ticket type of that id, or it is named twice."""

    field = "ticket_types"
    fr = "L'événement n'a pas ce type de billet, ou il est cité deux fois."
    en = "The event has no such ticket type, or it is named twice."


class TicketTypeNameTaken(FieldProblem):
    """Two ticket types of one event have different names."""

    field = "name"
    fr = "Deux types de billets du même événement ne peuvent pas porter le même nom."
    en = "Two ticket types of one event cannot have the same name."


class TooManyTicketTypes(FieldProblem):
    """More ticket types than a buyer could choose from."""

    field = "ticket_types"
    fr = "{most} types de billets au plus."
    en = "{most} ticket types at most."


class UnknownCategory(FieldProblem):
    """The category is not in the list."""

    field = "category"
    fr = "Cette catégorie n'existe pas."
    en = "There is no such category."


class TooManyInLineUp(FieldProblem):
    """More speakers or sponsors than a page could show."""

    field = "speakers"
    fr = "{most} intervenants et {most} partenaires au plus."
    en = "{most} speakers and {most} sponsors at most."


class VatRateNotAllowed(FieldProblem):
    """The country has no such rate of VAT; `field` names where it stood."""

    fr = "Taux de TVA possibles : {rates} %."
    en = "Possible VAT rates: {rates} %."

    def __init__(self, field: str, rates: Sequence[int]) -> None:
        super().__init__(rates=", ".join(percent_of(rate) for rate in rates))
        self.field = field


class ImageRefused(FieldProblem):
    """The upload is not a picture that can be shown: too large, damaged, or no picture."""

    code = "image_refused"
    field = "image"
    fr = "Envoyez une image JPEG, PNG ou WebP de {megabytes} Mo et {megapixels} mégapixels au plus."
    en = "Send a JPEG, PNG or WebP picture of {megabytes} MB and {megapixels} megapixels at most."
