"""Places: never more sold than there are, never twice, never to the wrong one."""

from tools.mutations import Mutation

STOCK = "src/guichet/tickets/repository/stock.py"
ORDERS = "src/guichet/tickets/repository/orders.py"
DECIDING = "src/guichet/tickets/deciding.py"

MUTATIONS = (
    Mutation(
        "stock-row-lock",
        "Whoever decides about places has the event's stock locked, also between replicas.",
        STOCK,
        "ORDER BY ticket_type_id FOR UPDATE",
        "ORDER BY ticket_type_id",
        ("tests/tickets/test_locks.py::test_stock_is_decided_about_by_one",),
    ),
    Mutation(
        "capacity-in-the-rules",
        "No more places are granted than are left.",
        DECIDING,
        "if quantity > stock.left:",
        "if quantity > stock.capacity:",
        ("tests/tickets/test_selling.py::test_300_buyers_of_100_tickets_get_exactly_100",),
    ),
    Mutation(
        "capacity-in-the-database",
        "The database itself refuses more promises than there are places.",
        "src/guichet/tickets/migrations/versions/0002_sales.py",
        "sold >= 0 AND held >= 0 AND sold + held <= capacity",
        "sold >= 0 AND held >= 0",
        ("tests/tickets/test_locks.py::test_the_database_refuses_more_promises_than_places",),
    ),
    Mutation(
        "limit-for-each-account",
        "Nobody buys more of an event than its organiser allows.",
        DECIDING,
        "if limit is not None and total + sum(allotted.values()) > limit:",
        "if limit is not None and total > limit:",
        ("tests/tickets/test_selling.py::test_limits_hold_in_parallel",),
    ),
    Mutation(
        "hold-of-an-account",
        "A hold of an account is turned into an order by that account alone.",
        DECIDING,
        "if hold.buyer.account_id not in (None, buyer.account_id):",
        "if hold.buyer.account_id not in (None, buyer.account_id) and buyer.account_id is None:",
        (
            "tests/tickets/test_deciding.py::test_a_hold_serves_its_account_or_whoever_knows_an_unnamed_one",
            "tests/tickets/test_selling.py::test_an_account_hold_is_its_own",
        ),
    ),
    Mutation(
        "hold-ended-while-swept",
        "The sweeper ends only what is still held once it has the lock.",
        "src/guichet/tickets/holding.py",
        'if hold.state == "active" and (state != "expired" or hold.expires_at <= at)',
        "if True",
        ("tests/tickets/test_locks.py::test_what_ended_before_it_was_locked_is_not_swept",),
    ),
    Mutation(
        "swept-places-come-back",
        "What the sweeper ends goes back on sale.",
        "src/guichet/tickets/holding.py",
        "            give_back(offers[hold.event_id], hold.lines)",
        "            pass",
        ("tests/tickets/test_holding.py::test_the_sweeper_frees_what_is_overdue_and_nothing_else",),
    ),
    Mutation(
        "holds-for-each-buyer",
        "Nobody keeps an event from others by holding again and again.",
        "src/guichet/tickets/stock.py",
        "if buyer and batch.holds_by_buyer.get(buyer, 0) >= HOLDS_PER_BUYER_MAX:",
        "if buyer and batch.holds_by_buyer.get(buyer, 0) < 0:",
        ("tests/tickets/test_selling.py::test_holds_are_capped_for_each_buyer",),
    ),
    Mutation(
        "promo-limit",
        "A promo code is used as often as its organiser allows.",
        "src/guichet/tickets/promo_codes.py",
        "promo.uses >= promo.max_uses",
        "promo.uses > promo.max_uses",
        (
            "tests/tickets/test_promo_codes.py::test_each_rule_has_its_refusal",
            "tests/tickets/test_promoting.py::test_fifty_of_two_hundred_at_once_get_a_code_of_fifty_uses",
        ),
    ),
    Mutation(
        "promo-counted-within-a-batch",
        "Two who use a code's last use at the same moment do not both get it.",
        "src/guichet/tickets/stock.py",
        "        promo.uses += 1",
        "        promo.uses += 0",
        (
            "tests/tickets/test_promoting.py::test_fifty_of_two_hundred_at_once_get_a_code_of_fifty_uses",
        ),
    ),
    Mutation(
        "one-order-a-key",
        "The same purchase sent twice is one purchase.",
        ORDERS,
        '" ON CONFLICT (key) DO NOTHING RETURNING key"',
        '" ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint RETURNING key"',
        ("tests/tickets/test_selling.py::test_the_same_key_gives_the_same_order_also_in_parallel",),
    ),
    Mutation(
        "key-of-another",
        "A key answers nobody but the one who used it, for nothing but what it was used for.",
        "src/guichet/tickets/places.py",
        "            repeated[position] = Refused(Refusal.KEY_REUSED)",
        "            pass",
        ("tests/tickets/test_selling.py::test_a_key_with_another_body_or_buyer_is_refused",),
    ),
    Mutation(
        "saga-version",
        "Of two runners of one order, the slower one changes nothing.",
        "src/guichet/tickets/issuing.py",
        "is_current = stored is not None and stored.saga_version == order.saga_version",
        "is_current = stored is not None",
        (
            "tests/tickets/test_purchase.py::test_a_zombie_that_wakes_up_late_changes_nothing",
            "tests/tickets/test_issuing.py::test_one_batch_serves_refuses_and_overtakes_each_order_for_itself",
        ),
    ),
    Mutation(
        "saga-lease",
        "An order that somebody runs is not taken up by another.",
        ORDERS,
        "AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)",
        "AND run_at <= $1",
        ("tests/tickets/test_locks.py::test_an_order_that_is_being_run_is_not_claimed",),
    ),
    Mutation(
        "no-tickets-of-a-cancelled-event",
        "Whose payment succeeds after the event was called off gets the money back, no tickets.",
        "src/guichet/tickets/issuing.py",
        'if offers[orders[i].event_id].status != "cancelled"',
        "if True",
        (
            "tests/tickets/test_issuing.py::test_one_batch_serves_refuses_and_overtakes_each_order_for_itself",
            "tests/tickets/http_api/test_hot.py::test_an_event_cancelled_while_the_buyer_pays_is_410_and_gives_the_money_back",
        ),
    ),
    Mutation(
        "ticket-secret-at-the-door",
        "A ticket's number does not admit: its secret does.",
        "src/guichet/tickets/admission.py",
        "if request.secret is not None and request.secret != ticket.secret:",
        "if request.secret is not None and not request.secret:",
        ("tests/tickets/test_admission.py::test_a_wrong_secret_or_number_is_no_ticket",),
    ),
    Mutation(
        "admission-row-lock",
        "A ticket admits once, also between replicas.",
        "src/guichet/tickets/repository/admissions.py",
        "ORDER BY ticket_id FOR UPDATE",
        "ORDER BY ticket_id",
        ("tests/tickets/test_locks.py::test_a_ticket_is_presented_to_one_and_given_back_to_one",),
    ),
    Mutation(
        "admission-of-other-organisers",
        "An organiser admits to events of their own.",
        "src/guichet/tickets/admission.py",
        "if request.creator_id is not None and request.creator_id != known.creator_id:",
        "if request.creator_id is not None and not known.creator_id:",
        ("tests/tickets/test_admission.py::test_an_organiser_admits_to_events_of_their_own_only",),
    ),
)
