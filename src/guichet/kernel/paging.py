"""Pages of a list, however long it is.

A list is counted and leafed through only so far: what is shown of it then costs the same in a
table of a thousand rows and of a million. Who needs what lies beyond narrows the list down, or
takes it along whole as a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import ARRAY, BigInteger, Select, func, select

from guichet.kernel.database import Transaction

COUNTED_MAX = 10_000
"""How many rows of a list are counted, and can be leafed through."""
PER_PAGE_DEFAULT = 20
PER_PAGE_MAX = 100
PAGE_MAX = 100_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page is wanted; counts from 1. `rows_max` is how far the list goes at most."""

    page: int
    per_page: int
    rows_max: int = COUNTED_MAX

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page

    @property
    def limit(self) -> int:
        """How many rows the page may show: none where it lies beyond the last one."""
        return max(0, min(self.per_page, self.rows_max - self.offset))


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list has; at least so many where `is_exact` is False."""

    rows: int
    is_exact: bool = True


async def ids_of_page(
    connection: Transaction, ordered: Select[Any], counted: Select[Any], asked: PageAsked
) -> tuple[list[int], Total]:
    """Return the ids on a page, and how many there are in all, counted no further than it goes.

    `ordered` gives the ids in the list's order. `counted` gives as many, best the oldest first:
    what has not changed for a while is counted by index alone.
    """
    # Both in one statement: on a busy machine a trip to the database costs more than either.
    counting = select(func.count()).select_from(counted.limit(asked.rows_max + 1).subquery())
    page = ordered.limit(asked.limit).offset(asked.offset)
    found = await connection.execute(
        select(
            counting.scalar_subquery(),
            func.array(page.scalar_subquery(), type_=ARRAY(BigInteger)),
        )
    )
    number, ids = found.one()
    return list(ids), Total(min(number, asked.rows_max), number <= asked.rows_max)


class Page(BaseModel, Generic[T]):
    """One page of a list, as clients see it; pages beyond `last_page` are empty."""

    data: list[T]
    current_page: int
    per_page: int
    last_page: int
    total: int = Field(description="How many there are; at least so many if not exact.")
    total_is_exact: bool = Field(description="False where there are more than `total`.")


def page_of(data: Sequence[T], total: Total, asked: PageAsked) -> Page[T]:
    """Return the page; `last_page` is 1 for an empty list."""
    return Page(
        data=list(data),
        current_page=asked.page,
        per_page=asked.per_page,
        last_page=max(1, -(-total.rows // asked.per_page)),
        total=total.rows,
        total_is_exact=total.is_exact,
    )


async def _asked(
    page: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 1,
    per_page: Annotated[int, Query(ge=1, le=PER_PAGE_MAX)] = PER_PAGE_DEFAULT,
) -> PageAsked:
    return PageAsked(page, per_page)


Paging = Annotated[PageAsked, Depends(_asked)]
"""The parameter of a route that answers with a page."""
