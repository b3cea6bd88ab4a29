"""The refusals of tickets, as callers see them."""

from guichet.kernel import problems
from guichet.tickets.domain import Refusal, Refused
from guichet.tickets.promo_problems import (
    PromoCodeExpired,
    PromoCodeNotApplicable,
    PromoCodeNotYetValid,
    PromoCodeUnknown,
    PromoCodeUsedUp,
)

HOLDS_RETRY_SECONDS = 60
"""Holds end of themselves within some minutes."""


class BuyerUnknown(problems.Unauthenticated):
    """Neither a token nor a guest says who buys."""

    fr = "Identifiez-vous, ou indiquez votre nom et votre adresse e-mail."
    en = "Sign in, or give your name and e-mail address."


class EventNotFound(problems.NotFound):
    """No such event is published."""

    code = "event_not_found"
    fr = "Cet événement n'existe pas ou n'est pas publié."
    en = "This event does not exist or is not published."


class EventCancelled(problems.Gone):
    """The event will not take place."""

    code = "event_cancelled"
    fr = "Cet événement est annulé."
    en = "This event is cancelled."


class EventCancelledAfterPayment(EventCancelled):
    """The event was cancelled between the payment and the tickets."""

    fr = "Cet événement vient d'être annulé : ce qui a été payé est remboursé."
    en = "This event has just been cancelled: what was paid is being refunded."


class EventOver(problems.Conflict):
    """The event is past."""

    code = "event_over"
    fr = "Cet événement a déjà eu lieu ou a commencé."
    en = "This event has taken place or has begun."


class TicketTypeNotFound(problems.NotFound):
    """The event has no such ticket type for sale."""

    code = "ticket_type_not_found"
    fr = "Ce type de billet n'existe pas pour cet événement."
    en = "This event has no such ticket type."


class NotOnSaleYet(problems.TooEarly):
    """The sale has not begun."""

    code = "not_on_sale_yet"
    fr = "La vente n'est pas encore ouverte."
    en = "Tickets are not on sale yet."


class SaleClosed(problems.Gone):
    """The sale has ended."""

    code = "sale_closed"
    fr = "La vente est terminée."
    en = "The sale has ended."


class SoldOut(problems.Conflict):
    """Not enough is left."""

    code = "sold_out"
    fr = "Il ne reste plus assez de billets."
    en = "Not enough tickets are left."


class PerOrderLimit(problems.Conflict):
    """More than one order may hold."""

    code = "per_order_limit"
    fr = "Une commande est limitée à {limit} billet(s)."
    en = "An order is limited to {limit} ticket(s)."


class PerAccountLimit(problems.Conflict):
    """More than one person may have."""

    code = "per_account_limit"
    fr = "Chaque personne est limitée à {limit} billet(s) pour cet événement."
    en = "Each person is limited to {limit} ticket(s) for this event."


class TooManyHolds(problems.TooManyRequests):
    """Too many holds at once."""

    code = "too_many_holds"
    fr = "Vous avez trop de réservations en cours : terminez ou rendez-en une."
    en = "You have too many holds: finish or give one back."

    def __init__(self) -> None:
        super().__init__(retry_after_seconds=HOLDS_RETRY_SECONDS)


class HoldGone(problems.Gone):
    """The hold has ended, or never was."""

    code = "hold_gone"
    fr = "Cette réservation n'existe plus : son délai est passé ou elle a été rendue."
    en = "This hold is gone: its time is over or it was given back."


class PaymentMissing(problems.Malformed):
    """The order costs something and names no payment."""

    code = "payment_missing"
    fr = "Indiquez un moyen de paiement."
    en = "A payment is needed."


class KeyReused(problems.Conflict):
    """The idempotency key belongs to another request."""

    code = "idempotency_key_reused"
    fr = "Cette clé d'idempotence a déjà servi pour une autre demande."
    en = "This idempotency key was used for another request."


class StillRunning(problems.Conflict):
    """The first request under this key is still being worked on."""

    code = "still_running"
    fr = "La première demande sous cette clé est encore en cours : réessayez dans un instant."
    en = "The first request under this key is still running: try again in a moment."


class PaymentDeclined(problems.Problem):
    """The bank declined; nothing was taken."""

    status, code, title = 402, "payment_declined", "Payment Required"
    fr = "Le paiement a été refusé. Rien n'a été débité ; essayez une autre carte."
    en = "The payment was declined. Nothing was taken; try another card."


class InsufficientFunds(PaymentDeclined):
    """The bank declined for lack of funds."""

    code = "insufficient_funds"
    fr = "Le paiement a été refusé, provision insuffisante. Rien n'a été débité."
    en = "The payment was declined for lack of funds. Nothing was taken."


class AmountTooSmall(PaymentDeclined):
    """The provider takes no amount that small, whatever the card."""

    code = "amount_too_small"
    fr = "Ce montant est trop petit pour être encaissé. Rien n'a été débité."
    en = "This amount is too small to be charged. Nothing was taken."


class CardNotAccepted(problems.Malformed):
    """A card number came that this API does not take."""

    code = "card_not_accepted"
    fr = "Ce numéro de carte n'est pas accepté ici. Il n'a été ni conservé ni transmis."
    en = "This card number is not accepted here. It was neither kept nor passed on."


class FindingNotFound(problems.NotFound):
    """There is no such finding that waits."""

    code = "finding_not_found"
    fr = "Ce constat est introuvable, ou déjà traité."
    en = "This finding was not found, or has been dealt with."


class DocumentNotFound(problems.NotFound):
    """The order has no such receipt, invoice or credit note."""

    code = "document_not_found"
    fr = "Cette commande n'a pas de tel document : rien n'a été payé, ou pas encore."
    en = "This order has no such document: nothing was paid, or not yet."


class OrderNotFound(problems.NotFound):
    """There is no such order for this caller."""

    code = "order_not_found"
    fr = "Cette commande est introuvable."
    en = "This order was not found."


class TicketNotFound(problems.NotFound):
    """There is no such ticket for this caller."""

    code = "ticket_not_found"
    fr = "Ce billet est introuvable."
    en = "This ticket was not found."


class TicketUnknown(problems.NotFound):
    """What was scanned is no ticket of ours."""

    code = "ticket_unknown"
    fr = "Ce code n'est pas un de nos billets."
    en = "This code is not one of our tickets."


class SecretMissing(problems.Malformed):
    """What was scanned is only a ticket's number, which anybody could print."""

    code = "secret_missing"
    fr = "Ce code ne porte qu'un numéro de billet : scannez le code QR, ou saisissez le numéro."
    en = "This code is only a ticket's number: scan the QR code, or type the number."


class AlreadyUsed(problems.Conflict):
    """The ticket has admitted its holder."""

    code = "already_used"
    fr = "Ce billet a déjà été utilisé."
    en = "This ticket has already been used."


class NotAdmitted(problems.Conflict):
    """An admission is to be taken back that does not stand."""

    code = "not_admitted"
    fr = "Le billet {ticket_number} n'a pas été utilisé : il n'y a pas d'entrée à annuler."
    en = "Ticket {ticket_number} has not been used: there is no admission to take back."


class NothingToSend(problems.Conflict):
    """No ticket of the order is live, or nobody is there to send them to."""

    code = "nothing_to_send"
    fr = "Cette commande n'a plus de billet valable à envoyer."
    en = "This order has no valid ticket left to send."


class SentTooOften(problems.TooManyRequests):
    """The tickets were sent again several times just now."""

    code = "sent_too_often"
    fr = "Ces billets viennent d'être renvoyés plusieurs fois : réessayez plus tard."
    en = "These tickets have just been sent several times: try again later."


class MessagedTooOften(problems.TooManyRequests):
    """The holders have had several messages within a day."""

    code = "messaged_too_often"
    fr = "Les acheteurs ont déjà reçu plusieurs messages en un jour : attendez un peu."
    en = "The holders have had several messages within a day: wait a little."


class AlreadyCancelled(problems.Conflict):
    """The ticket is cancelled."""

    code = "ticket_cancelled"
    fr = "Ce billet est annulé."
    en = "This ticket is cancelled."


class OtherEvent(problems.Conflict):
    """The ticket is for another event."""

    code = "other_event"
    fr = "Ce billet est pour un autre événement : {event_title}."
    en = "This ticket is for another event: {event_title}."


class CapacityBelowSold(problems.Conflict):
    """A capacity would fall below what is promised."""

    code = "capacity_below_sold"
    fr = "« {ticket_type} » : {sold} billet(s) vendu(s) et {held} réservé(s), la jauge ne peut "
    fr += "pas descendre à {capacity}."
    en = "“{ticket_type}”: {sold} sold and {held} held, the capacity cannot fall to {capacity}."


BY_REFUSAL: dict[Refusal, type[problems.Problem]] = {
    Refusal.EVENT_NOT_FOUND: EventNotFound,
    Refusal.EVENT_CANCELLED: EventCancelled,
    Refusal.EVENT_OVER: EventOver,
    Refusal.TICKET_TYPE_NOT_FOUND: TicketTypeNotFound,
    Refusal.NOT_ON_SALE_YET: NotOnSaleYet,
    Refusal.SALE_CLOSED: SaleClosed,
    Refusal.SOLD_OUT: SoldOut,
    Refusal.PER_ORDER_LIMIT: PerOrderLimit,
    Refusal.PER_ACCOUNT_LIMIT: PerAccountLimit,
    Refusal.TOO_MANY_HOLDS: TooManyHolds,
    Refusal.HOLD_GONE: HoldGone,
    Refusal.PAYMENT_MISSING: PaymentMissing,
    Refusal.KEY_REUSED: KeyReused,
    Refusal.PROMO_CODE_UNKNOWN: PromoCodeUnknown,
    Refusal.PROMO_CODE_NOT_YET_VALID: PromoCodeNotYetValid,
    Refusal.PROMO_CODE_EXPIRED: PromoCodeExpired,
    Refusal.PROMO_CODE_USED_UP: PromoCodeUsedUp,
    Refusal.PROMO_CODE_NOT_APPLICABLE: PromoCodeNotApplicable,
}
"""Each refusal of the domain has its problem."""


def problem_of(refused: Refused) -> problems.Problem:
    """Return what a refusal of places says to the buyer."""
    return BY_REFUSAL[refused.refusal](**dict(refused.details))  # pyright: ignore[reportArgumentType] - details name members of the sentence, never the keyword-only settings
