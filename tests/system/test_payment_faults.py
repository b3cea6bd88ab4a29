"""Whatever happens to a payment, its order ends in the right state, and all are told the truth.

One system with short times; the rows run side by side, each with an amount of its own, by which
the provider's faults find it.
"""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.system import running
from tests.system.running import Answer, Person, System, eventually

SECONDS_MAX = 180.0
"""Until an order is in its right state, and its buyer told; a calm machine takes seconds."""
PATIENCE = {
    "GUICHET_LOCAL_REPLICAS": "",
    "GUICHET_TICKETS_BUYER_WAIT_SECONDS": "40",
    "GUICHET_TICKETS_ASK_AGAIN_SECONDS": "2",
    "GUICHET_TICKETS_LOOK_SECONDS": "2",
}
VISA, REFUSED = "4242 4242 4242 4242", "4000 0000 0000 0002"
ASKS_BUYER = "4000 0025 0000 3155"

_amounts = itertools.count(3000, 7)


@pytest.fixture(scope="module")
def patient() -> Iterator[System]:
    """A system whose buyers are given little time."""
    folder = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    folder.chmod(0o711)
    started = running.start(folder, PATIENCE)
    yield started
    running.stop(started)
    shutil.rmtree(folder, ignore_errors=True)


class Row:
    """One order and its buyer."""

    def __init__(self, system: System, buyer: Person, event: dict[str, Any], amount: int) -> None:
        self.system, self.buyer, self.event, self.amount = system, buyer, event, amount

    @classmethod
    async def begin(cls, system: System) -> "Row":
        """Put an event of one place on sale, at an amount of its own."""
        amount = next(_amounts)
        event = await system.event(max_tickets=1, price=amount / 100)
        return cls(system, await system.register("en"), event, amount)

    async def fault(self, kind: str, **more: Any) -> None:
        """Let the provider misbehave once, for this order alone."""
        fault = {"kind": kind, "operation": "charge", "amount": self.amount, "times": 1, **more}
        await self.system.provider_fault(fault)

    async def buy(self, card: str = VISA) -> Answer:
        """Buy the one place."""
        return await self.system.buy(self.buyer, self.event, card=card)

    async def bought(self, card: str = VISA) -> Answer:
        """Buy the one place, and wait until that has succeeded, or is the buyer's turn."""
        return await self.system.bought(self.buyer, self.event, card=card)

    async def ends(self, code: str, status: str) -> dict[str, Any]:
        """Wait for the order's state, and check that its page, tickets and mail say the same."""

        async def found() -> dict[str, Any] | None:
            path = f"/tickets/orders/{code}"
            bought = await self.system.expect(200, "GET", path, who=self.buyer)
            return bought if bought["order"]["status"] == status else None

        bought = await eventually(found, SECONDS_MAX)
        assert len(bought["tickets"]) == (status == "confirmed")
        assert bought["order"]["next_action"] is None
        await self.is_kept(code, self.amount if status == "confirmed" else 0)
        words = "your tickets" if status == "confirmed" else "did not succeed"
        await self.system.mail(self.buyer.email, words, SECONDS_MAX)
        return dict(bought["order"])

    async def is_kept(self, code: str, amount: int) -> None:
        """Wait until the provider has kept so much of the order, and no more."""

        async def is_so() -> bool:
            return await self.captured(code) == amount

        await eventually(is_so, SECONDS_MAX)

    async def is_given_back(self, code: str) -> None:
        """Check that the order's page says of its payment that all of it was given back."""

        async def is_so() -> bool:
            path = f"/tickets/orders/{code}"
            order = (await self.system.expect(200, "GET", path, who=self.buyer))["order"]
            payment = order["payment"]
            return payment["status"] == "refunded" and order["refunded"] == payment["amount"]

        await eventually(is_so, SECONDS_MAX)
        await self.is_kept(code, 0)

    async def mail_says(self, subject: str, *words: str) -> None:
        """Wait for a mail of this subject with these words in it."""

        async def is_there() -> bool:
            for mail in await self.system.mails(self.buyer.email, subject):
                content = (await self.system.mailbox(f"/messages/{mail['id']}")).body["text"]
                if all(word in content for word in words):
                    return True
            return False

        await eventually(is_there, SECONDS_MAX)

    async def captured(self, code: str) -> int:
        """Return what the provider took for the order and has not given back."""
        rows = (await self.system.books()).values()
        mine = [row for row in rows if row["metadata"].get("order_code") == code]
        return sum(row["captured"] - row["refunded"] for row in mine)

    async def sandbox(self, path: str, form: dict[str, str], *, as_browser: bool = False) -> Any:
        """Send a form to the provider: with our secret key, or as a browser without it."""
        key = self.system.secrets()["GUICHET_STRIPE_API_KEY"]
        headers = {} if as_browser else {"Authorization": f"Bearer {key}"}
        address = f"http://127.0.0.1:{self.system.port('sandbox')}{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(address, data=form, headers=headers) as answer,
        ):
            return await answer.json()


def code_of(answer: Answer) -> str:
    """Return the order's code, of an order as of a refusal."""
    body = answer.body
    return str(body["order"]["code"] if "order" in body else body["order_code"])


async def at_bank(order: dict[str, Any], choice: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            order["next_action"]["url"], data={"choice": choice}, allow_redirects=False
        ) as answer,
    ):
        assert answer.status == 303
        assert f"/my/orders/{order['code']}?" in answer.headers["Location"]


async def plain(row: Row) -> None:
    answer = await row.bought()
    assert answer.status == 201
    await row.ends(code_of(answer), "confirmed")


async def declined(row: Row) -> None:
    answer = await row.bought(REFUSED)
    assert answer.status == 402
    await row.ends(code_of(answer), "failed")
    assert (await row.bought()).status == 201, "the place is free again"


async def authenticated(row: Row, choice: str, status: str) -> None:
    answer = await row.bought(ASKS_BUYER)
    assert answer.status == 202
    await at_bank(answer.body["order"], choice)
    await row.ends(code_of(answer), status)


async def abandoned(row: Row) -> None:
    answer = await row.buy(ASKS_BUYER)
    order = await row.ends(code_of(answer), "failed")
    assert order["failure"] == "abandoned"


async def troubled(row: Row, kind: str, **more: Any) -> None:
    await row.fault(kind, **more)
    answer = await row.buy()
    assert answer.status in {201, 202}, answer.content
    await row.ends(code_of(answer), "confirmed")


async def unheard(row: Row) -> None:
    """No webhook ever comes: asking again finds out."""
    await row.fault("no_webhooks", times=5)
    await authenticated(row, "pass", "confirmed")


async def refunded_before_the_success_is_told(row: Row) -> None:
    await row.fault("webhook_after_refund", seconds=5)
    answer = await row.bought()
    ticket = answer.body["tickets"][0]["id"]
    await row.system.expect(200, "POST", f"/tickets/{ticket}/cancel", who=row.buyer)
    await row.is_given_back(code_of(answer))
    await row.mail_says("ticket cancelled", "refund")
    found = await row.system.expect(200, "GET", f"/tickets/orders/{code_of(answer)}", who=row.buyer)
    assert [ticket["status"] for ticket in found["tickets"]] == ["cancelled"]


async def refunded(row: Row, kind: str, **more: Any) -> None:
    """The refund itself meets trouble: it is made once, and soon."""
    answer = await row.bought()
    await row.fault(kind, operation="refund", **more)
    ticket = answer.body["tickets"][0]["id"]
    await row.system.expect(200, "POST", f"/tickets/{ticket}/cancel", who=row.buyer)
    await row.is_given_back(code_of(answer))
    await row.mail_says("ticket cancelled", "refund")


async def cancelled_while_the_bank_asks(row: Row) -> None:
    answer = await row.bought(ASKS_BUYER)
    who = await row.system.demo("event_creator")
    path = f"/events/{row.event['id']}"
    await row.system.expect(200, "PATCH", path, {"status": "cancelled"}, who=who)
    other = await row.system.register("en")

    async def is_known_to_tickets() -> bool:
        return (await row.system.buy(other, row.event)).code == "event_cancelled"

    # What the bank says may not come in before the news of the event.
    await eventually(is_known_to_tickets, SECONDS_MAX)
    await at_bank(answer.body["order"], "pass")
    await row.ends(code_of(answer), "refunded")
    await row.is_given_back(code_of(answer))
    await row.mail_says("did not succeed", "the event was cancelled", "given back")


async def in_the_browser(row: Row) -> None:
    """Card data go to the provider alone; a declined card may be followed by another."""
    config = await row.system.expect(200, "GET", "/tickets/payments/config")
    assert config["mode"] == "sandbox"
    answer = await row.system.bought(row.buyer, row.event, payment={"client": True})
    assert answer.status == 202, answer.content
    order = answer.body["order"]
    assert order["next_action"]["type"] == "confirm_payment"
    secret = order["next_action"]["client_secret"]
    path = f"/v1/payment_intents/{secret.split('_secret_')[0]}/confirm"
    for card in (REFUSED, VISA):
        form = {
            "key": config["publishable_key"],
            "client_secret": secret,
            "payment_method_data[card][number]": card,
            "return_url": "http://127.0.0.1/my/orders/x",
        }
        await row.sandbox(path, form, as_browser=True)
    await row.ends(order["code"], "confirmed")


async def paid_late(row: Row, code: str) -> None:
    """Let the provider show a capture for an order that has ended, and tell nobody."""
    found = await row.system.expect(200, "GET", f"/tickets/orders/{code}", who=row.buyer)
    form = {
        "amount": str(row.amount),
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "confirm": "true",
        "return_url": "http://127.0.0.1/",
        "metadata[order_key]": f"order-{found['order']['id']}",
        "metadata[order_code]": code,
    }
    await row.fault("no_webhooks")
    assert (await row.sandbox("/v1/payment_intents", form))["status"] == "succeeded"


async def paid_after_the_end(row: Row) -> None:
    """The place is still there: the order is served after all."""
    code = code_of(await row.bought(REFUSED))
    await row.ends(code, "failed")
    await paid_late(row, code)
    await row.ends(code, "confirmed")


async def paid_after_the_place_went(row: Row) -> None:
    """Somebody else has the place by then: the money goes back, and the mail says so."""
    code = code_of(await row.bought(REFUSED))
    await row.ends(code, "failed")
    other = await row.system.register("en")
    assert (await row.system.bought(other, row.event)).status == 201
    await paid_late(row, code)
    await row.ends(code, "refunded")
    await row.is_given_back(code)
    await row.mail_says("did not succeed", "after the places had been given back", "in full")


ROWS: dict[str, Callable[[Row], Awaitable[None]]] = {
    "buy": plain,
    "declined": declined,
    "3-D Secure passed": lambda row: authenticated(row, "pass", "confirmed"),
    "3-D Secure failed": lambda row: authenticated(row, "fail", "failed"),
    "3-D Secure abandoned": abandoned,
    "500": lambda row: troubled(row, "error_500", stored=False),
    "hangs": lambda row: troubled(row, "hang", when="before"),
    "hangs after the capture": lambda row: troubled(row, "hang", when="after"),
    "drops after the capture": lambda row: troubled(row, "drop", when="after"),
    "drops before the capture": lambda row: troubled(row, "drop", when="before"),
    "webhook before the answer": lambda row: troubled(row, "webhook_first"),
    "50 webhooks at once": lambda row: troubled(row, "duplicate_webhooks", copies=50),
    "no webhook": unheard,
    "succeeds later": lambda row: troubled(row, "async_success", seconds=3.0),
    "refund told before the success": refunded_before_the_success_is_told,
    "in the browser": in_the_browser,
    "success after the hold's end": paid_after_the_end,
    "success after the place went": paid_after_the_place_went,
    "refund answered by 500": lambda row: refunded(row, "error_500"),
    "refund drops after the effect": lambda row: refunded(row, "drop", when="after"),
    "refund hangs": lambda row: refunded(row, "hang", when="before"),
    "event cancelled while the bank asks": cancelled_while_the_bank_asks,
}


async def test_every_row_ends_in_the_right_state(patient: System) -> None:
    rows = [await Row.begin(patient) for _ in ROWS]
    ends = await asyncio.gather(
        *(act(row) for act, row in zip(ROWS.values(), rows, strict=True)), return_exceptions=True
    )
    wrong = {name: repr(end) for name, end in zip(ROWS, ends, strict=True) if end is not None}
    assert not wrong, wrong
    reconciled = patient.run("reconcile")
    assert reconciled.returncode == 0, reconciled.stdout + reconciled.stderr
    verified = patient.run("verify", "--wait", "120")
    assert verified.returncode == 0, verified.stdout + verified.stderr
