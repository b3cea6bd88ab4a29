"""Lists and the search, newest first and by page as at the provider."""

import re
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

from guichet.sandbox.books import Books
from guichet.sandbox.forms import Form
from guichet.sandbox.movements import Movement, MovementKind
from guichet.sandbox.records import Dispute, Intent, Refund
from guichet.sandbox.rules import invalid
from guichet.sandbox.shapes import (
    Shape,
    charge_shape,
    charge_transaction,
    dispute_reversal_transaction,
    dispute_shape,
    dispute_transaction,
    fee_of,
    refund_failure_transaction,
    refund_shape,
    refund_transaction,
)

LIMIT_MAX = 100
PAGE_PARAMS = {"limit", "starting_after", "ending_before", "created", "expand"}

_Item = TypeVar("_Item", Intent, Refund, Dispute)

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


def list_disputes(books: Books, form: Form) -> tuple[list[Dispute], bool]:
    """Return a page of disputes, of one payment where asked, and whether there are more."""
    form.only(PAGE_PARAMS | {"payment_intent"})
    disputes = books.disputes
    if (intent_id := form.text("payment_intent")) is not None:
        intent = books.intent(intent_id)
        disputes = [] if intent is None else books.disputes_of(intent)
    return _page(disputes, form, books.dispute)


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
    """Return a page of balance transactions, and whether there are more."""
    form.only({"limit", "starting_after", "created", "expand", "type", "source", "currency"})
    wanted = {name: form.text(name) for name in ("type", "source", "currency")}
    created, limit = _created_test(form), limit_of(form)
    with_source = "data.source" in form.items("expand")
    shapes = (
        (movement, _plain(books, movement))
        for movement in books.movements.before(_start(books, form))
    )
    fitting = (
        _drawn(books, movement, with_source=with_source)
        for movement, shape in shapes
        if created(shape["created"]) and _fits(shape, wanted)
    )
    page = list(islice(fitting, limit + 1))
    return page[:limit], len(page) > limit


def balance(books: Books) -> Shape:
    """Draw the `balance`: what was captured, less fees, refunds and disputes, by currency."""
    totals: dict[str, int] = {}
    for intent in books.intents:
        if intent.captured:
            net = intent.captured - intent.refunded - fee_of(intent)
            totals[intent.currency] = totals.get(intent.currency, 0) + net
    for dispute in books.disputes:
        taken = dispute.fee + (0 if dispute.status == "won" else dispute.amount)
        totals[books.intents[dispute.intent].currency] -= taken
    amounts = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(totals.items())
    ]
    return {"object": "balance", "available": amounts, "livemode": False, "pending": []}


def _start(books: Books, form: Form) -> int:
    """Return the position before which a page of movements begins."""
    after = form.text("starting_after")
    if after is None:
        return len(books.movements)
    found = _movement(books, after)
    position = None if found is None else books.movements.position_of(found)
    if position is None:
        raise invalid("No such balance_transaction", param="starting_after")
    return position


def _movement(books: Books, transaction_id: str) -> Movement | None:
    tail = transaction_id.removeprefix("txn_")
    if (charge := books.intent_of_charge(f"ch_{tail}")) is not None:
        return Movement(MovementKind.CHARGE, charge[0].number)
    if (refund := books.refund(f"re_{tail}")) is not None:
        return Movement(MovementKind.REFUND, refund.number)
    if (refund := books.refund(f"re_{tail.removesuffix('_failure')}")) is not None:
        return Movement(MovementKind.REFUND_FAILURE, refund.number)
    if (dispute := books.dispute(f"du_{tail}")) is not None:
        return Movement(MovementKind.DISPUTE, dispute.number)
    if (dispute := books.dispute(f"du_{tail.removesuffix('_won')}")) is not None:
        return Movement(MovementKind.DISPUTE_REVERSAL, dispute.number)
    return None


def _drawn(books: Books, movement: Movement, *, with_source: bool) -> Shape:
    shape = _plain(books, movement)
    if with_source:
        shape["source"] = _source(books, movement)
    return shape


def _plain(books: Books, movement: Movement) -> Shape:
    if movement.kind is MovementKind.CHARGE:
        return charge_transaction(books.intents[movement.number])
    if movement.kind in {MovementKind.DISPUTE, MovementKind.DISPUTE_REVERSAL}:
        dispute = books.disputes[movement.number]
        disputed = books.intents[dispute.intent]
        if movement.kind is MovementKind.DISPUTE:
            return dispute_transaction(dispute, disputed)
        return dispute_reversal_transaction(dispute, disputed)
    refund = books.refunds[movement.number]
    intent = books.intents[refund.intent]
    if movement.kind is MovementKind.REFUND:
        return refund_transaction(refund, intent)
    return refund_failure_transaction(refund, intent)


def _source(books: Books, movement: Movement) -> Shape:
    """Draw what moved the balance."""
    if movement.kind is MovementKind.CHARGE:
        intent = books.intents[movement.number]
        return charge_shape(intent, len(intent.attempts))
    if movement.kind in {MovementKind.DISPUTE, MovementKind.DISPUTE_REVERSAL}:
        dispute = books.disputes[movement.number]
        return dispute_shape(dispute, books.intents[dispute.intent])
    refund = books.refunds[movement.number]
    return refund_shape(refund, books.intents[refund.intent])


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
