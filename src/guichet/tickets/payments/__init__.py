"""Taking and giving back money: the provider port, and its adapter for Stripe.

The saga imports the port from here. The adapter is imported by `main.py` alone
(`guichet.tickets.payments.stripe_adapter`), because the provider's SDK takes a second to load.
"""

from guichet.tickets.payments.books import (
    MovementKind,
    ProviderBooks,
    ProviderUnclear,
    SeenDispute,
    SeenMovement,
    SeenPayment,
    SeenRefund,
)
from guichet.tickets.payments.port import (
    BUYER_CHOOSES,
    NextAction,
    OrderToCharge,
    PaymentOutcome,
    PaymentProvider,
    PaymentResult,
    RefundOutcome,
    RefundResult,
    WebhookEvent,
    WebhookRejected,
)

__all__ = [
    "BUYER_CHOOSES",
    "MovementKind",
    "NextAction",
    "OrderToCharge",
    "PaymentOutcome",
    "PaymentProvider",
    "PaymentResult",
    "ProviderBooks",
    "ProviderUnclear",
    "RefundOutcome",
    "RefundResult",
    "SeenDispute",
    "SeenMovement",
    "SeenPayment",
    "SeenRefund",
    "WebhookEvent",
    "WebhookRejected",
]
