"""What `guichet verify` says of money, over the shop of these tests and its fake provider."""

from typing import Any, cast

from guichet.tickets.payments import PaymentOutcome, RefundOutcome
from guichet.verify import audit, documents, ledger, money
from guichet.verify.invariants import Check
from guichet.verify.sources import Booked, Sources
from tests.tickets.conftest import Shop

CHECKS: tuple[Check, ...] = (
    money.captured_is_served_or_refunded,
    money.tickets_are_paid,
    money.refunds_within_captures,
    money.refunds_equal_their_tickets,
    money.books_agree,
    ledger.ledger_equals_payments,
    ledger.refunds_contain_what_was_sold,
    documents.documents_are_numbered_without_a_gap,
    documents.documents_say_what_was_paid,
    audit.money_is_logged,
)


class ShopSources(Sources):
    """The tickets database alone, and the fake provider's books."""

    shop: Shop

    async def books(self) -> list[Booked]:
        """Return what the fake took and gave back."""
        books = self.shop.provider.books
        return [
            Booked(
                intent_id,
                seen.order_key or "",
                "succeeded",
                seen.result.amount_minor,
                sum(
                    refund.amount_minor
                    for refund in books.refunds.get(intent_id, [])
                    if refund.outcome is not RefundOutcome.REFUSED
                ),
            )
            for intent_id, seen in books.payments.items()
            if seen.result.outcome is PaymentOutcome.PAID
        ]


async def contradictions(shop: Shop) -> list[str]:
    """Number what waits for a document, then return all that is not as it must be."""
    await shop.invoicing.number_due()
    async with shop.database.hot.acquire() as connection:
        sources = ShopSources(databases={"tickets": cast(Any, connection)}, session=cast(Any, None))
        sources.shop = shop
        return [found.sentence for check in CHECKS for found in await check(sources)]


async def balances(shop: Shop) -> dict[str, int]:
    """Return what stands on each account of the ledger, those at zero left out."""
    rows = await shop.rows(
        "SELECT account, sum(amount)::bigint AS balance FROM ("
        " SELECT debit_account AS account, amount_minor AS amount FROM ledger_transfers"
        " UNION ALL SELECT credit_account, -amount_minor FROM ledger_transfers) AS entries"
        " GROUP BY 1 HAVING sum(amount) <> 0"
    )
    return {row["account"]: row["balance"] for row in rows}


async def documents_minor(shop: Shop) -> int:
    """Return receipts and invoices less credit notes, in minor units."""
    return int(
        await shop.one(
            "SELECT coalesce(sum(CASE kind WHEN 'credit_note' THEN -total_minor"
            " ELSE total_minor END), 0) FROM documents"
        )
    )
