"""What is asked of the stock writer, what it answers, and what idempotency keys make of both."""

from collections.abc import Sequence
from dataclasses import dataclass

from guichet.tickets.domain import Buyer, Hold, Line, Order, Refusal, Refused, Ticket
from guichet.tickets.repository import orders as order_rows
from guichet.tickets.repository.orders import KeyUse
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class PlacesRequest:
    """Someone asks for places: a hold (`as_hold`), an order, or an order out of a hold.

    `lines` is empty where `hold_id` is given: the hold's promo code counts then. `key`
    and `fingerprint` make a repetition known.
    """

    buyer: Buyer
    event_id: int | None
    lines: tuple[Line, ...]
    as_hold: bool = False
    hold_id: int | None = None
    payment_method: str | None = None
    client_address: str = ""
    key: str | None = None
    fingerprint: str = ""
    promo_code: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A granted order; its tickets exist already where it is free."""

    order: Order
    tickets: tuple[Ticket, ...] = ()


PlacesAnswer = Placed | Hold | Refused | KeyUse


async def repeated_keys(
    connection: Connection, requests: Sequence[PlacesRequest]
) -> dict[int, KeyUse | Refused]:
    """Return, by position, what requests repeat: their keys were used before, or are right now."""
    first_use: dict[str, int] = {}
    repeated: dict[int, KeyUse | Refused] = {}
    for position, request in enumerate(requests):
        if not request.key:
            continue
        if request.key in first_use:
            # The first use is in this very batch: its answer is not known yet.
            repeated[position] = KeyUse(request.buyer.key, request.fingerprint, None, None, None)
            continue
        first_use[request.key] = position
    if not first_use:
        return repeated
    known = await order_rows.read_keys(connection, list(first_use))
    for key, use in known.items():
        repeated[first_use[key]] = use
    for position in list(repeated):
        request = requests[position]
        use = repeated[position]
        owner = requests[first_use[request.key or ""]]
        is_same = (owner.buyer.key, owner.fingerprint) == (request.buyer.key, request.fingerprint)
        if isinstance(use, KeyUse) and (
            not is_same or (use.buyer, use.fingerprint) != (request.buyer.key, request.fingerprint)
        ):
            repeated[position] = Refused(Refusal.KEY_REUSED)
    return repeated


def use_of_key(request: PlacesRequest, answer: PlacesAnswer) -> KeyUse:
    """Return what to note under a request's key: its order, hold or refusal."""
    buyer, fingerprint = request.buyer.key, request.fingerprint
    match answer:
        case Placed(order):
            return KeyUse(buyer, fingerprint, order.order_id, None, None)
        case Hold(hold_id):
            return KeyUse(buyer, fingerprint, None, hold_id, None)
        case Refused(refusal, details):
            refused = {"code": refusal.value, "details": dict(details)}
            return KeyUse(buyer, fingerprint, None, None, refused)
        case KeyUse():
            raise AssertionError("a repetition has no result of its own")
