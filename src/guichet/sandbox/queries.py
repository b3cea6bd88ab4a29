"""Lists and the search, newest first and by page as at the provider."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from guichet.sandbox.books import Books
from guichet.sandbox.forms import Form
from guichet.sandbox.records import Intent, Refund
from guichet.sandbox.rules import invalid
from guichet.sandbox.shapes import (
    Shape,
    charge_transaction,
    refund_failure_transaction,
    refund_transaction,
)

LIMIT_MAX = 100
PAGE_PARAMS = {"limit", "starting_after", "ending_before", "created", "expand"}

_Item = TypeVar("_Item", Intent, Refund)

_CLAUSE = re.compile(
    r"""\s*(?:metadata\[(['"])(?P<entry>(?:\\.|(?!\1).)+)\1\]|(?P<field>[a-z_]+))\s*"""
    r"""(?P<sign>:|>=|<=|>|<)\s*(?:(["'])(?P<text>(?:\\.|(?!\5).)*)\5|(?P<number>-?\d+))\s*""",
    re.DOTALL,
)
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ":": lambda left, right: left == right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}
Test = Callable[[Intent], bool]


def limit_of(form: Form) -> int:
    """Return the page size; raises `Refused` outside 1 to 100."""
    limit = form.integer("limit")
    if limit is None:
        return 10
    if not 1 <= limit <= LIMIT_MAX:
        raise invalid("Limit must be between 1 and 100", param="limit")
    return limit


def list_intents(books: Books, form: Form) -> tuple[list[Intent], bool]:
    """Return a page of payments, and whether there are more."""
    form.only(PAGE_PARAMS)
    return _page(books.intents, form, books.intent)


def list_refunds(books: Books, form: Form) -> tuple[list[Refund], bool]:
    """Return a page of refunds, of one payment where asked."""
    form.only(PAGE_PARAMS | {"payment_intent", "charge"})
    refunds = books.refunds
    if (intent_id := form.text("payment_intent")) is not None:
        intent = books.intent(intent_id)
        refunds = [] if intent is None else books.refunds_of(intent)
    elif (charge_id := form.text("charge")) is not None:
        found = books.intent_of_charge(charge_id)
        refunds = [] if found is None else books.refunds_of(found[0])
    return _page(refunds, form, books.refund)


def search_intents(books: Books, form: Form) -> tuple[list[Intent], str | None, int]:
    """Return a page of payments that match `query`, the next page's name, and the total.

    The grammar is a part of the provider's: clauses joined by AND, over metadata, status,
    currency, amount and created.
    """
    form.only({"query", "limit", "page", "expand"})
    entries, tests = _parse_query(form.required("query"))
    candidates = books.with_metadata(*entries[0]) if entries else reversed(books.intents)
    matching = [intent for intent in candidates if all(test(intent) for test in tests)]
    start = form.integer("page") or 0
    end = start + limit_of(form)
    return matching[start:end], str(end) if end < len(matching) else None, len(matching)


def list_transactions(books: Books, form: Form) -> tuple[list[Shape], bool]:
    """Return a page of balance transactions; captures and refunds are merged by time."""
    form.only(PAGE_PARAMS | {"type", "source", "currency"})
    wanted = {name: form.text(name) for name in ("type", "source", "currency")}
    after, limit = form.text("starting_after"), limit_of(form)
    created = _created_test(form)
    found: list[Shape] = []
    started = after is None
    for shape in _transactions(books):
        if started and created(shape["created"]) and _fits(shape, wanted):
            found.append(shape)
            if len(found) > limit:
                break
        started = started or shape["id"] == after
    return found[:limit], len(found) > limit


def balance(books: Books) -> Shape:
    """Draw the `balance`: what was captured, less fees and refunds, by currency."""
    totals: dict[str, int] = {}
    for shape in _transactions(books):
        totals[shape["currency"]] = totals.get(shape["currency"], 0) + shape["net"]
    amounts = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(totals.items())
    ]
    return {"object": "balance", "available": amounts, "livemode": False, "pending": []}


def _transactions(books: Books) -> Iterator[Shape]:
    """Yield every movement, newest first. Both series are in order already, so they are merged."""
    captured = (charge_transaction(intent) for intent in reversed(books.intents) if intent.captured)
    refunded = _refund_transactions(books)
    left, right = next(captured, None), next(refunded, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left["created"] > right["created"]):
            if left is not None:
                yield left
            left = next(captured, None)
        else:
            yield right
            right = next(refunded, None)


def _refund_transactions(books: Books) -> Iterator[Shape]:
    for refund in reversed(books.refunds):
        intent = books.intents[refund.intent]
        if refund.status == "failed":
            yield refund_failure_transaction(refund, intent)
        yield refund_transaction(refund, intent)


def _fits(shape: Shape, wanted: dict[str, str | None]) -> bool:
    return all(value is None or shape[name] == value for name, value in wanted.items())


def _page(
    items: list[_Item], form: Form, find: Callable[[str], _Item | None]
) -> tuple[list[_Item], bool]:
    limit, created = limit_of(form), _created_test(form)
    after, before = form.text("starting_after"), form.text("ending_before")
    cursor_id = after or before
    cursor = None if cursor_id is None else find(cursor_id)
    if cursor_id is not None and cursor is None:
        raise invalid("No such object", param="starting_after", code="resource_missing")
    number = -1 if cursor is None else cursor.number
    if cursor is not None and before is not None and after is None:
        newer = (item for item in items if item.number > number and created(item.created))
        page = list(islice(newer, limit + 1))
        return page[:limit][::-1], len(page) > limit
    older = (
        item
        for item in reversed(items)
        if (cursor is None or item.number < number) and created(item.created)
    )
    page = list(islice(older, limit + 1))
    return page[:limit], len(page) > limit


def _created_test(form: Form) -> Callable[[int], bool]:
    bounds = {
        ">=": form.integer("created[gte]"),
        ">": form.integer("created[gt]"),
        "<=": form.integer("created[lte]"),
        "<": form.integer("created[lt]"),
        ":": form.integer("created"),
    }
    given = [(_COMPARISONS[sign], value) for sign, value in bounds.items() if value is not None]
    return lambda at: all(compare(at, value) for compare, value in given)


def _parse_query(query: str) -> tuple[list[tuple[str, str]], list[Test]]:
    """Return the metadata entries asked for, and one test a clause. Raises `Refused`."""
    entries: list[tuple[str, str]] = []
    tests: list[Test] = []
    position = 0
    while position < len(query):
        if tests:
            if query[position : position + 4].upper() != "AND ":
                raise _bad_query()
            position += 4
        clause = _CLAUSE.match(query, position)
        if clause is None:
            raise _bad_query()
        tests.append(_clause_test(clause, entries))
        position = clause.end()
    if not tests:
        raise _bad_query()
    return entries, tests


def _clause_test(clause: re.Match[str], entries: list[tuple[str, str]]) -> Test:
    entry, field, sign = clause["entry"], clause["field"], clause["sign"]
    text = clause["number"] if clause["text"] is None else _unquoted(clause["text"])
    if entry is not None and sign == ":":
        name = _unquoted(entry)
        entries.append((name, text))
        return lambda intent: intent.metadata.get(name) == text
    if field in {"status", "currency"} and sign == ":":
        return lambda intent: getattr(intent, field) == text
    if field in {"amount", "created"} and re.fullmatch(r"-?\d{1,18}", text):
        compare, number = _COMPARISONS[sign], int(text)
        return lambda intent: compare(getattr(intent, field), number)
    raise _bad_query()


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _bad_query() -> Exception:
    return invalid("We were unable to parse your search query.", param="query")
