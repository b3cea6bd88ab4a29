"""What a basket costs, without taking anything: from the catalogue's memory, beside the sale."""

from collections.abc import Sequence
from dataclasses import dataclass

from guichet.kernel.clock import now
from guichet.tickets.catalogue import Catalogue
from guichet.tickets.deciding import decide_event, price_lines
from guichet.tickets.domain import Line, Offer, Refused
from guichet.tickets.problems import TicketTypeNotFound, problem_of
from guichet.tickets.promoting import Promoting


@dataclass(frozen=True, slots=True)
class Quote:
    """A basket with its prices as they are now; nothing is promised by it."""

    offer: Offer
    lines: tuple[Line, ...]
    promo_code: str | None


class Quoting:
    """Tells prices."""

    def __init__(self, catalogue: Catalogue, promoting: Promoting) -> None:
        self._catalogue = catalogue
        self._promoting = promoting

    async def quote(
        self,
        event_id: int,
        *,
        quantity: int | None,
        lines: Sequence[Line],
        promo_code: str | None = None,
        client_address: str = "",
    ) -> Quote:
        """Return what the basket costs, whether or not the sale is open and places are left.

        Raises `EventNotFound`, `EventCancelled`, `EventOver`, `TicketTypeNotFound`, or why the
        code cannot be used; it is one use that is not taken.
        """
        offer = await self._catalogue.offer(event_id)
        promo = None
        if promo_code is not None:
            promo = await self._promoting.find(event_id, promo_code, client_address)
        at = now()
        priced = decide_event(offer, at) or price_lines(
            offer, basket_of(offer, quantity=quantity, lines=lines), promo, at
        )
        if isinstance(priced, Refused):
            raise problem_of(priced)
        return Quote(offer, priced, promo.code if promo else None)


def basket_of(offer: Offer, *, quantity: int | None, lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return what is asked for by ticket type: the lines, or a quantity of the first type on sale.

    Raises `TicketTypeNotFound` where there is no type for a quantity.
    """
    if lines:
        return _merged(lines)
    on_sale = [s for s in offer.stock.values() if not (s.is_hidden or s.is_withdrawn)]
    if not on_sale or quantity is None:
        raise TicketTypeNotFound
    first = min(on_sale, key=lambda stock: stock.ticket_type_id)
    return (Line(first.ticket_type_id, quantity),)


def _merged(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Add up lines of the same ticket type, so that limits count them together."""
    quantities: dict[int, int] = {}
    for line in lines:
        quantities[line.ticket_type_id] = quantities.get(line.ticket_type_id, 0) + line.quantity
    return tuple(Line(type_id, quantity) for type_id, quantity in quantities.items())
