"""Pages of a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

PER_PAGE_DEFAULT = 20
PER_PAGE_MAX = 100
PAGE_MAX = 100_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page is wanted; counts from 1."""

    page: int
    per_page: int

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.page - 1) * self.per_page


class Page(BaseModel, Generic[T]):
    """One page of a list, as clients see it."""

    data: list[T]
    current_page: int
    per_page: int
    last_page: int
    total: int


def page_of(data: Sequence[T], total: int, asked: PageAsked) -> Page[T]:
    """Return the page; `last_page` is 1 for an empty list."""
    return Page(
        data=list(data),
        current_page=asked.page,
        per_page=asked.per_page,
        last_page=max(1, -(-total // asked.per_page)),
        total=total,
    )


def _asked(
    page: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 1,
    per_page: Annotated[int, Query(ge=1, le=PER_PAGE_MAX)] = PER_PAGE_DEFAULT,
) -> PageAsked:
    return PageAsked(page, per_page)


Paging = Annotated[PageAsked, Depends(_asked)]
"""The parameter of a route that answers with a page."""
