"""The history against the facts: whatever was promised must be so, and no more than once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from storm.facts import Facts
from storm.history import Deed, History, Kind, Reply, Verdict, order_code_of

LIVE = {"confirmed", "used"}
INTERNAL_ERROR = 500


def contradictions_of(history: History, facts: Facts) -> list[str]:
    """Return a sentence for each promise that was not kept, none where all were."""
    return [
        *nothing_was_unforeseen(history),
        *keys_had_one_effect(history),
        *orders_are_as_promised(history, facts),
        *nobody_came_in_twice(history, facts),
        *cancelled_stays_cancelled(history, facts),
        *money_went_back_once(history, facts),
        *stock_is_what_was_promised(history, facts),
        *events_are_as_promised(history, facts),
        *roles_are_as_promised(history, facts),
    ]


def nothing_was_unforeseen(history: History) -> list[str]:
    """Whatever is away, somebody has thought of it: 502, 503, 504 or an order that waits."""
    counted = Counter(
        f"{deed.kind} was answered {INTERNAL_ERROR} {reply.code}"
        for deed in history.deeds
        for reply in deed.replies
        if reply.status == INTERNAL_ERROR
    )
    return [f"{said}, {count} times" for said, count in counted.items()]


def keys_had_one_effect(history: History) -> list[str]:
    """One key names one order, one hold, one refund, with the same content in every 2xx."""
    wrong: list[str] = []
    for deed in history.of(Kind.PURCHASE, Kind.HOLD, Kind.REFUND, Kind.GOODWILL):
        codes = {code for reply in deed.replies if (code := order_code_of(reply.body))}
        if len(codes) > 1:
            wrong.append(f"key {deed.request.key} made several orders: {sorted(codes)}")
        effects = {_effect(deed.kind, reply.body) for reply in deed.promises}
        if len(effects) > 1:
            wrong.append(f"key {deed.request.key} was answered differently: {sorted(effects)}")
        if deed.promises and any(reply.verdict is Verdict.REFUSED for reply in deed.replies):
            refusals = [reply.code for reply in deed.replies if reply.verdict is Verdict.REFUSED]
            wrong.append(f"key {deed.request.key} was granted and refused: {refusals}")
    return wrong


def _effect(kind: Kind, body: Mapping[str, Any]) -> str:
    """Return what must be the same in each answer under one key."""
    match kind:
        case Kind.PURCHASE:
            return f"{body['order']['code']} {_ids(body['tickets'])} {body['order']['total']}"
        case Kind.HOLD:
            return str(body["hold"]["id"])
        case _:
            return f"{body['order_code']} {_ids(body['tickets'])} {body['total']}"


def _ids(tickets: Iterable[Mapping[str, Any]]) -> list[int]:
    return sorted(int(ticket["id"]) for ticket in tickets)


def orders_are_as_promised(history: History, facts: Facts) -> list[str]:
    """Every order that was acknowledged exists, with its event, price and tickets."""
    wrong: list[str] = []
    for deed in history.of(Kind.PURCHASE):
        code = deed.order_code
        if not deed.promises or code is None:
            continue
        found = facts.orders.get(code)
        if found is None:
            wrong.append(f"order {code} was acknowledged and does not exist")
            continue
        promised = deed.promise
        for name in ("event_id", "total", "currency", "buyer_email"):
            if found["order"][name] != promised["order"][name]:
                wrong.append(
                    f"order {code}: {name} is {found['order'][name]},"
                    f" {promised['order'][name]} was promised"
                )
        if _ids(found["tickets"]) != _ids(promised["tickets"]):
            wrong.append(f"order {code} does not have the tickets that were promised")
        if found["order"]["status"] in {"failed", "pending"}:
            wrong.append(f"order {code} was acknowledged and is {found['order']['status']}")
    return wrong


def nobody_came_in_twice(history: History, facts: Facts) -> list[str]:
    """A ticket was let in once at most; where somebody was told so, it is used.

    An event that is called off takes back the tickets of those who are in, too.
    """
    wrong: list[str] = []
    let_in = [deed for deed in history.of(Kind.ADMISSION) if deed.promises]
    admitted = Counter(int(deed.about["ticket_id"]) for deed in let_in for _ in deed.promises)
    called_off = {
        deed.about["event_id"]
        for deed in history.of(Kind.CHANGE)
        if (deed.request.body or {}).get("status") == "cancelled"
    }
    taken_back = {
        int(deed.about["ticket_id"]) for deed in let_in if deed.about["event_id"] in called_off
    }
    wrong += [
        f"ticket {ticket} was let in {times} times"
        for ticket, times in admitted.items()
        if times > 1
    ]
    statuses = _ticket_statuses(facts)
    wrong += [
        f"ticket {ticket} was let in and is {statuses.get(ticket)}"
        for ticket in admitted
        if statuses.get(ticket) != "used"
        and not (ticket in taken_back and statuses.get(ticket) == "cancelled")
    ]
    return wrong


def _ticket_statuses(facts: Facts) -> dict[int, str]:
    return {
        int(ticket["id"]): str(ticket["status"])
        for order in facts.orders.values()
        if order is not None
        for ticket in order["tickets"]
    }


def cancelled_stays_cancelled(history: History, facts: Facts) -> list[str]:
    """A ticket that was given back is no longer valid."""
    statuses = _ticket_statuses(facts)
    return [
        f"ticket {ticket} was given back and is {statuses.get(ticket)}"
        for deed in history.of(Kind.CANCEL, Kind.REFUND)
        if deed.promises
        for ticket in [int(deed.about["ticket_id"])]
        if statuses.get(ticket) != "cancelled"
    ]


def money_went_back_once(history: History, facts: Facts) -> list[str]:
    """The refunds of an order are those that were promised: each once, and no other."""
    promised: dict[str, list[Deed]] = defaultdict(list)
    for deed in history.of(Kind.GOODWILL):
        if deed.promises:
            promised[deed.about["order_code"]].append(deed)
    wrong: list[str] = []
    for code, deeds in promised.items():
        order = facts.orders.get(code)
        refunds: list[dict[str, Any]] = order["order"]["refunds"] if order is not None else []
        given = sorted(Decimal(r["amount"]) for r in refunds if r["reason"] == "goodwill")
        expected = sorted(Decimal(deed.promise["total"]) for deed in deeds)
        if given != expected:
            wrong.append(f"order {code}: goodwill of {given}, {expected} was promised")
    for deed in history.of(Kind.CANCEL, Kind.REFUND):
        code = str(deed.about["order_code"])
        order = facts.orders.get(code)
        if deed.promises and deed.about["is_paid"] and order is not None:
            back = Decimal(order["order"]["refunded"])
            if not 0 < back <= Decimal(order["order"]["total"]):
                wrong.append(f"order {code}: {back} went back of {order['order']['total']}")
    return wrong


def stock_is_what_was_promised(history: History, facts: Facts) -> list[str]:
    """No event sold more than it has; all that is sold was promised to somebody; none is held."""
    wrong: list[str] = []
    live: Counter[int] = Counter()
    known = {deed.order_code for deed in history.of(Kind.PURCHASE) if deed.promises}
    for code, order in facts.orders.items():
        if order is not None:
            valid = [ticket for ticket in order["tickets"] if ticket["status"] in LIVE]
            live[int(order["order"]["event_id"])] += len(valid)
            if valid and code not in known:
                wrong.append(f"order {code} has tickets, and nobody was ever told so")
    for event_id, stats in facts.stats.items():
        sold, held, places = stats["sold"], stats["held"], facts.sold_out_at[event_id]
        if sold > places:
            wrong.append(f"event {event_id} sold {sold} of {places}")
        if sold != live[event_id]:
            wrong.append(f"event {event_id} sold {sold}, and {live[event_id]} were promised")
        if held:
            wrong.append(f"event {event_id} still holds {held} places")
    return wrong


def events_are_as_promised(history: History, facts: Facts) -> list[str]:
    """Every event that was created exists, as the last change that was acknowledged made it."""
    wrong: list[str] = []
    changes: dict[int, list[Deed]] = defaultdict(list)
    for deed in history.of(Kind.CHANGE):
        changes[int(deed.about["event_id"])].append(deed)
    for deed in history.of(Kind.EVENT):
        if not deed.promises:
            continue
        event_id = int(deed.promise["id"])
        found = facts.events.get(event_id)
        if found is None:
            wrong.append(f"event {event_id} was created and does not exist")
            continue
        wanted: dict[str, Any] = {"title": deed.promise["title"], "status": "draft"}
        for change in changes[event_id]:
            if change.promises:
                wanted |= change.request.body
        wrong += [
            f"event {event_id}: {name} is {found[name]}, {value} was promised"
            for name, value in wanted.items()
            if not _is_same(found[name], value)
        ]
    return wrong


def _is_same(shown: Any, wanted: Any) -> bool:
    if shown == wanted:
        return True
    try:
        return datetime.fromisoformat(str(shown)) == datetime.fromisoformat(str(wanted))
    except ValueError:
        return False


def roles_are_as_promised(history: History, facts: Facts) -> list[str]:
    """The last role that was given is the role; one asked for again counts from then.

    Of several asked for at the same time, any may have been the last.
    """
    given: dict[int, list[tuple[Reply, str]]] = {}
    for deed in history.of(Kind.ROLE):
        for reply in deed.promises:
            role = str(deed.about["role"])
            given.setdefault(int(deed.about["account_id"]), []).append((reply, role))
    wrong: list[str] = []
    for account, promises in given.items():
        last_asked_at = max(reply.asked_at for reply, _ in promises)
        last = {role for reply, role in promises if reply.at >= last_asked_at}
        if facts.roles.get(account) not in last:
            names = " or ".join(sorted(last))
            wrong.append(f"account {account} is {facts.roles.get(account)}, {names} was promised")
    return wrong
