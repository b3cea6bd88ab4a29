"""A guest's link opens one order, until it is revoked."""

import re
from dataclasses import replace

import pytest

from guichet.kernel.clock import now
from guichet.tickets.codes import order_code
from guichet.tickets.domain import Buyer, Order, OrderState
from guichet.tickets.links import OrderLinks

links = OrderLinks("a secret for tests alone", "https://guichet.example")
ORDER = Order(
    order_id=12,
    event_id=1,
    buyer=Buyer(None, "Invité", "ines@example.com", "fr"),
    lines=(),
    total_minor=0,
    currency="EUR",
    state=OrderState.ISSUED,
    created_at=now(),
)


def test_a_link_opens_its_order_and_no_other() -> None:
    token = links.token(12, 1)
    assert re.fullmatch(r"[A-Za-z0-9_-]{24}", token)
    assert links.opens(ORDER, token)
    assert not links.opens(replace(ORDER, order_id=13), token)
    # Order 1 in version 21 must not read like order 12 in version 1.
    assert links.token(1, 21) != links.token(12, 1)


def test_raising_the_version_or_changing_the_secret_ends_every_link() -> None:
    token = links.token(12, 1)
    assert not links.opens(replace(ORDER, access_version=2), token)
    assert not OrderLinks("another secret for tests", "").opens(ORDER, token)


@pytest.mark.parametrize("token", [None, "", " ", "é", "\0", "A" * 24, "A" * 10_000])
def test_anything_else_opens_nothing(token: str | None) -> None:
    assert not links.opens(ORDER, token)


def test_a_token_changed_anywhere_opens_nothing() -> None:
    token = links.token(12, 1)
    for place, sign in enumerate(token):
        other = "A" if sign != "A" else "B"
        assert not links.opens(ORDER, token[:place] + other + token[place + 1 :])


def test_a_buyer_comes_back_to_the_order() -> None:
    assert links.return_url_of(12) == f"https://guichet.example/my/orders/{order_code(12)}"
