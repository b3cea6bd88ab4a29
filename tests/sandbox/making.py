"""Builds snapshots for tests of single functions."""

from guichet.sandbox.records import Attempt, Intent, Refund


def an_intent(number: int = 0, **changes: object) -> Intent:
    """Return an open payment of 42.00 EUR, with changes."""
    fields: dict[str, object] = {
        "id": f"pi_3{number:010d}Gabc",
        "number": number,
        "secret": "s3cret",
        "created": 1_000,
        "amount": 4200,
        "currency": "eur",
        "status": "requires_payment_method",
        "metadata": {"order_key": f"k{number}"},
        "return_url": "https://box.example/back",
        **changes,
    }
    return Intent(**fields)  # pyright: ignore[reportArgumentType] - changes are of any field


def a_paid_intent(number: int = 0, **changes: object) -> Intent:
    """Return a captured payment of 42.00 EUR, with changes."""
    attempts = (Attempt("pm_card_visa", 1_001, "succeeded"),)
    fields = {"status": "succeeded", "method": "pm_card_visa", "attempts": attempts, **changes}
    return an_intent(number, **fields)


def a_refund(number: int = 0, intent: int = 0, amount: int = 100, **changes: object) -> Refund:
    """Return a finished refund, with changes."""
    fields: dict[str, object] = {
        "id": f"re_3{number:010d}Gabc",
        "number": number,
        "intent": intent,
        "created": 1_002,
        "amount": amount,
        "status": "succeeded",
        "metadata": {},
        **changes,
    }
    return Refund(**fields)  # pyright: ignore[reportArgumentType] - changes are of any field
