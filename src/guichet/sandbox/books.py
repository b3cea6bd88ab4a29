"""The sandbox's books in memory: what the journal's records add up to.

`apply` is the only way in, for a running request as for the replay at start, so both give the same.
"""

from collections.abc import Iterator
from typing import NamedTuple

from guichet.sandbox.movements import Movement, MovementKind, Movements
from guichet.sandbox.records import (
    Dispute,
    Event,
    Intent,
    Record,
    Refund,
    StoredAnswer,
    charge_id_of,
    number_in,
)

KEY_SECONDS = 24 * 3600
INDEXED_METADATA = ("order_key", "order_id")


class Answer(NamedTuple):
    """A stored answer with the objects as they were then."""

    stored: StoredAnswer
    intent: Intent | None
    refund: Refund | None
    events: tuple[Event, ...] = ()
    """What was just recorded; empty for an answer that was found."""


class Notice(NamedTuple):
    """An event that waits to be delivered, with the objects as they were then."""

    event: Event
    intent: Intent
    refund: Refund | None
    dispute: Dispute | None = None


class Books:
    """Everything the provider knows. Lookups return None for what does not exist."""

    def __init__(self) -> None:
        self.intents: list[Intent] = []
        self.refunds: list[Refund] = []
        self.disputes: list[Dispute] = []
        self.notices: dict[str, Notice] = {}
        """Events not yet delivered, oldest first."""
        self.movements = Movements()
        self._refunds_of: dict[int, list[int]] = {}
        self._answers: dict[str, Answer] = {}
        # Nearly every entry leads to one payment, so a list is made for the others only.
        self._by_metadata: dict[str, int | list[int]] = {}
        self._unsettled_intents: set[int] = set()
        self._unsettled_refunds: set[int] = set()

    def apply(self, record: Record) -> None:
        """Take over what a record says."""
        if record.intent is not None:
            self._put_intent(record.intent)
        if record.refund is not None:
            self._put_refund(record.refund)
        if record.dispute is not None:
            self._put_dispute(record.dispute)
        if record.answer is not None:
            self._answers[record.answer.key] = Answer(record.answer, record.intent, record.refund)
        for event in record.events:
            if record.intent is not None:
                self.notices[event.id] = Notice(event, record.intent, record.refund, record.dispute)
        for event_id in record.delivered:
            self.notices.pop(event_id, None)

    def intent(self, intent_id: str) -> Intent | None:
        """Return a payment by its id."""
        number = number_in(intent_id)
        if number is None or number >= len(self.intents):
            return None
        found = self.intents[number]
        return found if found.id == intent_id else None

    def intent_of_charge(self, charge_id: str) -> tuple[Intent, int] | None:
        """Return the payment of a charge, and which attempt it was, counted from 1."""
        intent = self.intent(f"pi_{charge_id[3:-2]}")
        if intent is None:
            return None
        for attempt in range(1, len(intent.attempts) + 1):
            if charge_id_of(intent, attempt) == charge_id:
                return intent, attempt
        return None

    def refund(self, refund_id: str) -> Refund | None:
        """Return a refund by its id."""
        number = number_in(refund_id)
        if number is None or number >= len(self.refunds):
            return None
        found = self.refunds[number]
        return found if found.id == refund_id else None

    def refunds_of(self, intent: Intent) -> list[Refund]:
        """Return the refunds of a payment, oldest first."""
        return [self.refunds[number] for number in self._refunds_of.get(intent.number, ())]

    def dispute(self, dispute_id: str) -> Dispute | None:
        """Return a dispute by its id."""
        number = number_in(dispute_id)
        if number is None or number >= len(self.disputes):
            return None
        found = self.disputes[number]
        return found if found.id == dispute_id else None

    def disputes_of(self, intent: Intent) -> list[Dispute]:
        """Return the disputes of a payment, oldest first; there are never many in all."""
        return [dispute for dispute in self.disputes if dispute.intent == intent.number]

    def answer(self, key: str, now: float) -> Answer | None:
        """Return what an idempotency key gave, for a day."""
        found = self._answers.get(key)
        if found is not None and now - found.stored.at > KEY_SECONDS:
            del self._answers[key]
            return None
        return found

    def forget_old_answers(self, now: float) -> None:
        """Free the memory of keys that have expired."""
        old = [k for k, found in self._answers.items() if now - found.stored.at > KEY_SECONDS]
        for key in old:
            del self._answers[key]

    def with_metadata(self, name: str, value: str) -> Iterator[Intent]:
        """Yield payments by an entry of their metadata, newest first; our own keys are indexed."""
        if name in INDEXED_METADATA:
            found = self._by_metadata.get(f"{name}={value}", [])
            for number in [found] if isinstance(found, int) else reversed(found):
                yield self.intents[number]
        else:
            for intent in reversed(self.intents):
                if intent.metadata.get(name) == value:
                    yield intent

    def unsettled(self) -> tuple[list[Intent], list[Refund]]:
        """Return what is still to end by itself."""
        return (
            [self.intents[number] for number in sorted(self._unsettled_intents)],
            [self.refunds[number] for number in sorted(self._unsettled_refunds)],
        )

    def _put_intent(self, intent: Intent) -> None:
        _mark(self._unsettled_intents, intent.number, intent.settles_at is not None)
        if intent.captured:
            self.movements.add(Movement(MovementKind.CHARGE, intent.number))
        if intent.number < len(self.intents):
            self.intents[intent.number] = intent
            return
        self.intents.append(intent)
        for name in INDEXED_METADATA:
            if (value := intent.metadata.get(name)) is not None:
                self._index(f"{name}={value}", intent.number)

    def _index(self, entry: str, number: int) -> None:
        known = self._by_metadata.get(entry)
        if known is None:
            self._by_metadata[entry] = number
        elif isinstance(known, int):
            self._by_metadata[entry] = [known, number]
        else:
            known.append(number)

    def _put_refund(self, refund: Refund) -> None:
        _mark(self._unsettled_refunds, refund.number, refund.settles_at is not None)
        self.movements.add(Movement(MovementKind.REFUND, refund.number))
        if refund.status == "failed":
            self.movements.add(Movement(MovementKind.REFUND_FAILURE, refund.number))
        if refund.number < len(self.refunds):
            self.refunds[refund.number] = refund
            return
        self.refunds.append(refund)
        self._refunds_of.setdefault(refund.intent, []).append(refund.number)

    def _put_dispute(self, dispute: Dispute) -> None:
        self.movements.add(Movement(MovementKind.DISPUTE, dispute.number))
        if dispute.status == "won":
            self.movements.add(Movement(MovementKind.DISPUTE_REVERSAL, dispute.number))
        if dispute.number < len(self.disputes):
            self.disputes[dispute.number] = dispute
        else:
            self.disputes.append(dispute)


def _mark(numbers: set[int], number: int, wanted: bool) -> None:
    if wanted:
        numbers.add(number)
    else:
        numbers.discard(number)
