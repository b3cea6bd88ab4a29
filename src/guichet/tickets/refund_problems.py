"""The refusals of refunds, as callers see them."""

from guichet.contracts.money import amount_of
from guichet.kernel import problems


class RefundNotAllowed(problems.Conflict):
    """The event's rules take no tickets back."""

    code = "refund_not_allowed"
    fr = "Les billets de cet événement ne sont ni repris ni remboursés."
    en = "Tickets for this event are neither taken back nor refunded."


class RefundTooLate(problems.Conflict):
    """The event's rules took tickets back until a moment that has passed."""

    code = "refund_too_late"
    fr = "Il est trop tard : les billets étaient repris jusqu'à {hours} h avant le début."
    en = "It is too late: tickets were taken back until {hours} h before the start."


class NothingToRefund(problems.Conflict):
    """No ticket of the order can be given back any more."""

    code = "nothing_to_refund"
    fr = "Aucun billet de cette commande ne peut plus être rendu."
    en = "No ticket of this order can be given back any more."


class GoodwillTooMuch(problems.Conflict):
    """More than what is left of the payment."""

    code = "goodwill_too_much"
    fr = "Il ne reste que {left} {currency} à rembourser sur cette commande."
    en = "Only {left} {currency} is left to be refunded on this order."

    def __init__(self, left_minor: int, currency: str) -> None:
        super().__init__(left=amount_of(left_minor), currency=currency)


class NothingToResolve(problems.Conflict):
    """The order waits for nobody."""

    code = "nothing_to_resolve"
    fr = "Cette commande n'attend personne : il n'y a rien à régler."
    en = "This order waits for nobody: there is nothing to resolve."


class StillUnderWay(problems.Conflict):
    """The payment or a refund of the order is still being tried, and would be shown again."""

    code = "still_under_way"
    fr = "Le paiement ou un remboursement de cette commande est encore en cours d'essai : son "
    fr += "signalement disparaîtra de lui-même dès qu'il aura abouti."
    en = "The payment or a refund of this order is still being tried: what is shown of it will "
    en += "go by itself once that is done."


class RefundNotFound(problems.NotFound):
    """The order has no such refund."""

    code = "refund_not_found"
    fr = "Cette commande n'a pas de remboursement de ce numéro."
    en = "This order has no refund of that number."


class RefundNotReturned(problems.Conflict):
    """The refund is neither returned by the bank nor refused for good, or has been dealt with."""

    code = "refund_not_returned"
    fr = "Ce remboursement n'est pas revenu de la banque, ou il a déjà été relancé ou payé."
    en = "The bank has not returned this refund, or it has been tried again or paid already."


class RefundStillOwed(problems.Conflict):
    """The bank returned a refund of the order: the buyer must get it first."""

    code = "refund_still_owed"
    fr = "La banque a renvoyé un remboursement de cette commande : relancez-le, ou notez par quel "
    fr += "autre moyen il a été payé."
    en = "The bank has returned a refund of this order: try it again, or note by what other means "
    en += "it was paid."


class NotPaid(problems.Conflict):
    """The order was not paid, or not issued."""

    code = "order_not_paid"
    fr = "Rien n'a été encaissé pour cette commande."
    en = "Nothing was taken for this order."


class TotalDiffers(problems.Conflict):
    """What was confirmed is not what would be refunded."""

    code = "total_differs"
    fr = "Le total à rembourser est de {total} {currency} : vérifiez-le, puis confirmez-le."
    en = "The total to be refunded is {total} {currency}: check it, then confirm it."

    def __init__(self, total_minor: int, currency: str) -> None:
        super().__init__(total=amount_of(total_minor), currency=currency)


class RunUnderWay(problems.Conflict):
    """The event's orders are being refunded already."""

    code = "refunds_under_way"
    fr = "Les commandes de cet événement sont déjà en cours de remboursement."
    en = "The orders of this event are already being refunded."
