"""What organisers do with promo codes, and what a code opens to whoever knows it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from guichet.contracts.roles import Permission, require
from guichet.kernel.audit import Change, changed_fields, record_hot
from guichet.kernel.clock import now
from guichet.kernel.database import Database
from guichet.kernel.tokens import Principal
from guichet.tickets.catalogue import Catalogue
from guichet.tickets.deciding import decide_event
from guichet.tickets.domain import Line, Offer, Stock
from guichet.tickets.guesses import Guesses
from guichet.tickets.organising import event_to_run
from guichet.tickets.problems import TicketTypeNotFound, problem_of
from guichet.tickets.promo_codes import PromoCode, decide_promo, key_of_code
from guichet.tickets.promo_problems import PromoCodeExists, PromoCodeUnknown, PromoLimitBelowUses
from guichet.tickets.repository import promo_codes as promo_rows
from guichet.tickets.repository import stock as stock_rows
from guichet.tickets.repository.stock import Connection


@dataclass(frozen=True, slots=True)
class Opened:
    """A code that can be used now, and the hidden ticket types that it reveals."""

    offer: Offer
    promo: PromoCode
    revealed: tuple[Stock, ...]


class Promoting:
    """Keeps promo codes; for an event's creator and administrators, but for `open`."""

    def __init__(self, database: Database, catalogue: Catalogue, guesses: Guesses) -> None:
        self._database = database
        self._catalogue = catalogue
        self._guesses = guesses

    async def codes_of(self, event_id: int, caller: Principal) -> list[PromoCode]:
        """Return an event's codes; raises `EventNotFound` or `Forbidden`."""
        await self._check_runs(event_id, caller)
        async with self._database.hot.acquire() as connection:
            return await promo_rows.codes_of_event(connection, event_id)

    async def create(self, promo: PromoCode, caller: Principal) -> PromoCode:
        """Store a new code; raises `PromoCodeExists` or `TicketTypeNotFound`."""
        await self._check_runs(promo.event_id, caller)
        async with self._database.hot.acquire() as connection, connection.transaction():
            await self._check_types(connection, promo)
            promo_id = await promo_rows.insert_code(connection, promo)
            if promo_id is None:
                raise PromoCodeExists
            await record_hot(connection, [_change("created", promo_id, None, _terms(promo))])
        return replace(promo, promo_id=promo_id)

    async def change(
        self,
        event_id: int,
        promo_id: int,
        changes: Mapping[str, Any],
        caller: Principal,
        *,
        check: Callable[[PromoCode], None],
    ) -> PromoCode:
        """Change a code's terms, for later uses alone; `check` raises where they contradict.

        Raises `PromoCodeUnknown`, `TicketTypeNotFound`, or `PromoLimitBelowUses`.
        """
        await event_to_run(self._database, event_id, caller)
        async with self._database.hot.acquire() as connection, connection.transaction():
            known = await self._locked(connection, event_id, promo_id)
            changed = replace(known, **changes)
            check(changed)
            await self._check_types(connection, changed)
            limit = changed.max_uses
            if limit is not None and limit < known.uses:
                raise PromoLimitBelowUses(uses=known.uses, limit=limit)
            before, after = changed_fields(_terms(known), _terms(changed))
            if after:
                await promo_rows.update_code(connection, changed)
                await record_hot(connection, [_change("changed", promo_id, before, after)])
        return changed

    async def delete(self, event_id: int, promo_id: int, caller: Principal) -> PromoCode:
        """Let a code be used no more; holds and orders under it stay as they are."""
        await event_to_run(self._database, event_id, caller)
        async with self._database.hot.acquire() as connection, connection.transaction():
            known = await self._locked(connection, event_id, promo_id)
            await promo_rows.delete_code(connection, promo_id, now())
            await record_hot(connection, [_change("deleted", promo_id, _terms(known), None)])
        return known

    async def open(self, event_id: int, code: str, client_address: str) -> Opened:
        """Return what a code is good for now; raises why it is not, or `TooManyWrongCodes`."""
        self._guesses.check(client_address)
        offer = await self._catalogue.offer(event_id)
        if refused := decide_event(offer, now()):
            raise problem_of(refused)
        promo = await self.find(event_id, code, client_address)
        types = [stock for stock in offer.stock.values() if not stock.is_withdrawn]
        asked = [Line(stock.ticket_type_id, 1) for stock in types]
        if refused := decide_promo(promo, asked, now()):
            raise problem_of(refused)
        revealed = tuple(s for s in types if s.is_hidden and promo.reveals(s.ticket_type_id))
        return Opened(offer, promo, revealed)

    async def find(self, event_id: int, code: str, client_address: str) -> PromoCode:
        """Return an event's code; raises `PromoCodeUnknown`, `TooManyWrongCodes`."""
        self._guesses.check(client_address)
        wanted = (event_id, key_of_code(code))
        async with self._database.hot.acquire() as connection:
            found = await promo_rows.read_codes(connection, [wanted])
        if wanted not in found:
            self._guesses.note_wrong(client_address)
            raise PromoCodeUnknown
        return found[wanted]

    async def _check_runs(self, event_id: int, caller: Principal) -> None:
        require(caller, Permission.CREATE_EVENTS)
        await self._catalogue.learn(event_id)
        await event_to_run(self._database, event_id, caller)

    async def _locked(self, connection: Connection, event_id: int, promo_id: int) -> PromoCode:
        """Return a code whose uses do not grow until the transaction ends."""
        await stock_rows.lock_offers(connection, [event_id])
        known = await promo_rows.code_of_event(connection, event_id, promo_id)
        if known is None:
            raise PromoCodeUnknown
        return known

    async def _check_types(self, connection: Connection, promo: PromoCode) -> None:
        if promo.ticket_type_ids is None:
            return
        known = await promo_rows.ticket_types_of_event(connection, promo.event_id)
        if not promo.ticket_type_ids <= known:
            raise TicketTypeNotFound


def _terms(promo: PromoCode) -> dict[str, object]:
    """Return what the audit log says of a code."""
    types = promo.ticket_type_ids
    return {
        "event_id": promo.event_id,
        "code": promo.code,
        "basis_points": promo.discount.basis_points,
        "amount_minor": promo.discount.amount_minor,
        "max_uses": promo.max_uses,
        "valid_from": promo.valid_from and promo.valid_from.isoformat(),
        "valid_until": promo.valid_until and promo.valid_until.isoformat(),
        "ticket_type_ids": None if types is None else sorted(types),
        "reveals_hidden": promo.reveals_hidden,
    }


def _change(
    action: str,
    promo_id: int,
    before: Mapping[str, object] | None,
    after: Mapping[str, object] | None,
) -> Change:
    return Change(f"tickets.promo_code.{action}", f"promo_code:{promo_id}", before, after)
