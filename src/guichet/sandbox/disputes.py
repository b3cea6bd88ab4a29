"""What banks do to payments by themselves: contest them, and decide. Played by hand.

Each is one record in the journal, like the requests of the provider's own callers.
"""

from guichet.sandbox import rules
from guichet.sandbox.records import Dispute, DisputeStatus
from guichet.sandbox.rules import invalid
from guichet.sandbox.use_cases import Till


def open_dispute(till: Till, intent_id: str, amount: int | None, reason: str) -> Dispute:
    """Let the payer's bank contest a payment. Raises `Refused` where nothing is left of it."""
    intent = till.intent(intent_id)
    taken = sum(made.amount for made in till.books.disputes_of(intent) if made.status != "won")
    dispute = rules.open_dispute(
        intent,
        intent.captured - intent.refunded - taken,
        number=len(till.books.disputes),
        amount=amount,
        reason=reason,
        now=int(till.clock()),
    )
    events = ("charge.dispute.created", "charge.dispute.funds_withdrawn")
    till.write(None, intent=intent, dispute=dispute, events=events)
    return dispute


def move_dispute(till: Till, dispute_id: str, status: DisputeStatus) -> Dispute:
    """Let a dispute go on to a status, or end. Raises `Refused` once it has ended."""
    found = till.books.dispute(dispute_id)
    if found is None:
        raise invalid("No such dispute", param="id", code="resource_missing", status=404)
    dispute = rules.move_dispute(found, status, int(till.clock()))
    events: tuple[str, ...] = ("charge.dispute.updated",)
    if dispute.closed is not None:
        events = ("charge.dispute.closed",)
    if status == "won":
        events = (*events, "charge.dispute.funds_reinstated")
    till.write(None, intent=till.books.intents[dispute.intent], dispute=dispute, events=events)
    return dispute
