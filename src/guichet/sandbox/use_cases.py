"""What can be asked of the provider: one function an intention, each one record in the journal.

A function reads its parameters, lets the rules decide, writes one record and returns the answer.
Refusals of a parameter or a state store nothing, so their key stays free; declines are stored.
"""

import sys
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec.structs import replace

from guichet.sandbox import rules
from guichet.sandbox.amounts import amount_of, currency_of
from guichet.sandbox.books import Answer, Books
from guichet.sandbox.cards import method_of_number
from guichet.sandbox.fees import STANDARD_FEE, Fee
from guichet.sandbox.forms import Form
from guichet.sandbox.journal import Journal
from guichet.sandbox.records import (
    Dispute,
    Event,
    Intent,
    Problem,
    Record,
    Refund,
    StoredAnswer,
    new_intent_id,
    random_text,
)
from guichet.sandbox.rules import Refused, invalid

URL_LENGTH_MAX = 5000

CREATE_PARAMS = {
    "amount",
    "currency",
    "payment_method",
    "confirm",
    "automatic_payment_methods",
    "payment_method_types",
    "capture_method",
    "confirmation_method",
    "return_url",
    "description",
    "metadata",
    "expand",
}
CONFIRM_PARAMS = {"payment_method", "return_url", "expand"}
BROWSER_PARAMS = {"key", "client_secret", "payment_method_data", "use_stripe_sdk"}
"""What a browser sends besides; it never has the secret key."""
CANCEL_PARAMS = {"cancellation_reason", "expand"}
REFUND_PARAMS = {"payment_intent", "charge", "amount", "reason", "metadata", "expand"}
REFUND_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
CANCEL_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")

_EVENT_OF_STATUS = {
    "succeeded": "payment_intent.succeeded",
    "processing": "payment_intent.processing",
    "requires_action": "payment_intent.requires_action",
    "requires_payment_method": "payment_intent.payment_failed",
    "canceled": "payment_intent.canceled",
}
HTTP_PAYMENT_REQUIRED = 402
HTTP_OK = 200


class KeyUse(NamedTuple):
    """The idempotency key of a request with the fingerprint of its parameters."""

    key: str
    fingerprint: str


class Till:
    """The provider's operations on its books."""

    def __init__(
        self,
        books: Books,
        journal: Journal,
        *,
        sends_events: bool = True,
        fee: Fee = STANDARD_FEE,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.books = books
        self._sends_events = sends_events
        self._fee = fee
        self.clock = clock
        self._journal = journal

    def create(self, form: Form, use: KeyUse | None, settles_after: float | None) -> Answer:
        """Create a payment, and confirm it where asked. Raises `Refused`, also for a decline."""
        form.only(CREATE_PARAMS)
        now = int(self.clock())
        number = len(self.books.intents)
        intent = Intent(
            id=new_intent_id(number),
            number=number,
            secret=random_text(24),
            created=now,
            amount=amount_of(form),
            currency=currency_of(form),
            status="requires_payment_method",
            metadata=form.mapping("metadata"),
            method=_interned(form.text("payment_method")),
            description=form.text("description"),
            return_url=_url(form, "return_url"),
        )
        _only_automatic(form)
        if form.flag("confirm"):
            _needs_return_url(form)
            return self._confirm(intent, form, use, settles_after)
        if intent.return_url is not None:
            raise invalid("You can only pass return_url with confirm=true.", param="return_url")
        if intent.method is not None:
            # Whatever is wrong with the method is told by confirming, as the provider does.
            intent = replace(intent, status="requires_confirmation")
        return self.write(use, intent=intent, expand=form.items("expand"))

    def confirm(
        self, intent_id: str, form: Form, use: KeyUse | None, settles_after: float | None
    ) -> Answer:
        """Try to take the money of an open payment. Raises `Refused`."""
        form.only(CONFIRM_PARAMS | BROWSER_PARAMS)
        intent = self.intent(intent_id)
        if (return_url := _url(form, "return_url")) is not None:
            intent = replace(intent, return_url=return_url)
        return self._confirm(intent, form, use, settles_after)

    def cancel(self, intent_id: str, form: Form, use: KeyUse | None) -> Answer:
        """Cancel an open payment. Raises `Refused`."""
        form.only(CANCEL_PARAMS)
        form.choice("cancellation_reason", CANCEL_REASONS)
        intent = rules.cancel(self.intent(intent_id), int(self.clock()))
        return self.write(
            use,
            intent=intent,
            events=("payment_intent.canceled",),
            expand=form.items("expand"),
        )

    def refund(self, form: Form, use: KeyUse | None, returned_after: float | None = None) -> Answer:
        """Give money back. Raises `Refused`, always beyond what is left of the capture."""
        form.only(REFUND_PARAMS)
        amount = form.integer("amount")
        if amount is not None and amount < 1:
            raise invalid(
                "Invalid positive integer", param="amount", code="parameter_invalid_integer"
            )
        found = self._intent_to_refund(form)
        intent, refund = rules.refund(
            found,
            number=len(self.books.refunds),
            amount=amount,
            reason=form.choice("reason", REFUND_REASONS),
            metadata=form.mapping("metadata"),
            now=self.clock(),
            returned_after=returned_after,
            disputes=self.books.disputes_of(found),
        )
        events = ("charge.refunded", "refund.created")
        return self.write(
            use, intent=intent, refund=refund, events=events, expand=form.items("expand")
        )

    def finish_authentication(
        self, intent_id: str, *, passed: bool, settles_after: float | None = None
    ) -> Answer:
        """Record what the buyer did on the bank's page. Raises `Refused`."""
        now = self.clock()
        intent = rules.finish_authentication(
            self.intent(intent_id),
            passed=passed,
            now=int(now),
            settles_at=None if settles_after is None else now + settles_after,
        )
        return self.write(None, intent=intent, events=(_EVENT_OF_STATUS[intent.status],))

    def settle_due(self) -> Iterator[Answer]:
        """Let each payment and refund end whose time has come, one by one.

        Raises OSError as `write` does; what is left then is still due.
        """
        now = self.clock()
        intents, refunds = self.books.unsettled()
        for intent in intents:
            if intent.settles_at is not None and intent.settles_at <= now:
                ended = rules.settle(intent)
                yield self.write(None, intent=ended, events=("payment_intent.succeeded",))
        for refund in refunds:
            if refund.settles_at is not None and refund.settles_at <= now:
                intent, ended = rules.settle_refund(self.books.intents[refund.intent], refund, now)
                failed = ("refund.failed",) if ended.status == "failed" else ()
                events = ("refund.updated", *failed)
                yield self.write(None, intent=intent, refund=ended, events=events)

    def store_failure(self, use: KeyUse | None, status: int, problem: Problem) -> Answer:
        """Store a failure under a key, so that repeating gives it again."""
        return self.write(use, status=status, problem=problem)

    def intent(self, intent_id: str) -> Intent:
        """Return a payment; raises `Refused` (404)."""
        found = self.books.intent(intent_id)
        if found is None:
            raise invalid(
                f"No such payment_intent: '{intent_id[:64]}'",
                param="intent",
                code="resource_missing",
                status=404,
            )
        return found

    def write(
        self,
        use: KeyUse | None,
        *,
        intent: Intent | None = None,
        refund: Refund | None = None,
        dispute: Dispute | None = None,
        events: tuple[str, ...] = (),
        status: int = HTTP_OK,
        problem: Problem | None = None,
        expand: tuple[str, ...] = (),
    ) -> Answer:
        """Write one record, then let the books follow. Raises OSError, and then nothing changed."""
        now = int(self.clock())
        intent = None if intent is None else rules.with_fee(intent, self._fee)
        key, fingerprint = use or ("", "")
        expand = tuple(map(sys.intern, expand))
        stored = StoredAnswer(key, fingerprint, now, status, expand, problem)
        names = events if self._sends_events else ()
        record = Record(
            intent=intent,
            refund=refund,
            dispute=dispute,
            answer=None if use is None else stored,
            events=tuple(
                Event(f"evt_3{random_text(24)}", name, now, key or None) for name in names
            ),
        )
        self._journal.append(record)
        self.books.apply(record)
        return Answer(stored, intent, refund, record.events)

    def _confirm(
        self, intent: Intent, form: Form, use: KeyUse | None, settles_after: float | None
    ) -> Answer:
        now = self.clock()
        settles_at = None if settles_after is None else now + settles_after
        intent = rules.confirm(intent, _method(form), int(now), settles_at)
        problem = intent.last_problem
        return self.write(
            use,
            intent=intent,
            events=(_EVENT_OF_STATUS[intent.status],),
            status=HTTP_OK if problem is None else HTTP_PAYMENT_REQUIRED,
            problem=problem,
            expand=form.items("expand"),
        )

    def _intent_to_refund(self, form: Form) -> Intent:
        if (intent_id := form.text("payment_intent")) is not None:
            found = self.books.intent(intent_id)
            param = "payment_intent"
        else:
            param = "charge"
            charge = self.books.intent_of_charge(form.required("charge"))
            found = None if charge is None else charge[0]
        if found is None:
            raise invalid(f"No such {param}", param=param, code="resource_missing", status=404)
        return found


def _interned(text: str | None) -> str | None:
    """Share the few texts that a hundred thousand payments repeat."""
    return None if text is None else sys.intern(text)


def _method(form: Form) -> str | None:
    """Return the method to charge. A browser gives a test card instead, whose number ends here."""
    number = form.text("payment_method_data[card][number]")
    if number is None:
        return _interned(form.text("payment_method"))
    method = method_of_number(number)
    if method is None:
        raise Refused(
            402,
            Problem(
                "card_error",
                "The sandbox takes the published test cards only.",
                "card_declined",
                "test_mode_live_card",
            ),
        )
    return method


def _url(form: Form, name: str) -> str | None:
    url = form.text(name)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = None
    if (
        parts is None
        or parts.scheme not in {"http", "https"}
        or not parts.netloc
        or len(url) > URL_LENGTH_MAX
    ):
        raise invalid("Not a valid URL", param=name, code="url_invalid")
    return url


def _only_automatic(form: Form) -> None:
    """Refuse what this stand-in does not pretend to do, rather than do something else."""
    for name in ("capture_method", "confirmation_method"):
        form.choice(name, ("automatic", "automatic_async"))
    if any(kind != "card" for kind in form.items("payment_method_types")):
        raise invalid("The sandbox knows the type card only.", param="payment_method_types")


def _needs_return_url(form: Form) -> None:
    automatic = form.text("payment_method_types[0]") is None
    redirects = form.text("automatic_payment_methods[allow_redirects]") != "never"
    if automatic and redirects and form.text("return_url") is None:
        raise invalid(
            "This PaymentIntent is configured to accept payment methods that redirect the buyer."
            " You must provide a `return_url` when confirming, or set"
            " `automatic_payment_methods[allow_redirects]` to `never`.",
            param="return_url",
        )


def conflict() -> Refused:
    """Return the refusal of a key whose first request is still running."""
    return Refused(
        409,
        Problem(
            "idempotency_error",
            "There is currently another in-progress request using this Idempotent Key.",
            "idempotency_key_in_use",
        ),
    )


def other_parameters() -> Refused:
    """Return the refusal of a key that comes back with other parameters."""
    return Refused(
        400,
        Problem(
            "idempotency_error",
            "Keys for idempotent requests can only be used with the same parameters"
            " they were first used with.",
        ),
    )
