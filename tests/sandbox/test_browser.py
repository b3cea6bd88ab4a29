"""What a buyer's browser may do at the provider: finish the one payment whose secret it has."""

from urllib.parse import urlencode

import pytest

from tests.sandbox.running import PUBLISHABLE_KEY, Reply, RunningSandbox, charge_form

INTENTS = "/v1/payment_intents"
VISA = "4242 4242 4242 4242"


@pytest.fixture
def waiting(sandbox: RunningSandbox, key: str) -> tuple[str, str]:
    """An open payment without a method: its id and its secret."""
    form = charge_form(key, confirm="", payment_method="", return_url="")
    made = sandbox.post(INTENTS, form, key).body
    assert (made["status"], made["next_action"]) == ("requires_payment_method", None)
    return made["id"], made["client_secret"]


def as_browser(sandbox: RunningSandbox, path: str, form: dict[str, str] | None = None) -> Reply:
    body = None if form is None else urlencode(form).encode()
    return sandbox.ask("GET" if form is None else "POST", path, body, with_key=False)


def test_a_card_is_given_to_the_provider_alone(
    sandbox: RunningSandbox, waiting: tuple[str, str]
) -> None:
    reply = sandbox.pay_in_browser(*waiting, VISA)
    assert (reply.status, reply.body["status"]) == (200, "succeeded")
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "4242424242424242" not in sandbox.journal.read_text().replace(" ", "")
    query = urlencode({"key": PUBLISHABLE_KEY, "client_secret": waiting[1]})
    read = as_browser(sandbox, f"{INTENTS}/{waiting[0]}?{query}")
    assert (read.status, read.body["status"]) == (200, "succeeded")


def test_a_declined_card_leaves_the_payment_open(
    sandbox: RunningSandbox, waiting: tuple[str, str]
) -> None:
    declined = sandbox.pay_in_browser(*waiting, "4000000000000002")
    assert (declined.status, declined.body["error"]["code"]) == (402, "card_declined")
    assert sandbox.pay_in_browser(*waiting, VISA).body["status"] == "succeeded"


def test_the_bank_may_ask_and_leads_back(sandbox: RunningSandbox, waiting: tuple[str, str]) -> None:
    reply = sandbox.pay_in_browser(*waiting, "4000 0025 0000 3155").body
    assert reply["status"] == "requires_action"
    there = sandbox.post(reply["next_action"]["redirect_to_url"]["url"], {"choice": "pass"})
    assert there.headers["location"].startswith("http://127.0.0.1:8080/my/orders/K7QP-2M?")


def test_a_number_that_is_not_published_is_refused_and_not_repeated(
    sandbox: RunningSandbox, waiting: tuple[str, str]
) -> None:
    other = "4" + "8" * 15
    reply = sandbox.pay_in_browser(*waiting, other)
    assert reply.status == 402
    assert other not in reply.text + sandbox.journal.read_text()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"key": "pk_test_other"}, 401),
        ({"key": ""}, 401),
        ({"client_secret": "pi_x_secret_y"}, 404),
        ({"client_secret": ""}, 404),
    ],
)
def test_the_key_and_the_secret_are_needed(
    sandbox: RunningSandbox, waiting: tuple[str, str], changes: dict[str, str], status: int
) -> None:
    form = {"key": PUBLISHABLE_KEY, "client_secret": waiting[1], "payment_method": "pm_card_visa"}
    reply = as_browser(sandbox, f"{INTENTS}/{waiting[0]}/confirm", {**form, **changes})
    assert reply.status == status
    assert sandbox.get(f"{INTENTS}/{waiting[0]}").body["status"] == "requires_payment_method"


def test_a_browser_may_do_nothing_else(sandbox: RunningSandbox, waiting: tuple[str, str]) -> None:
    form = {"key": PUBLISHABLE_KEY, "client_secret": waiting[1]}
    for path in (f"{INTENTS}/{waiting[0]}/cancel", "/v1/refunds", INTENTS):
        assert as_browser(sandbox, path, form).status == 401


def test_a_preflight_is_answered(sandbox: RunningSandbox, waiting: tuple[str, str]) -> None:
    path = f"{INTENTS}/{waiting[0]}/confirm"
    reply = sandbox.ask("OPTIONS", path, with_key=False)
    assert (reply.status, reply.headers["access-control-allow-origin"]) == (204, "*")


def test_a_return_address_comes_with_the_confirmation(sandbox: RunningSandbox, key: str) -> None:
    reply = sandbox.post(INTENTS, charge_form(key, confirm="", payment_method=""), key)
    assert (reply.status, reply.body["error"]["param"]) == (400, "return_url")
