"""One contract: the fake, the Stripe adapter on the sandbox, and on the provider's own shapes."""

from datetime import UTC, datetime
from functools import partial

import pytest

from guichet.tickets.payments import BUYER_CHOOSES, PaymentOutcome, PaymentProvider, RefundOutcome
from guichet.tickets.refused_refunds import CHARGE_DISPUTED
from tests.fakes.payments import FakeProvider, ProviderBrokeError, Twist
from tests.tickets.payments.cards import ASKS_BUYER, DECLINED, LACKS_FUNDS, PAYS
from tests.tickets.payments.stands import Stand, an_order, paid

NOON = datetime(2027, 6, 15, 12, 0, tzinfo=UTC)


class TestCharge:
    async def test_a_good_card_is_charged_once(self, stand: Stand, key: str) -> None:
        first = await stand.provider.charge(order_key=key, **an_order())
        again = await stand.provider.charge(order_key=key, **an_order())
        assert first == again
        assert (first.outcome, first.amount_minor) == (PaymentOutcome.PAID, 4200)
        assert first.method_label == "visa •••• 4242"
        assert stand.captures(key) == 1

    @pytest.mark.parametrize(
        ("method", "code"), [(DECLINED, "generic_decline"), (LACKS_FUNDS, "insufficient_funds")]
    )
    async def test_a_declined_card_stays_declined(
        self, stand: Stand, key: str, method: str, code: str
    ) -> None:
        for _ in range(2):
            result = await stand.provider.charge(order_key=key, **an_order(method))
            assert (result.outcome, result.decline_code) == (PaymentOutcome.DECLINED, code)
        assert stand.captures(key) == 0

    async def test_another_key_is_another_try(self, stand: Stand, key: str) -> None:
        await stand.provider.charge(order_key=f"{key}:1", **an_order(DECLINED))
        second = await stand.provider.charge(order_key=f"{key}:2", **an_order(PAYS))
        assert second.outcome is PaymentOutcome.PAID

    async def test_a_card_may_want_its_holder(self, stand: Stand, key: str) -> None:
        result = await stand.provider.charge(order_key=key, **an_order(ASKS_BUYER))
        assert result.outcome is PaymentOutcome.NEEDS_BUYER
        assert result.next_action is not None
        assert result.next_action.url is not None
        assert result.next_action.client_secret is not None
        assert result.next_action.client_secret not in repr(result)
        assert stand.captures(key) == 0

    async def test_the_holder_passes(self, stand: Stand, key: str) -> None:
        order = an_order(ASKS_BUYER)
        waiting = await stand.provider.charge(order_key=key, **order)
        stand.finish_at_bank(waiting.intent_id or "", passed=True)
        for intent_id in (waiting.intent_id, None):
            found = await stand.provider.find(order_key=key, intent_id=intent_id, **order)
            assert (found.outcome, found.amount_minor) == (PaymentOutcome.PAID, 4200)
        assert stand.captures(key) == 1

    async def test_the_holder_fails(self, stand: Stand, key: str) -> None:
        order = an_order(ASKS_BUYER)
        waiting = await stand.provider.charge(order_key=key, **order)
        stand.finish_at_bank(waiting.intent_id or "", passed=False)
        found = await stand.provider.find(order_key=key, intent_id=waiting.intent_id, **order)
        assert found.outcome is PaymentOutcome.DECLINED
        assert found.decline_code == "payment_intent_authentication_failure"


VISA, REFUSED = "4242 4242 4242 4242", "4000 0000 0000 0002"


class TestBuyerChooses:
    """Card data go between the browser and the provider alone."""

    async def test_the_payment_waits_for_the_browser(self, stand: Stand, key: str) -> None:
        order = an_order(BUYER_CHOOSES)
        first = await stand.provider.charge(order_key=key, **order)
        again = await stand.provider.charge(order_key=key, **order)
        assert first == again
        assert first.outcome is PaymentOutcome.NEEDS_BUYER
        assert first.next_action is not None
        assert first.next_action.type == "confirm_payment"
        assert first.next_action.client_secret
        stand.pay_in_browser(first, VISA)
        for intent_id in (first.intent_id, None):
            found = await stand.provider.find(order_key=key, intent_id=intent_id, **order)
            assert (found.outcome, found.amount_minor) == (PaymentOutcome.PAID, 4200)
        assert stand.captures(key) == 1

    async def test_a_declined_card_may_be_followed_by_another(self, stand: Stand, key: str) -> None:
        order = an_order(BUYER_CHOOSES)
        waiting = await stand.provider.charge(order_key=key, **order)
        stand.pay_in_browser(waiting, REFUSED)
        found = await stand.provider.find(order_key=key, intent_id=waiting.intent_id, **order)
        assert found.outcome is PaymentOutcome.NEEDS_BUYER
        assert found.decline_code == "generic_decline"
        assert found.next_action == waiting.next_action
        stand.pay_in_browser(waiting, VISA)
        found = await stand.provider.find(order_key=key, intent_id=waiting.intent_id, **order)
        assert found.outcome is PaymentOutcome.PAID

    async def test_what_was_abandoned_cannot_be_paid_any_more(self, stand: Stand, key: str) -> None:
        order = an_order(BUYER_CHOOSES)
        waiting = await stand.provider.charge(order_key=key, **order)
        closed = await stand.provider.void(intent_id=waiting.intent_id or "")
        assert (closed.outcome, closed.decline_code) == (PaymentOutcome.DECLINED, "canceled")
        stand.pay_in_browser(waiting, VISA)
        assert stand.captures(key) == 0


class TestFind:
    @pytest.mark.parametrize("after", [False, True])
    async def test_a_lost_answer_is_unknown_and_found_out(
        self, stand: Stand, key: str, after: bool
    ) -> None:
        stand.lose_next("charge", after=after)
        lost = await stand.provider.charge(order_key=key, **an_order())
        assert lost.outcome is PaymentOutcome.UNKNOWN
        assert stand.captures(key) == int(after)
        found = await stand.provider.find(order_key=key, intent_id=None, **an_order())
        assert (found.outcome, found.amount_minor) == (PaymentOutcome.PAID, 4200)
        assert stand.captures(key) == 1

    async def test_a_lost_decline_is_found_out(self, stand: Stand, key: str) -> None:
        stand.lose_next("charge", after=True)
        lost = await stand.provider.charge(order_key=key, **an_order(DECLINED))
        assert lost.outcome is PaymentOutcome.UNKNOWN
        found = await stand.provider.find(order_key=key, intent_id=None, **an_order(DECLINED))
        assert (found.outcome, found.decline_code) == (PaymentOutcome.DECLINED, "generic_decline")

    async def test_a_payment_may_succeed_later(self, stand: Stand, key: str) -> None:
        stand.settle_next_charge_later()
        open_ = await stand.provider.charge(order_key=key, **an_order())
        assert open_.outcome is PaymentOutcome.UNKNOWN
        assert open_.intent_id is not None
        await stand.settle(open_.intent_id)
        found = await stand.provider.find(order_key=key, intent_id=open_.intent_id, **an_order())
        assert found.outcome is PaymentOutcome.PAID
        assert stand.captures(key) == 1


class TestVoid:
    async def test_what_waits_is_cancelled_for_good(self, stand: Stand, key: str) -> None:
        order = an_order(ASKS_BUYER)
        waiting = await stand.provider.charge(order_key=key, **order)
        for _ in range(2):
            result = await stand.provider.void(intent_id=waiting.intent_id or "")
            assert (result.outcome, result.decline_code) == (PaymentOutcome.DECLINED, "canceled")
        found = await stand.provider.find(order_key=key, intent_id=None, **order)
        assert found.outcome is PaymentOutcome.DECLINED
        assert stand.captures(key) == 0

    async def test_what_is_captured_says_so(self, stand: Stand, key: str) -> None:
        result = await stand.provider.void(intent_id=await paid(stand, key))
        assert (result.outcome, result.amount_minor) == (PaymentOutcome.PAID, 4200)


class TestRefund:
    async def test_once_per_key(self, stand: Stand, key: str) -> None:
        intent_id = await paid(stand, key)
        for _ in range(2):
            result = await stand.provider.refund(
                refund_key=key, intent_id=intent_id, amount_minor=1200
            )
            assert result.outcome is RefundOutcome.DONE
            assert result.refund_id is not None
        found = await stand.provider.find(order_key=key, intent_id=intent_id, **an_order())
        assert (found.amount_minor, found.refunded_minor) == (4200, 1200)

    async def test_never_more_than_was_captured(self, stand: Stand, key: str) -> None:
        intent_id = await paid(stand, key)
        for number, (amount, outcome) in enumerate(
            [
                (4201, RefundOutcome.REFUSED),
                (4000, RefundOutcome.DONE),
                (201, RefundOutcome.REFUSED),
            ]
        ):
            result = await stand.provider.refund(
                refund_key=f"{key}:{number}", intent_id=intent_id, amount_minor=amount
            )
            assert result.outcome is outcome
        found = await stand.provider.find(order_key=key, intent_id=intent_id, **an_order())
        assert found.refunded_minor == 4000

    async def test_nothing_captured_nothing_given_back(self, stand: Stand, key: str) -> None:
        declined = await stand.provider.charge(order_key=key, **an_order(DECLINED))
        result = await stand.provider.refund(
            refund_key=key, intent_id=declined.intent_id or "", amount_minor=100
        )
        assert result.outcome is RefundOutcome.REFUSED
        assert result.reason

    async def test_what_a_bank_contests_is_not_given_back(self, stand: Stand, key: str) -> None:
        intent_id = await paid(stand, key)
        stand.contest(intent_id)
        for number in range(2):
            result = await stand.provider.refund(
                refund_key=f"{key}:{number}", intent_id=intent_id, amount_minor=4200
            )
            assert (result.outcome, result.reason) == (RefundOutcome.REFUSED, CHARGE_DISPUTED)
        found = await stand.provider.find(order_key=key, intent_id=intent_id, **an_order())
        assert found.refunded_minor == 0

    @pytest.mark.parametrize("after", [False, True])
    async def test_a_lost_answer_is_found_out_by_repeating(
        self, stand: Stand, key: str, after: bool
    ) -> None:
        intent_id = await paid(stand, key)
        stand.lose_next("refund", after=after)
        outcomes = [
            (
                await stand.provider.refund(refund_key=key, intent_id=intent_id, amount_minor=4200)
            ).outcome
            for _ in range(2)
        ]
        assert outcomes == [RefundOutcome.UNKNOWN, RefundOutcome.DONE]
        found = await stand.provider.find(order_key=key, intent_id=intent_id, **an_order())
        assert found.refunded_minor == 4200

    async def test_a_refund_that_the_bank_returns_has_failed(self, stand: Stand, key: str) -> None:
        intent_id = await paid(stand, key)
        stand.return_next_refund()
        ask = partial(stand.provider.refund, intent_id=intent_id, amount_minor=1200)
        made = await ask(refund_key=key)
        assert made.outcome is RefundOutcome.DONE
        assert made.refund_id is not None
        await stand.until_returned(made.refund_id)
        [seen] = await stand.books.refunds_of(intent_id)
        assert (seen.refund_id, seen.refund_key) == (made.refund_id, key)
        assert (seen.outcome, seen.reason) == (RefundOutcome.REFUSED, "expired_or_canceled_card")
        again = await ask(refund_key=key)
        assert again.outcome is RefundOutcome.REFUSED, "the key's first answer is out of date"
        found = await stand.provider.find(order_key=key, intent_id=intent_id, **an_order())
        assert found.refunded_minor == 0
        anew = await ask(refund_key=f"{key}-1")
        assert anew.outcome is RefundOutcome.DONE
        assert anew.refund_id != made.refund_id


class TestFake:
    """What the saga's tests rely on beyond the contract."""

    async def test_a_crash_after_the_capture_leaves_the_money_taken(self) -> None:
        fake = FakeProvider()
        fake.script("charge", Twist.RAISE_BEFORE, Twist.RAISE_AFTER)
        for captures in (0, 1):
            with pytest.raises(ProviderBrokeError):
                await fake.charge(order_key="k", **an_order())
            assert fake.captures["k"] == captures
        assert (await fake.charge(order_key="k", **an_order())).outcome is PaymentOutcome.PAID
        assert fake.captures["k"] == 1

    async def test_a_pending_refund_settles(self) -> None:
        fake = FakeProvider()
        charged = await fake.charge(order_key="k", **an_order())
        fake.script("refund", Twist.SETTLE_LATER)
        intent_id = charged.intent_id or ""
        for outcome in (RefundOutcome.PENDING, RefundOutcome.REFUSED):
            result = await fake.refund(refund_key="r", intent_id=intent_id, amount_minor=4200)
            assert result.outcome is outcome
            fake.settle_refund("r", done=False)
        assert fake.refunded_minor("k") == 0

    async def test_its_messages_are_signed(self) -> None:
        fake: PaymentProvider = (made := FakeProvider())
        charged = await made.charge(order_key="k", **an_order())
        payload, signature = made.webhook("payment_intent.succeeded", charged.intent_id or "", NOON)
        assert fake.read_webhook(payload, signature, NOON).order_key == "k"
