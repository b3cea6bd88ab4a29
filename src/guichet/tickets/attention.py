"""Why an order waits for a person: stable codes, and a plain sentence for each."""

from enum import StrEnum

from guichet.kernel.problems import Language, Sentence


class Attention(StrEnum):
    """Why somebody has to look at an order."""

    REFUNDED_OUTSIDE = "refunded_outside"
    REFUNDED_TWICE = "refunded_twice"
    REFUND_FAILED = "refund_failed"
    BALANCE_INSUFFICIENT = "balance_insufficient"
    REFUND_REFUSED = "refund_refused"
    REFUND_UNANSWERED = "refund_unanswered"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"
    CHARGED_TWICE = "charged_twice"
    PAYMENT_UNSETTLED = "payment_unsettled"


REFUND_REASONS = [
    Attention.BALANCE_INSUFFICIENT.value,
    Attention.REFUND_REFUSED.value,
    Attention.REFUND_UNANSWERED.value,
    Attention.REFUND_FAILED.value,
]
"""Those that end with the refund they are about."""

REFUSED_REASONS = frozenset({Attention.REFUND_REFUSED.value, Attention.DISPUTED.value})
"""Of refunds that the provider refuses, which a person may note as paid by other means."""

SENTENCES: dict[str, Sentence] = {
    Attention.REFUNDED_OUTSIDE: Sentence(
        "Le prestataire de paiement a rendu de l'argent pour cette commande sans que nous l'ayons"
        " demandé. Décidez si ses billets restent valables, ou annulez-les.",
        "The payment provider gave money back for this order without our asking."
        " Decide whether its tickets stay valid, or cancel them.",
    ),
    Attention.REFUNDED_TWICE: Sentence(
        "Ce remboursement a été exécuté chez le prestataire de paiement alors qu'il était déjà noté"
        " comme réglé : l'acheteur a reçu l'argent deux fois. Voyez avec lui, et notez la suite.",
        "The payment provider carried this refund out when it was already noted as paid: the buyer"
        " has the money twice. Settle it with them, and note what was done.",
    ),
    Attention.REFUND_FAILED: Sentence(
        "La banque a renvoyé ce remboursement après coup : l'acheteur n'a rien reçu."
        " Relancez-le, ou payez-le par un autre moyen et notez-le ici.",
        "The bank has returned this refund afterwards: the buyer received nothing."
        " Try it again, or pay it by other means and note it here.",
    ),
    Attention.BALANCE_INSUFFICIENT: Sentence(
        "Le remboursement attend : le solde chez le prestataire de paiement est insuffisant."
        " Alimentez-le ; la suite se fera d'elle-même.",
        "The refund is waiting: the balance at the payment provider is too low."
        " Top it up; the rest happens by itself.",
    ),
    Attention.REFUND_REFUSED: Sentence(
        "Le prestataire de paiement refuse ce remboursement. Vérifiez le paiement chez lui,"
        " ou remboursez autrement et notez-le ici. Les essais continuent d'ici là.",
        "The payment provider refuses this refund. Look at the payment there, or pay back in"
        " another way and note it here. Until then it goes on being tried.",
    ),
    Attention.REFUND_UNANSWERED: Sentence(
        "Le prestataire de paiement ne répond pas clairement depuis plusieurs essais."
        " Ils continuent.",
        "The payment provider has given no clear answer to several attempts. They go on.",
    ),
    Attention.DISPUTED: Sentence(
        "La banque de l'acheteur conteste ce paiement ; le montant est retenu. Répondez chez le"
        " prestataire de paiement avant la fin du délai.",
        "The buyer's bank disputes this payment; the amount is held back. Answer at the payment"
        " provider before the time is over.",
    ),
    Attention.DISPUTE_LOST: Sentence(
        "La contestation de ce paiement est perdue : l'argent est reparti. Décidez si ses billets"
        " restent valables.",
        "The dispute about this payment is lost: the money is gone. Decide whether its tickets"
        " stay valid.",
    ),
    Attention.CHARGED_TWICE: Sentence(
        "Cette commande a été payée deux fois. Remboursez le second paiement chez le prestataire.",
        "This order was paid twice. Give the second payment back at the provider.",
    ),
    Attention.PAYMENT_UNSETTLED: Sentence(
        "Le sort de ce paiement reste inconnu depuis longtemps. Regardez-le chez le prestataire de"
        " paiement ; les places restent gardées.",
        "What became of this payment has been unknown for long. Look at it at the payment"
        " provider; the places are kept.",
    ),
}
OTHER = Sentence(
    "Cette commande demande un examen : son paiement n'a pas pu être terminé automatiquement.",
    "This order needs a look: its payment could not be finished by itself.",
)


def sentence_of(needs_attention: bool, reason: str | None, language: Language) -> str | None:
    """Return in plain words why somebody has to look, None where nobody has to."""
    if not needs_attention:
        return None
    return SENTENCES.get(reason or "", OTHER).said_in(language)
