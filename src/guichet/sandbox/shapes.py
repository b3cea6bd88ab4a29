"""The provider's JSON objects, drawn from our snapshots.

Field names and their meaning are those of Stripe's API reference. A stored answer is drawn from
the snapshots that were stored with it, so it comes out the same every time.
"""

from typing import Any

from guichet.sandbox.cards import CARDS, Card
from guichet.sandbox.fees import STANDARD_FEE
from guichet.sandbox.records import Attempt, Dispute, Intent, Problem, Refund, charge_id_of

Shape = dict[str, Any]


def fee_of(intent: Intent) -> int:
    """Return what the provider keeps of a captured payment, in minor units."""
    if not intent.captured:
        return 0
    fee = intent.attempts[-1].fee
    return STANDARD_FEE.of(intent.amount) if fee is None else fee


def intent_shape(intent: Intent, bank_url: str, expand: tuple[str, ...] = ()) -> Shape:
    """Draw a `payment_intent`; `bank_url` is where this server's 3-D Secure page stands."""
    charge: str | Shape | None = intent.charge_id
    if charge is not None and any(name.startswith("latest_charge") for name in expand):
        charge = charge_shape(intent, len(intent.attempts), _inner(expand, "latest_charge"))
    return {
        "id": intent.id,
        "object": "payment_intent",
        "amount": intent.amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": intent.captured,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "canceled_at": intent.canceled_at,
        "cancellation_reason": None,
        "capture_method": "automatic",
        "client_secret": intent.client_secret,
        "confirmation_method": "automatic",
        "created": intent.created,
        "currency": intent.currency,
        "customer": None,
        "description": intent.description,
        "last_payment_error": None
        if intent.last_problem is None
        else problem_shape(intent.last_problem, intent),
        "latest_charge": charge,
        "livemode": False,
        "metadata": intent.metadata,
        "next_action": _next_action(intent, bank_url),
        "on_behalf_of": None,
        # After a failure the buyer has to choose again, as the status says.
        "payment_method": None if intent.last_problem is not None else intent.method,
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "processing": None,
        "receipt_email": None,
        "review": None,
        "setup_future_usage": None,
        "shipping": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": intent.status,
        "transfer_data": None,
        "transfer_group": None,
    }


def charge_shape(
    intent: Intent, number: int, expand: tuple[str, ...] = (), *, is_disputed: bool = False
) -> Shape:
    """Draw the n-th attempt (from 1) as a `charge`."""
    attempt = intent.attempts[number - 1]
    card = CARDS[attempt.method]
    paid = attempt.status == "succeeded"
    refunded = intent.refunded if paid else 0
    transaction: str | Shape | None = None
    if paid:
        transaction = f"txn_{charge_id_of(intent, number)[3:]}"
        if "balance_transaction" in expand:
            transaction = charge_transaction(intent)
    return {
        "id": charge_id_of(intent, number),
        "object": "charge",
        "amount": intent.amount,
        "amount_captured": intent.amount if paid else 0,
        "amount_refunded": refunded,
        "balance_transaction": transaction,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "calculated_statement_descriptor": "GUICHET SANDBOX",
        "captured": paid,
        "created": attempt.at,
        "currency": intent.currency,
        "customer": None,
        "description": intent.description,
        "disputed": is_disputed,
        "failure_code": None if attempt.problem is None else attempt.problem.code,
        "failure_message": None if attempt.problem is None else attempt.problem.message,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent.metadata,
        "outcome": _outcome(attempt),
        "paid": paid,
        "payment_intent": intent.id,
        "payment_method": attempt.method,
        "payment_method_details": {"card": _card_details(card), "type": "card"},
        "receipt_email": None,
        "receipt_url": None,
        "refunded": paid and refunded == intent.amount,
        "status": attempt.status,
    }


def refund_shape(refund: Refund, intent: Intent, expand: tuple[str, ...] = ()) -> Shape:
    """Draw a `refund`."""
    charge: str | Shape | None = intent.charge_id
    if "charge" in expand:
        charge = charge_shape(intent, len(intent.attempts))
    transaction: str | Shape = f"txn_{refund.id[3:]}"
    if "balance_transaction" in expand:
        transaction = refund_transaction(refund, intent)
    shape: Shape = {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": transaction,
        "charge": charge,
        "created": refund.created,
        "currency": intent.currency,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": refund.metadata,
        "payment_intent": intent.id,
        "reason": refund.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": refund.status,
        "transfer_reversal": None,
    }
    if refund.status == "pending":
        shape["pending_reason"] = "processing"
    if refund.status == "failed":
        shape["failure_reason"] = "expired_or_canceled_card"
        shape["failure_balance_transaction"] = f"txn_{refund.id[3:]}_failure"
    return shape


def charge_transaction(intent: Intent) -> Shape:
    """Draw the `balance_transaction` of a captured payment."""
    source = intent.charge_id or ""
    at = intent.attempts[-1].at
    return _transaction(source, "charge", intent, intent.amount, fee_of(intent), at)


def refund_transaction(refund: Refund, intent: Intent) -> Shape:
    """Draw the `balance_transaction` of a refund; the fee of the charge is not given back."""
    return _transaction(refund.id, "refund", intent, -refund.amount, 0, refund.created)


def refund_failure_transaction(refund: Refund, intent: Intent) -> Shape:
    """Draw the `balance_transaction` that puts back a failed refund's amount."""
    at = refund.created if refund.failed_at is None else refund.failed_at
    shape = _transaction(refund.id, "refund_failure", intent, refund.amount, 0, at)
    return {**shape, "id": f"{shape['id']}_failure"}


def dispute_shape(dispute: Dispute, intent: Intent) -> Shape:
    """Draw a `dispute` with what it moved."""
    moved = [dispute_transaction(dispute, intent)]
    if dispute.status == "won":
        moved.append(dispute_reversal_transaction(dispute, intent))
    return {
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": moved,
        "charge": intent.charge_id,
        "created": dispute.created,
        "currency": intent.currency,
        "evidence_details": {"has_evidence": dispute.status != "needs_response"},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "payment_intent": intent.id,
        "reason": dispute.reason,
        "status": dispute.status,
    }


def dispute_transaction(dispute: Dispute, intent: Intent) -> Shape:
    """Draw the `balance_transaction` that takes a disputed amount and the fee out."""
    moved = _transaction(
        dispute.id, "adjustment", intent, -dispute.amount, dispute.fee, dispute.created
    )
    return {**moved, "reporting_category": "dispute"}


def dispute_reversal_transaction(dispute: Dispute, intent: Intent) -> Shape:
    """Draw the `balance_transaction` that brings back the amount of a dispute that was won."""
    at = dispute.closed or dispute.created
    moved = _transaction(dispute.id, "adjustment", intent, dispute.amount, 0, at)
    return {**moved, "id": f"{moved['id']}_won", "reporting_category": "dispute_reversal"}


def problem_shape(problem: Problem, intent: Intent | None = None) -> Shape:
    """Draw an error, as in `error` of an answer or `last_payment_error` of an intent."""
    shape: Shape = {"type": problem.type, "message": problem.message}
    for name in ("code", "decline_code", "param"):
        if (value := getattr(problem, name)) is not None:
            shape[name] = value
    if problem.code is not None:
        shape["doc_url"] = f"https://docs.stripe.com/error-codes/{problem.code.replace('_', '-')}"
    if intent is not None and intent.attempts and problem.type == "card_error":
        shape["charge"] = intent.charge_id
        shape["payment_method"] = _payment_method(intent.attempts[-1].method)
    return shape


def list_shape(url: str, shapes: list[Shape], *, has_more: bool) -> Shape:
    """Draw a `list`."""
    return {"object": "list", "url": url, "has_more": has_more, "data": shapes}


def _transaction(source: str, kind: str, intent: Intent, amount: int, fee: int, at: int) -> Shape:
    return {
        "id": f"txn_{source[3:]}",
        "object": "balance_transaction",
        "amount": amount,
        "available_on": at,
        "created": at,
        "currency": intent.currency,
        "description": intent.description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": []
        if fee == 0
        else [
            {
                "amount": fee,
                "application": None,
                "currency": intent.currency,
                "description": "Processing fees",
                "type": "stripe_fee",
            }
        ],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source,
        "status": "available",
        "type": kind,
    }


def _inner(expand: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(path[len(name) + 1 :] for path in expand if path.startswith(f"{name}."))


def _next_action(intent: Intent, bank_url: str) -> Shape | None:
    if intent.status != "requires_action":
        return None
    if intent.return_url is None:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    url = f"{bank_url}/{intent.id}?secret={intent.secret}"
    return {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": intent.return_url, "url": url},
    }


def _outcome(attempt: Attempt) -> Shape:
    declined = attempt.status == "failed"
    reason = attempt.problem.decline_code if attempt.problem is not None else None
    return {
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": reason,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline."
        if declined
        else "Payment complete.",
        "type": "issuer_declined" if declined else "authorized",
    }


def _card_details(card: Card) -> Shape:
    return {
        "brand": card.brand,
        "country": "FR",
        "exp_month": 12,
        "exp_year": 2034,
        "funding": "credit",
        "last4": card.last4,
        "network": card.brand,
        "three_d_secure": {"result": "authenticated", "version": "2.2.0"}
        if card.authenticates
        else None,
        "wallet": None,
    }


def _payment_method(method: str) -> Shape:
    return {
        "id": method,
        "object": "payment_method",
        "card": _card_details(CARDS[method]),
        "customer": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
