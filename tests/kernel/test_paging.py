"""Pages are bounded, and say where they stand."""

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from guichet.kernel.paging import PAGE_MAX, PER_PAGE_MAX, Page, PageAsked, Paging, page_of
from tests.kernel.asgi import call

app = FastAPI()


@app.get("/numbers")
async def numbers(asked: Paging) -> Page[int]:
    everything = range(57)
    return page_of(everything[asked.offset : asked.offset + asked.per_page], 57, asked)


async def test_a_page_has_the_members_that_clients_know() -> None:
    answer = await call(app, "GET", "/numbers", query="page=3")
    assert answer.json == {
        "data": list(range(40, 57)),
        "current_page": 3,
        "per_page": 20,
        "last_page": 3,
        "total": 57,
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
    last = page_of([], total, PageAsked(1, per_page)).last_page
    assert last >= 1
    assert PageAsked(last, per_page).offset < max(total, 1)
    assert PageAsked(last + 1, per_page).offset >= total
