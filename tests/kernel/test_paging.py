"""Pages are bounded, and say where they stand."""

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from guichet.kernel.database import Database
from guichet.kernel.paging import (
    PAGE_MAX,
    PER_PAGE_MAX,
    Page,
    PageAsked,
    Paging,
    Total,
    ids_of_page,
    page_of,
)
from tests.kernel.asgi import call

app = FastAPI()


@app.get("/numbers")
async def numbers(asked: Paging) -> Page[int]:
    everything = range(57)
    return page_of(everything[asked.offset : asked.offset + asked.per_page], Total(57), asked)


async def test_a_page_has_the_members_that_clients_know() -> None:
    answer = await call(app, "GET", "/numbers", query="page=3")
    assert answer.json == {
        "data": list(range(40, 57)),
        "current_page": 3,
        "per_page": 20,
        "last_page": 3,
        "total": 57,
        "total_is_exact": True,
    }


async def test_a_page_past_the_end_is_empty() -> None:
    assert (await call(app, "GET", "/numbers", query="page=99")).json["data"] == []


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", f"page={PAGE_MAX + 1}", "per_page=0", f"per_page={PER_PAGE_MAX + 1}"],
)
async def test_what_is_out_of_bounds_is_refused(query: str) -> None:
    assert (await call(app, "GET", "/numbers", query=query)).status == 422


@given(total=st.integers(0, 10_000), per_page=st.integers(1, PER_PAGE_MAX))
def test_the_last_page_is_the_last_with_anything_on_it(total: int, per_page: int) -> None:
    last = page_of([], Total(total), PageAsked(1, per_page)).last_page
    assert last >= 1
    assert PageAsked(last, per_page).offset < max(total, 1)
    assert PageAsked(last + 1, per_page).offset >= total


def test_no_page_shows_rows_beyond_those_that_are_counted() -> None:
    limits = [PageAsked(page, 4, rows_max=10).limit for page in (1, 2, 3, 4, 1_000)]
    assert limits == [4, 4, 2, 0, 0]


@pytest.mark.parametrize(
    ("there_are", "total"), [(9, Total(9)), (10, Total(10)), (11, Total(10, is_exact=False))]
)
async def test_rows_are_counted_so_far_and_no_further(
    database: Database, there_are: int, total: Total
) -> None:
    rows = select(func.generate_series(1, there_are).label("n"))
    async with database.listing() as connection:
        for page, ids in ((1, [1, 2, 3, 4]), (3, [9, 10][: there_are - 8]), (4, [])):
            asked = PageAsked(page, 4, rows_max=10)
            assert await ids_of_page(connection, rows, rows, asked) == (ids, total)


async def test_a_plan_for_lists_is_made_for_what_is_asked_for(database: Database) -> None:
    async with database.listing() as connection:
        assert await connection.scalar(text("SHOW plan_cache_mode")) == "force_custom_plan"
    async with database.reading() as connection:
        assert await connection.scalar(text("SHOW plan_cache_mode")) == "auto"
