"""The rules of selling: what may be sold to whom and when, and the states of an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from guichet.contracts.prices import NO_FEE, FeeTerms, UnitPrice, unit_price

HOLD_SECONDS = 600
HOLD_EXTENSIONS_MAX = 1
HOLDS_PER_BUYER_MAX = 5
HOLDS_PER_ADDRESS_MAX = 200
BUYER_WAIT_SECONDS = 900
"""How long an order waits for its buyer to pay, 3-D Secure included, unless a setting says so."""
EVENT_LASTS_DEFAULT = timedelta(hours=6)
QUANTITY_MAX = 100
"""More than this in one line is a malformed request, whatever the event's own limits."""


UNPRICED = unit_price(0)


class OrderState(StrEnum):
    """Where an order stands for its buyer."""

    PAYING = "paying"
    ISSUED = "issued"
    FAILED = "failed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


class TicketStatus(StrEnum):
    """A ticket admits once while it is confirmed."""

    CONFIRMED = "confirmed"
    USED = "used"
    CANCELLED = "cancelled"


ORDER_STATES_NEXT: Mapping[OrderState, frozenset[OrderState]] = {
    OrderState.PAYING: frozenset({OrderState.ISSUED, OrderState.FAILED, OrderState.REFUNDED}),
    OrderState.ISSUED: frozenset({OrderState.CANCELLED}),
    # Money that comes after the end is served if that can be, given back otherwise.
    OrderState.FAILED: frozenset({OrderState.PAYING, OrderState.REFUNDED}),
    OrderState.REFUNDED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}


class IllegalChange(Exception):
    """A state was asked to become one that cannot follow it: an error in this program."""


def checked_next(current: OrderState, wanted: OrderState) -> OrderState:
    """Return the wanted state; raises `IllegalChange` where it cannot follow the current one."""
    if wanted not in ORDER_STATES_NEXT[current]:
        raise IllegalChange(f"an order cannot go from {current} to {wanted}")
    return wanted


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: an account, or a guest known by e-mail alone."""

    account_id: int | None
    name: str
    email: str
    language: str

    @property
    def key(self) -> str:
        """What limits are counted by; empty for somebody who has not said who they are yet."""
        if self.account_id is not None:
            return f"account:{self.account_id}"
        return f"guest:{self.email.casefold()}" if self.email else ""


@dataclass(frozen=True, slots=True)
class Line:
    """So many places of one ticket type; `unit` is the price of each once they are granted."""

    ticket_type_id: int
    quantity: int
    unit: UnitPrice = UNPRICED

    @property
    def charged_minor(self) -> int:
        """What the buyer pays for the places together."""
        return self.quantity * self.unit.charged_minor


@dataclass(frozen=True, slots=True)
class Payment:
    """The payment of an order, amounts in minor units; `method` is a token, never a card."""

    method: str
    return_url: str
    status: str = "pending"
    captured_minor: int = 0
    refunded_minor: int = 0
    intent_id: str | None = None
    method_label: str | None = None
    decline_code: str | None = None
    next_action: Mapping[str, str | None] | None = None
    paid_at: datetime | None = None
    refunded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase, and where its saga stands; `payment` is None for a free order."""

    order_id: int
    event_id: int
    buyer: Buyer
    lines: tuple[Line, ...]
    total_minor: int
    currency: str
    state: OrderState
    created_at: datetime
    payment: Payment | None = None
    hold_id: int | None = None
    failure: str | None = None
    access_version: int = 1
    step: str | None = None
    direction: str = "forward"
    attempts: int = 0
    saga_version: int = 1
    needs_attention: bool = False
    promo_id: int | None = None
    promo_code: str | None = None

    @property
    def saga_id(self) -> int:
        """The id under which the saga runner knows it."""
        return self.order_id


@dataclass(frozen=True, slots=True)
class Ticket:
    """One person's admission."""

    ticket_id: int
    secret: str = field(repr=False)
    order_id: int
    event_id: int
    ticket_type_id: int
    account_id: int | None
    price_minor: int
    status: TicketStatus
    created_at: datetime
    fee_on_top_minor: int = 0
    used_at: datetime | None = None
    used_by: int | None = None
    used_where: str | None = None
    cancelled_at: datetime | None = None

    @property
    def charged_minor(self) -> int:
        """What its buyer paid for it: `price_minor`, and the booking fee on top."""
        return self.price_minor + self.fee_on_top_minor


@dataclass(frozen=True, slots=True)
class Hold:
    """Places kept for a buyer until `expires_at`; `state` is active until it ends one way."""

    hold_id: int
    event_id: int
    buyer: Buyer
    lines: tuple[Line, ...]
    state: str
    expires_at: datetime
    extensions: int = 0
    client_address: str = ""
    promo_id: int | None = None
    promo_code: str | None = None

    @property
    def owner_key(self) -> str:
        """What limits are counted by while the places are held; its own for an unnamed buyer."""
        return self.buyer.key or f"hold:{self.hold_id}"


@dataclass(slots=True)
class Stock:
    """What there is of one ticket type, and its own rules; None where the offer's count."""

    ticket_type_id: int
    event_id: int
    name: str
    price_minor: int
    capacity: int
    sold: int
    held: int
    sale_opens_at: datetime | None = None
    sale_closes_at: datetime | None = None
    per_order_max: int | None = None
    per_account_max: int | None = None
    is_hidden: bool = False
    is_withdrawn: bool = False
    vat_basis_points: int = 0
    is_changed: bool = False

    @property
    def left(self) -> int:
        """How many may still be promised."""
        return self.capacity - self.sold - self.held


@dataclass(frozen=True, slots=True)
class RefundRules:
    """When a holder may give tickets back, and what is kept of each then, in minor units."""

    is_allowed: bool = True
    until_hours: int = 0
    kept_minor: int = 0
    keeps_fee: bool = False


REFUNDED_IN_FULL = RefundRules()


@dataclass(slots=True)
class Offer:
    """An event as it may be sold, with its stock by ticket type."""

    event_id: int
    title: str
    status: str
    creator_id: int
    currency: str
    starts_at: datetime
    ends_at: datetime | None
    time_zone: str
    location: str
    sale_opens_at: datetime | None
    sale_closes_at: datetime | None
    per_order_max: int
    per_account_max: int | None
    fee: FeeTerms = NO_FEE
    refund_rules: RefundRules = REFUNDED_IN_FULL
    stock: dict[int, Stock] = field(default_factory=dict[int, Stock])

    @property
    def over_at(self) -> datetime:
        """When the event has ended, for those that name no end."""
        return self.ends_at or self.starts_at + EVENT_LASTS_DEFAULT


class Refusal(StrEnum):
    """Why a request for places is refused; the HTTP layer has a sentence for each."""

    EVENT_NOT_FOUND = "event_not_found"
    EVENT_CANCELLED = "event_cancelled"
    EVENT_OVER = "event_over"
    TICKET_TYPE_NOT_FOUND = "ticket_type_not_found"
    NOT_ON_SALE_YET = "not_on_sale_yet"
    SALE_CLOSED = "sale_closed"
    SOLD_OUT = "sold_out"
    PER_ORDER_LIMIT = "per_order_limit"
    PER_ACCOUNT_LIMIT = "per_account_limit"
    TOO_MANY_HOLDS = "too_many_holds"
    HOLD_GONE = "hold_gone"
    PAYMENT_MISSING = "payment_missing"
    PROMO_CODE_UNKNOWN = "promo_code_unknown"
    PROMO_CODE_NOT_YET_VALID = "promo_code_not_yet_valid"
    PROMO_CODE_EXPIRED = "promo_code_expired"
    PROMO_CODE_USED_UP = "promo_code_used_up"
    PROMO_CODE_NOT_APPLICABLE = "promo_code_not_applicable"
    KEY_REUSED = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal, with what the sentence about it names."""

    refusal: Refusal
    details: Mapping[str, object] = field(default_factory=dict[str, object])


def take(offer: Offer, lines: Sequence[Line], allotted: dict[int, int], *, is_sold: bool) -> None:
    """Take granted places out of the stock in memory, as sold at once or as held."""
    for line in lines:
        stock = offer.stock[line.ticket_type_id]
        if is_sold:
            stock.sold += line.quantity
        else:
            stock.held += line.quantity
        stock.is_changed = True
        allotted[line.ticket_type_id] = allotted.get(line.ticket_type_id, 0) + line.quantity


def give_back(offer: Offer, lines: Sequence[Line]) -> None:
    """Put held places back into the stock in memory."""
    for line in lines:
        stock = offer.stock[line.ticket_type_id]
        stock.held -= line.quantity
        stock.is_changed = True


def sell_held(offer: Offer, lines: Sequence[Line]) -> None:
    """Turn held places into sold ones, in memory."""
    give_back(offer, lines)
    for line in lines:
        offer.stock[line.ticket_type_id].sold += line.quantity


def total_minor(lines: Sequence[Line]) -> int:
    """Return what is charged for these lines, in minor units."""
    return sum(line.charged_minor for line in lines)
