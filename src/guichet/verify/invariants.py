"""The invariants, each with its sentence and its check; the numbers are those of the design.

A check returns what contradicts the invariant, by subject, and nothing where all is well. It may
be run on a working system: what is under way contradicts for a moment, so the report looks again,
and calls wrong what still contradicts about the same subject.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from guichet.verify import (
    audit,
    documents,
    ledger,
    messages,
    money,
    projections,
    promotions,
    provider,
    selling,
)
from guichet.verify.contradictions import Contradiction
from guichet.verify.sources import Sources

Check = Callable[[Sources], Awaitable[list[Contradiction]]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that must be true; `needs` names a source that may be absent."""

    number: int
    fr: str
    en: str
    check: Check
    needs: str = ""


INVARIANTS: tuple[Invariant, ...] = (
    Invariant(
        1,
        "vendus + réservés ≤ jauge, et les compteurs égalent commandes et réservations",
        "sold + held ≤ capacity, and the counters equal orders and holds",
        selling.stock_adds_up,
    ),
    Invariant(
        1,
        "aucun code promo n'est utilisé plus que permis, aucune remise n'est sans code",
        "no promo code is in use more often than allowed, no discount is without a code",
        promotions.promo_codes_hold_their_limits,
    ),
    Invariant(
        3,
        "chaque paiement encaissé a tous ses billets ou son remboursement complet",
        "each captured payment has all its tickets or its full refund",
        money.captured_is_served_or_refunded,
    ),
    Invariant(
        4,
        "aucun billet sans paiement encaissé ni gratuité",
        "no ticket without a captured payment or a free order",
        money.tickets_are_paid,
    ),
    Invariant(
        5,
        "remboursements ≤ encaissements, paiement par paiement",
        "refunds ≤ captures, per payment",
        money.refunds_within_captures,
    ),
    Invariant(
        5,
        "chaque remboursement est la somme de ce que ses billets ont rendu",
        "each refund is the sum of what its tickets gave back",
        money.refunds_equal_their_tickets,
    ),
    Invariant(
        6,
        "nos comptes égalent ceux du prestataire de paiement",
        "our accounts equal the provider's books",
        money.books_agree,
        needs="sandbox",
    ),
    Invariant(
        6,
        "frais et contestations du prestataire : le grand livre dit ce que disent ses comptes",
        "the provider's fees and disputes: the ledger says what the provider's books say",
        provider.provider_entries_agree,
        needs="sandbox",
    ),
    Invariant(
        6,
        "le grand livre égale encaissements, frais, TVA et remboursements, ses jours clos sont"
        " intacts",
        "the ledger equals captures, fees, VAT and refunds, its closed days are unbroken",
        ledger.ledger_equals_payments,
    ),
    Invariant(
        6,
        "frais et TVA des remboursements sont ceux de ce qui a été vendu",
        "fees and VAT of refunds are those of what was sold",
        ledger.refunds_contain_what_was_sold,
    ),
    Invariant(
        6,
        "reçus, factures et avoirs sont numérotés sans trou, par organisateur et par année",
        "receipts, invoices and credit notes are numbered without a gap, by organiser and year",
        documents.documents_are_numbered_without_a_gap,
    ),
    Invariant(
        6,
        "reçus, factures et avoirs disent ce qui a été payé et remboursé",
        "receipts, invoices and credit notes say what was paid and given back",
        documents.documents_say_what_was_paid,
    ),
    Invariant(
        7,
        "aucune réservation ne survit à son délai",
        "no hold outlives its time",
        selling.holds_end,
    ),
    Invariant(
        8,
        "chaque commande confirmée à un client existe",
        "every order answered with 2xx exists",
        selling.answered_orders_exist,
        needs="answered",
    ),
    Invariant(
        9,
        "une clé d'idempotence, un effet, une réponse",
        "one idempotency key, one effect, one answer",
        selling.keys_have_one_effect,
    ),
    Invariant(
        10,
        "une confirmation par commande, aucune perdue",
        "one confirmation per order, none lost",
        messages.one_confirmation_per_order,
    ),
    Invariant(
        10,
        "au plus un exemplaire de chaque courriel dans la boîte locale",
        "at most one copy of each mail in the local mailbox",
        messages.one_copy_of_each_mail,
        needs="mailbox",
    ),
    Invariant(
        11,
        "boîtes d'envoi, lettres mortes et files se vident",
        "outboxes, dead letters and queues drain to empty",
        messages.queues_are_empty,
    ),
    Invariant(
        11,
        "NATS ne garde aucun message qu'un service n'ait traité",
        "NATS keeps no message that a service has yet to handle",
        messages.streams_are_handled,
        needs="nats",
    ),
    Invariant(
        12,
        "une seule admission par billet",
        "one admission per ticket",
        selling.one_admission_per_ticket,
    ),
    Invariant(
        13,
        "places disponibles et historiques égalent leur source",
        "available tickets and purchase histories equal their source",
        projections.projections_equal_their_source,
    ),
    Invariant(
        14,
        "les journaux d'audit ont une entrée par changement de rôle, d'argent, de jauge, d'état",
        "the audit logs have one entry per change of role, money, stock limit and event state",
        audit.every_change_is_logged,
    ),
    Invariant(
        14,
        "les chaînes d'empreintes des journaux d'audit sont intactes",
        "the audit logs' chains of hashes are unbroken",
        audit.chains_are_unbroken,
    ),
)


def is_there(sources: Sources, need: str) -> bool:
    """Return whether the optional source is there."""
    match need:
        case "sandbox":
            return bool(sources.sandbox_url)
        case "mailbox":
            return bool(sources.mailbox_url)
        case "answered":
            return bool(sources.answered_codes)
        case "nats":
            return bool(sources.nats_url)
        case _:
            return True
