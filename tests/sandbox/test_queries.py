"""Lists and the search give what is asked for, page by page, and nothing else."""

from urllib.parse import urlencode

import pytest
from msgspec.structs import replace

from guichet.sandbox import queries
from guichet.sandbox.books import Books
from guichet.sandbox.fees import STANDARD_FEE
from guichet.sandbox.forms import Form
from guichet.sandbox.records import Record
from guichet.sandbox.rules import Refused
from tests.sandbox.making import a_paid_intent, a_refund, an_intent


@pytest.fixture
def books() -> Books:
    found = Books()
    for number in range(25):
        make = an_intent if number % 5 == 0 else a_paid_intent
        metadata = {"order_key": f"k{number}", "table": str(number % 2), "o'k\\": "a'b"}
        found.apply(
            Record(
                intent=make(number, created=1_000 + number, amount=100 + number, metadata=metadata)
            )
        )
    for number, intent, amount, refunded in ((0, 1, 30, 30), (1, 2, 40, 0), (2, 1, 50, 80)):
        refund = a_refund(number, intent, amount, created=2_000 + number)
        if number == 1:
            refund = replace(refund, status="failed")
        found.apply(Record(intent=replace(found.intents[intent], refunded=refunded), refund=refund))
    return found


def form(**fields: object) -> Form:
    return Form(urlencode(fields).encode())


def search(books: Books, query: str, **more: object) -> list[int]:
    found, _next, _total = queries.search_intents(books, form(query=query, **more))
    return [intent.number for intent in found]


def test_pages_are_newest_first_and_complete(books: Books) -> None:
    seen: list[int] = []
    after: dict[str, object] = {}
    more = True
    while more:
        page, more = queries.list_intents(books, form(limit=7, **after))
        seen += [intent.number for intent in page]
        after = {"starting_after": page[-1].id}
    assert seen == list(range(24, -1, -1))


def test_a_page_before_another(books: Books) -> None:
    page, more = queries.list_intents(books, form(limit=3, ending_before=books.intents[10].id))
    assert ([intent.number for intent in page], more) == ([13, 12, 11], True)


def test_created_bounds(books: Books) -> None:
    bounds = {"created[gte]": 1_003, "created[lt]": 1_006}
    page, _more = queries.list_intents(books, form(**bounds))
    assert [intent.number for intent in page] == [5, 4, 3]


def test_refunds_of_one_payment(books: Books) -> None:
    intent = books.intents[1]
    by_intent, _ = queries.list_refunds(books, form(payment_intent=intent.id))
    by_charge, _ = queries.list_refunds(books, form(charge=intent.charge_id))
    nobody, _ = queries.list_refunds(books, form(payment_intent="pi_x"))
    everything, _ = queries.list_refunds(books, form())
    assert [refund.amount for refund in by_intent] == [50, 30]
    assert by_charge == by_intent
    assert nobody == []
    assert len(everything) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("metadata['order_key']:'k7'", [7]),
        ('metadata["table"]:"1" AND amount>120', [23, 21]),
        ("status:'requires_payment_method' AND created<=1005", [5, 0]),
        ("amount>=123 AND currency:'eur'", [24, 23]),
        (r"metadata['o\'k\\']:'a\'b' AND amount:100", [0]),
        ("metadata['order_key']:'k7' AND status:'canceled'", []),
        ("metadata['order_key']:'nobody'", []),
    ],
)
def test_searches(books: Books, query: str, found: list[int]) -> None:
    assert search(books, query) == found


def test_search_pages(books: Books) -> None:
    first, following, total = queries.search_intents(books, form(query="amount>0", limit=20))
    assert (len(first), following, total) == (20, "20", 25)
    assert search(books, "amount>0", limit=20, page=following) == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    "query",
    ["", " ", "x", "status>'a'", "amount:'x'", "metadata['a']>'b'", "amount>1 OR amount<2", "a:'b"],
)
def test_other_queries_are_refused(books: Books, query: str) -> None:
    with pytest.raises(Refused):
        search(books, query)


@pytest.mark.parametrize(
    "fields", [{"limit": 0}, {"limit": 101}, {"x": 1}, {"starting_after": "x"}]
)
def test_other_pages_are_refused(books: Books, fields: dict[str, object]) -> None:
    with pytest.raises(Refused):
        queries.list_intents(books, form(**fields))


def test_transactions_are_complete_and_ordered(books: Books) -> None:
    seen: list[dict[str, object]] = []
    after: dict[str, object] = {}
    more = True
    while more:
        page, more = queries.list_transactions(books, form(limit=6, **after))
        seen += page
        after = {"starting_after": page[-1]["id"]}
    assert len(seen) == len({shape["id"] for shape in seen}) == 20 + 4
    times = [int(str(shape["created"])) for shape in seen]
    assert times == sorted(times, reverse=True)


def test_a_page_behind_nothing_is_refused(books: Books) -> None:
    for after in ("txn_x", f"txn_{(an_intent(0).id)[3:]}01"):
        with pytest.raises(Refused):
            queries.list_transactions(books, form(starting_after=after))


def test_transactions_are_filtered(books: Books) -> None:
    refunds, _ = queries.list_transactions(books, form(type="refund"))
    assert sorted(shape["amount"] for shape in refunds) == [-50, -40, -30]
    charge_id = books.intents[3].charge_id
    of_charge, _ = queries.list_transactions(books, form(source=charge_id))
    assert [shape["amount"] for shape in of_charge] == [103]


def test_the_balance_is_what_is_left(books: Books) -> None:
    amounts = [100 + number for number in range(25) if number % 5]
    left = sum(amounts) - sum(map(STANDARD_FEE.of, amounts)) - 30 - 50
    assert queries.balance(books)["available"][0]["amount"] == left
