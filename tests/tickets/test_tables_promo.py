"""The database itself refuses what a promo code cannot be."""

import asyncpg
import pytest

from tests.tickets.conftest import Shop

INSERT = (
    "INSERT INTO promo_codes (event_id, code, code_key, basis_points, amount_minor, max_uses,"
    " created_at) VALUES ($1, 'A', 'a', $2, $3, $4, now())"
)


@pytest.mark.parametrize(
    ("basis_points", "amount_minor", "max_uses"),
    [(10_001, 0, None), (-1, 0, None), (0, -1, None), (100, 100, None), (100, 0, 0)],
)
async def test_terms_that_make_no_sense_are_refused(
    shop: Shop, basis_points: int, amount_minor: int, max_uses: int | None
) -> None:
    event = await shop.event()
    with pytest.raises(asyncpg.CheckViolationError):
        await shop.rows(INSERT, event, basis_points, amount_minor, max_uses)


async def test_a_code_is_there_once_until_it_is_deleted(shop: Shop) -> None:
    event = await shop.event()
    await shop.rows(INSERT, event, 100, 0, None)
    with pytest.raises(asyncpg.UniqueViolationError):
        await shop.rows(INSERT, event, 100, 0, None)
    await shop.rows("UPDATE promo_codes SET deleted_at = now()")
    await shop.rows(INSERT, event, 100, 0, None)
