"""How payments and refunds change. Pure: snapshots in, snapshots out, `Refused` where not allowed.

A payment is captured at once (`capture_method: automatic`) or not at all, and captured once.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from guichet.sandbox.cards import AUTHENTICATION_FAILED, CARDS
from guichet.sandbox.fees import DISPUTE_FEE_MINOR, Fee
from guichet.sandbox.records import (
    Attempt,
    Dispute,
    DisputeStatus,
    Intent,
    Problem,
    Refund,
    new_dispute_id,
    new_refund_id,
)

OPEN_STATES = {"requires_payment_method", "requires_confirmation", "requires_action"}
"""States in which no money has moved, so that the payment can be confirmed or cancelled."""

REFUND_SETTLES_SECONDS = 2.0


class Refused(Exception):
    """A request that the provider refuses; `status` is the HTTP status.

    `intent` is set where the provider shows the payment with the error.
    """

    def __init__(self, status: int, problem: Problem, intent: Intent | None = None) -> None:
        super().__init__(problem.message)
        self.status = status
        self.problem = problem
        self.intent = intent


def invalid(
    message: str, *, param: str | None = None, code: str | None = None, status: int = 400
) -> Refused:
    """Return a refusal of type `invalid_request_error`."""
    return Refused(status, Problem("invalid_request_error", message, code, param=param))


def confirm(intent: Intent, method: str | None, now: int, settles_at: float | None) -> Intent:
    """Try to take the money; the new state says how it went.

    With `settles_at` a payment that would have succeeded stays `processing` until then. Raises
    `Refused` for a state or a method that does not allow it.
    """
    if intent.status not in OPEN_STATES:
        raise _wrong_state(intent, "confirm")
    method = method or intent.method
    if method is None:
        raise Refused(
            400,
            Problem(
                "invalid_request_error",
                "You cannot confirm this PaymentIntent because it's missing a payment method.",
                "payment_intent_unexpected_state",
            ),
            intent,
        )
    if method not in CARDS:
        raise invalid(
            f"No such PaymentMethod: '{method}'", param="payment_method", code="resource_missing"
        )
    if CARDS[method].authenticates:
        return replace(intent, method=method, status="requires_action", last_problem=None)
    return _attempt(replace(intent, method=method), now, settles_at)


def finish_authentication(
    intent: Intent, *, passed: bool, now: int, settles_at: float | None = None
) -> Intent:
    """Take or leave the money after the buyer was at the bank's page. Raises `Refused`."""
    if intent.status != "requires_action":
        raise _wrong_state(intent, "authenticate")
    if passed:
        return _attempt(intent, now, settles_at)
    return _failed(intent, AUTHENTICATION_FAILED, now)


def settle(intent: Intent) -> Intent:
    """Let a `processing` payment succeed."""
    if intent.status != "processing":
        raise _wrong_state(intent, "settle")
    last = replace(intent.attempts[-1], status="succeeded")
    return replace(
        intent,
        status="succeeded",
        attempts=(*intent.attempts[:-1], last),
        settles_at=None,
    )


def cancel(intent: Intent, now: int) -> Intent:
    """Cancel a payment for which no money has moved. Raises `Refused`."""
    if intent.status not in OPEN_STATES:
        raise _wrong_state(intent, "cancel")
    return replace(intent, status="canceled", canceled_at=now)


def refund(
    intent: Intent,
    *,
    number: int,
    amount: int | None,
    reason: str | None,
    metadata: dict[str, str],
    now: float,
    returned_after: float | None = None,
    disputes: Sequence[Dispute] = (),
) -> tuple[Intent, Refund]:
    """Give back `amount`, or all that is left. Raises `Refused` beyond what was captured.

    `returned_after` seconds the bank returns it, though it had succeeded. `disputes` are those of
    the payment: while its bank contests it, or has taken it back, nothing is refunded.
    """
    if intent.status != "succeeded" or intent.method is None:
        raise invalid(
            f"This PaymentIntent ({intent.id}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
        )
    if any(dispute.status != "won" for dispute in disputes):
        raise invalid(
            f"Charge {intent.charge_id} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    left = intent.captured - intent.refunded
    if left == 0:
        raise invalid(
            f"Charge {intent.charge_id} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if amount is None else amount
    if amount > left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})",
            param="amount",
        )
    manner = CARDS[intent.method].refund
    if returned_after is not None:
        manner = "fails"
    later = manner != "at_once"
    made = Refund(
        id=new_refund_id(number),
        number=number,
        intent=intent.number,
        created=int(now),
        amount=amount,
        status="pending" if manner == "pending" else "succeeded",
        metadata=metadata,
        reason=reason,
        settles_at=now + _first(returned_after, REFUND_SETTLES_SECONDS) if later else None,
        settles_as=("failed" if manner == "fails" else "succeeded") if later else None,
    )
    return replace(intent, refunded=intent.refunded + amount), made


def settle_refund(intent: Intent, made: Refund, now: float) -> tuple[Intent, Refund]:
    """Let a refund end as it must; one that fails puts the amount back."""
    if made.settles_as is None:
        return intent, made
    settled = replace(made, status=made.settles_as, settles_as=None, settles_at=None)
    if settled.status == "failed":
        intent = replace(intent, refunded=intent.refunded - made.amount)
        settled = replace(settled, failed_at=int(now))
    return intent, settled


def with_fee(intent: Intent, fee: Fee) -> Intent:
    """Note what the provider keeps, in the moment of the capture: later settings change nothing."""
    if intent.status != "succeeded" or intent.attempts[-1].fee is not None:
        return intent
    last = replace(intent.attempts[-1], fee=fee.of(intent.amount))
    return replace(intent, attempts=(*intent.attempts[:-1], last))


def open_dispute(
    intent: Intent, left: int, *, number: int, amount: int | None, reason: str, now: int
) -> Dispute:
    """Contest `amount`, or all that is `left` of a capture. Raises `Refused` beyond that."""
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise invalid("No such amount is left to be disputed.", param="amount")
    return Dispute(
        id=new_dispute_id(number),
        number=number,
        intent=intent.number,
        created=now,
        amount=amount,
        fee=DISPUTE_FEE_MINOR,
        status="needs_response",
        reason=reason,
    )


def move_dispute(dispute: Dispute, status: DisputeStatus, now: int) -> Dispute:
    """Let a dispute go on or end. Raises `Refused` once it has ended."""
    if dispute.closed is not None:
        raise invalid(f"This dispute is already {dispute.status}.", param="status")
    is_over = status in {"won", "lost"}
    return replace(dispute, status=status, closed=now if is_over else None)


def _first(seconds: float | None, otherwise: float) -> float:
    return otherwise if seconds is None else seconds


def _attempt(intent: Intent, now: int, settles_at: float | None) -> Intent:
    method = CARDS[intent.method or ""]
    if method.decline is not None:
        return _failed(intent, method.decline, now)
    pending = settles_at is not None
    made = Attempt(intent.method or "", now, "pending" if pending else "succeeded")
    return replace(
        intent,
        status="processing" if pending else "succeeded",
        attempts=(*intent.attempts, made),
        last_problem=None,
        settles_at=settles_at,
    )


def _failed(intent: Intent, problem: Problem, now: int) -> Intent:
    made = Attempt(intent.method or "", now, "failed", problem)
    return replace(
        intent,
        status="requires_payment_method",
        attempts=(*intent.attempts, made),
        last_problem=problem,
    )


def _wrong_state(intent: Intent, verb: str) -> Refused:
    return Refused(
        400,
        Problem(
            "invalid_request_error",
            f"You cannot {verb} this PaymentIntent because it has a status of {intent.status}.",
            "payment_intent_unexpected_state",
        ),
        intent,
    )
