"""A plain sentence for each kind of finding, in both languages."""

from guichet.contracts.money import amount_of
from guichet.kernel.problems import Language, Sentence
from guichet.tickets.codes import order_code
from guichet.tickets.repository.findings import Found

SENTENCES: dict[str, Sentence] = {
    "unknown_charge": Sentence(
        "Le prestataire de paiement a encaissé {amount} ({reference}) pour aucune commande connue,"
        " ou pour une commande déjà payée autrement. Remboursez chez lui, ou notez pourquoi.",
        "The payment provider took {amount} ({reference}) for no order we know, or for one that is"
        " paid already. Give it back there, or note why.",
    ),
    "capture_unknown": Sentence(
        "La commande {order} compte {amount} comme encaissés, mais le prestataire ne montre pas ce"
        " paiement. Vérifiez chez lui que l'argent est arrivé.",
        "Order {order} counts {amount} as taken, but the provider does not show this payment."
        " Make sure there that the money has come in.",
    ),
    "amount_differs": Sentence(
        "Le mouvement {reference} du prestataire diffère de {amount} de notre grand livre"
        " (commande {order}).",
        "The provider's movement {reference} differs by {amount} from our ledger (order {order}).",
    ),
    "unexplained_movement": Sentence(
        "Le prestataire a inscrit un mouvement de {amount} ({reference}) d'un genre que nous ne"
        " connaissons pas. Regardez chez lui de quoi il s'agit.",
        "The provider has booked a movement of {amount} ({reference}) of a kind that we do not"
        " know. Look there what it is about.",
    ),
    "day_differs": Sentence(
        "Le {reference}, le compte du prestataire dépasse le nôtre de {amount}. Les autres constats"
        " de ce jour en disent la raison.",
        "On {reference} the provider's account is ahead of ours by {amount}. The other findings of"
        " that day say why.",
    ),
}


def sentence_of(found: Found, language: Language) -> str:
    """Return what was found, in words."""
    return (
        SENTENCES[found.kind]
        .said_in(language)
        .format(
            amount=f"{amount_of(found.amount_minor)} {found.currency}",
            reference=found.reference,
            order="?" if found.order_id is None else order_code(found.order_id),
        )
    )
