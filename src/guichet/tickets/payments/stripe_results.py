"""Translates the provider's objects into the port's results. Pure.

The provider leaves out what does not apply, and the SDK then has no such attribute; `_optional`
reads those.
"""

from typing import Any

import stripe

from guichet.tickets.payments.port import (
    NextAction,
    PaymentOutcome,
    PaymentResult,
    RefundOutcome,
    RefundResult,
)

_REFUND_OUTCOMES = {
    "succeeded": RefundOutcome.DONE,
    "pending": RefundOutcome.PENDING,
    "requires_action": RefundOutcome.PENDING,
    "failed": RefundOutcome.REFUSED,
    "canceled": RefundOutcome.REFUSED,
}


def declined(error: stripe.CardError) -> PaymentResult:
    """Translate a refusal of the card; the error carries the intent that it left behind."""
    told = error.error
    intent = _optional(told, "payment_intent")
    return PaymentResult(
        PaymentOutcome.DECLINED,
        _optional(intent, "id"),
        _label_of(_optional(_optional(told, "payment_method"), "card")),
        decline_code=_optional(told, "decline_code") or error.code or "card_declined",
    )


def result_of(intent: stripe.PaymentIntent) -> PaymentResult:
    """Translate the state of an intent whose latest charge is expanded."""
    charge = intent.latest_charge if isinstance(intent.latest_charge, stripe.Charge) else None
    match intent.status:
        case "succeeded":
            return PaymentResult(
                PaymentOutcome.PAID,
                intent.id,
                _method_label_of(charge),
                amount_minor=intent.amount_received,
                refunded_minor=0 if charge is None else charge.amount_refunded,
            )
        case "requires_action":
            return PaymentResult(
                PaymentOutcome.NEEDS_BUYER, intent.id, next_action=_next_action_of(intent)
            )
        case "requires_payment_method" if problem := intent.last_payment_error:
            return PaymentResult(
                PaymentOutcome.DECLINED,
                intent.id,
                _method_label_of(charge),
                decline_code=_optional(problem, "decline_code")
                or _optional(problem, "code")
                or "card_declined",
            )
        case "canceled":
            return PaymentResult(PaymentOutcome.DECLINED, intent.id, decline_code="canceled")
        case _:
            # `processing`, or a state that this API version does not know yet.
            return PaymentResult(PaymentOutcome.UNKNOWN, intent.id)


def refund_result_of(refund: stripe.Refund) -> RefundResult:
    """Translate the state of a refund."""
    outcome = _REFUND_OUTCOMES.get(refund.status or "", RefundOutcome.UNKNOWN)
    return RefundResult(outcome, refund.id, _optional(refund, "failure_reason"))


def best_first(result: PaymentResult) -> int:
    """Sort key: what moved money first, what may still move some next."""
    order = (PaymentOutcome.PAID, PaymentOutcome.UNKNOWN, PaymentOutcome.NEEDS_BUYER)
    return order.index(result.outcome) if result.outcome in order else len(order)


def _optional(thing: object, name: str) -> Any:
    return getattr(thing, name, None)


def _next_action_of(intent: stripe.PaymentIntent) -> NextAction | None:
    action = intent.next_action
    if action is None:
        return None
    redirect = _optional(action, "redirect_to_url")
    return NextAction(action.type, _optional(redirect, "url"), intent.client_secret)


def _method_label_of(charge: stripe.Charge | None) -> str | None:
    details = None if charge is None else charge.payment_method_details
    if details is None:
        return None
    return _label_of(_optional(details, "card")) or details.type


def _label_of(card: Any) -> str | None:
    return None if card is None else f"{card.brand} •••• {card.last4}"
