"""A text is found among the first rows of a list, or by trigrams in all: never by reading all."""

import pytest
from sqlalchemy import func, select

from guichet.kernel import searching
from guichet.kernel.database import Database


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds that ten rows reach."""
    monkeypatch.setattr(searching, "FOUND_ENOUGH", 3)
    monkeypatch.setattr(searching, "FOUND_MAX", 5)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("in_the_first", "everywhere", "found", "is_whole"),
    [
        (0, 0, 0, True),
        (2, 4, 4, True),
        (2, 5, 5, True),
        (2, 6, 5, False),
        (3, 9, 3, False),
        (9, 9, 5, False),
    ],
)
async def test_what_is_found_and_whether_that_is_all(
    database: Database, in_the_first: int, everywhere: int, found: int, is_whole: bool
) -> None:
    first, all_of_them = (
        select(func.generate_series(1, number).label("id")) for number in (in_the_first, everywhere)
    )
    async with database.listing() as connection:
        ids, whole = await searching.ids_with_text(connection, "x", first, all_of_them)
    assert (ids, whole) == (list(range(1, found + 1)), is_whole)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("text", "addressed", "found", "is_whole"),
    [
        ("zoe@example.com", 1, [1], True),
        ("zoe@example.com", 5, [1, 2, 3, 4, 5], True),
        ("zoe@example.com", 6, [1, 2, 3, 4, 5], False),
        # Nobody's own: a part of few others, or of many where little stands before the @.
        ("zoe@example.com", 0, [1, 2], True),
        ("z@example.com", 0, [1, 2, 3, 4], False),
        ("z@example.com", 1, [1], True),
    ],
)
async def test_those_whose_address_is_the_text_count_alone(
    database: Database, text: str, addressed: int, found: list[int], is_whole: bool
) -> None:
    exact, first, others = (
        select(func.generate_series(1, number).label("id")) for number in (addressed, 4, 2)
    )
    async with database.listing() as connection:
        ids = await searching.ids_with_text(connection, text, first, others, exact)
    assert ids == (found, is_whole)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Zoé@Example.com", "zoé@example.com"),
        (" zoe+tickets@mail.example.org ", "zoe+tickets@mail.example.org"),
        ("zoe@example", None),
        ("zoe@example.", None),
        ("zoe@example.c", None),
        ("@example.com", None),
        ("zoe@", None),
        ("Zoé Martin zoe@example.com", None),
        ("zoe@martin@example.com", None),
    ],
)
def test_a_whole_address_is_told_from_a_part(text: str, address: str | None) -> None:
    assert searching.whole_address(text) == address


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("ami", True),
        ("AMILLE d", True),
        ("ca", True),
        ("du", True),
        ("mi", False),
        ("d", True),
        ("i", False),
        ("%", False),
        ("_amille", False),
        ("@ex", True),
        (" camille", True),
        ("dupontx", False),
        ("Mille@example.com", True),
        ("amille@ex", True),
        ("le@example.com", True),
        ("camille@exemple", False),
        ("@example.com", True),
        ("_amille@example.com", False),
        ("camille@ex%", False),
    ],
)
async def test_a_short_text_counts_where_a_word_begins(
    database: Database, text: str, is_found: bool
) -> None:
    searched = func.lower(" Camille Dupont camille@example.com")
    async with database.reading() as connection:
        assert await connection.scalar(select(searching.has_text(searched, text))) is is_found
