"""The checker is silent where all was kept, and speaks where a promise was broken on purpose."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from storm.checking import contradictions_of, roles_are_as_promised
from storm.facts import Facts
from storm.history import Deed, History, Kind, Reply, Request, Verdict

CODE, EVENT, OWN_EVENT = "ABCD-1234", 5, 6


def order(status: str = "confirmed", **more: Any) -> dict[str, Any]:
    return {
        "code": CODE,
        "event_id": EVENT,
        "status": status,
        "total": "60.00",
        "currency": "EUR",
        "buyer_email": "camille@example.com",
        "refunded": "0.00",
        "refunds": [],
        **more,
    }


def tickets(*statuses: str) -> list[dict[str, Any]]:
    return [{"id": number, "status": status} for number, status in enumerate(statuses, 1)]


def deed(
    kind: Kind, *replies: Reply, key: str | None = None, body: Any = None, **about: Any
) -> Deed:
    return Deed(kind, Request("POST", "/", body, key=key), about, list(replies))


def bought() -> Deed:
    promise = Reply(201, {"order": order(), "tickets": tickets(*["confirmed"] * 3)})
    lost = Reply(0)
    return deed(Kind.PURCHASE, lost, promise, promise, key="k1", is_paid=True)


def history() -> History:
    """One purchase of three tickets: one admitted, one given back, goodwill; an event, a role."""
    of_order: dict[str, Any] = {"order_code": CODE, "event_id": EVENT, "is_paid": True}
    found = History()
    refused = Reply(409, {"code": "already_used"})
    back: dict[str, Any] = {"order_code": CODE, "total": "20.00", "tickets": [{"id": 2}]}
    kindness: dict[str, Any] = {"order_code": CODE, "total": "1.00", "tickets": []}
    found.deeds = [
        bought(),
        deed(Kind.ADMISSION, Reply(200), ticket_id=1, **of_order),
        deed(Kind.ADMISSION, refused, ticket_id=1, **of_order),
        deed(Kind.REFUND, Reply(200, back), key="k2", ticket_id=2, **of_order),
        deed(Kind.GOODWILL, Reply(200, kindness), Reply(200, kindness), key="k3", **of_order),
        deed(Kind.EVENT, Reply(201, {"id": OWN_EVENT, "title": "Orage", "max_tickets": 9})),
        deed(Kind.CHANGE, Reply(200), body={"status": "published"}, event_id=OWN_EVENT),
        deed(Kind.ROLE, Reply(200), account_id=8, role="operator"),
    ]
    return found


def facts() -> Facts:
    """What such a history must have led to."""
    refunds = [{"amount": "20.00", "reason": "holder"}, {"amount": "1.00", "reason": "goodwill"}]
    whole = {
        "order": order(refunded="21.00", refunds=refunds),
        "tickets": tickets("used", "cancelled", "confirmed"),
    }
    return Facts(
        orders={CODE: whole},
        events={OWN_EVENT: {"title": "Orage", "status": "published"}},
        stats={EVENT: {"sold": 2, "held": 0}, OWN_EVENT: {"sold": 0, "held": 0}},
        roles={8: "operator"},
        sold_out_at={EVENT: 3, OWN_EVENT: 9},
    )


def test_kept_promises_are_not_spoken_of() -> None:
    assert contradictions_of(history(), facts()) == []


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (201, "", Verdict.ACKNOWLEDGED),
        (409, "sold_out", Verdict.REFUSED),
        (429, "too_many_holds", Verdict.REFUSED),
        (429, "too_many_requests", Verdict.UNKNOWN),
        (409, "still_running", Verdict.UNKNOWN),
        (202, "", Verdict.UNKNOWN),
        (0, "", Verdict.UNKNOWN),
    ],
)
def test_what_an_answer_comes_to(status: int, code: str, verdict: Verdict) -> None:
    assert Reply(status, {"code": code}).verdict is verdict


def test_turned_away_is_who_was_answered_503_at_once() -> None:
    told = History()
    for status, asked_at, at in ((503, 10, 12.9), (503, 10, 13.1), (503, 1, 2), (201, 10, 10.1)):
        told.begin(deed(Kind.PURCHASE, Reply(status, {}, asked_at, at)))
    assert told.turned_away(5, 20) == 1


Break = Callable[[History, Facts], None]


def shown(facts: Facts) -> Any:
    return facts.orders[CODE]


def stumble(history: History, _: Facts) -> None:
    history.deeds[0].replies.insert(0, Reply(500, {"code": "internal_error"}))


def lose_the_order(_: History, facts: Facts) -> None:
    facts.orders[CODE] = None


def lose_a_ticket(_: History, facts: Facts) -> None:
    shown(facts)["tickets"].pop()


def change_the_price(_: History, facts: Facts) -> None:
    shown(facts)["order"]["total"] = "59.00"


def fail_the_order(_: History, facts: Facts) -> None:
    shown(facts)["order"]["status"] = "failed"


def sell_twice_under_one_key(history: History, _: Facts) -> None:
    other = {"order": order(code="WXYZ-9876"), "tickets": tickets("confirmed")}
    history.deeds[0].replies.append(Reply(201, other))


def take_the_answer_back(history: History, _: Facts) -> None:
    history.deeds[0].replies.append(Reply(409, {"code": "sold_out"}))


def admit_twice(history: History, _: Facts) -> None:
    history.deeds[2].replies.append(Reply(200))


def forget_the_admission(_: History, facts: Facts) -> None:
    shown(facts)["tickets"][0]["status"] = "confirmed"


def cancel_the_admitted(_: History, facts: Facts) -> None:
    shown(facts)["tickets"][0]["status"] = "cancelled"
    facts.stats[EVENT] = {"sold": 1, "held": 0}


def revive_the_cancelled(_: History, facts: Facts) -> None:
    shown(facts)["tickets"][1]["status"] = "confirmed"
    facts.stats[EVENT] = {"sold": 3, "held": 0}


def pay_goodwill_twice(_: History, facts: Facts) -> None:
    shown(facts)["order"]["refunds"].append({"amount": "1.00", "reason": "goodwill"})


def forget_the_refund(_: History, facts: Facts) -> None:
    shown(facts)["order"]["refunded"] = "0.00"


def oversell(_: History, facts: Facts) -> None:
    facts.sold_out_at[EVENT] = 1


def sell_to_nobody(_: History, facts: Facts) -> None:
    facts.stats[EVENT] = {"sold": 3, "held": 0}


def sell_behind_the_back(history: History, _: Facts) -> None:
    history.deeds[0].replies = [Reply(402, {"code": "payment_declined", "order_code": CODE})]


def keep_a_hold(_: History, facts: Facts) -> None:
    facts.stats[EVENT] = {"sold": 2, "held": 1}


def lose_the_event(_: History, facts: Facts) -> None:
    facts.events[OWN_EVENT] = None


def undo_the_publication(_: History, facts: Facts) -> None:
    facts.events[OWN_EVENT] = {"title": "Orage", "status": "draft"}


def take_the_role_back(_: History, facts: Facts) -> None:
    facts.roles = {8: "user"}


BREAKS: Mapping[Break, str] = {
    stumble: "purchase was answered 500 internal_error, 1 times",
    lose_the_order: "does not exist",
    lose_a_ticket: "does not have the tickets",
    change_the_price: "total is 59.00",
    fail_the_order: "acknowledged and is failed",
    sell_twice_under_one_key: "made several orders",
    take_the_answer_back: "granted and refused",
    admit_twice: "let in 2 times",
    forget_the_admission: "let in and is confirmed",
    cancel_the_admitted: "let in and is cancelled",
    revive_the_cancelled: "given back and is confirmed",
    pay_goodwill_twice: "goodwill of",
    forget_the_refund: "went back of",
    oversell: "sold 2 of 1",
    sell_to_nobody: "sold 3, and 2 were promised",
    sell_behind_the_back: "nobody was ever told",
    keep_a_hold: "still holds 1",
    lose_the_event: "created and does not exist",
    undo_the_publication: "status is draft",
    take_the_role_back: "operator was promised",
}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_a_broken_promise_is_found(broken: Break) -> None:
    told, found = history(), copy.deepcopy(facts())
    broken(told, found)
    contradictions = contradictions_of(told, found)
    assert any(BREAKS[broken] in each for each in contradictions), contradictions


def test_an_event_that_is_called_off_takes_back_tickets_of_those_who_are_in() -> None:
    told, found = history(), facts()
    told.deeds.append(deed(Kind.CHANGE, Reply(0), body={"status": "cancelled"}, event_id=EVENT))
    before = contradictions_of(told, copy.deepcopy(found))
    cancel_the_admitted(told, found)
    assert contradictions_of(told, found) == before


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (Reply(0), Verdict.UNKNOWN),
        (Reply(202), Verdict.UNKNOWN),
        (Reply(502), Verdict.UNKNOWN),
        (Reply(409, {"code": "still_running"}), Verdict.UNKNOWN),
        (Reply(409, {"code": "sold_out"}), Verdict.REFUSED),
        (Reply(402), Verdict.REFUSED),
        (Reply(201), Verdict.ACKNOWLEDGED),
    ],
)
def test_what_an_answer_promises(reply: Reply, verdict: Verdict) -> None:
    assert reply.verdict is verdict
    assert deed(Kind.PURCHASE, reply).verdict is verdict
    assert deed(Kind.PURCHASE, Reply(201), reply).verdict is Verdict.ACKNOWLEDGED


def test_a_role_that_was_asked_for_again_counts_from_then() -> None:
    told = History()
    for role, replies in (
        ("operator", (Reply(502, asked_at=1.0, at=2.0), Reply(200, asked_at=9.0, at=10.0))),
        ("user", (Reply(200, asked_at=3.0, at=4.0),)),
    ):
        told.begin(deed(Kind.ROLE, *replies, account_id=8, role=role))
    assert roles_are_as_promised(told, Facts(roles={8: "operator"})) == []
    assert roles_are_as_promised(told, Facts(roles={8: "user"})) == [
        "account 8 is user, operator was promised"
    ]
