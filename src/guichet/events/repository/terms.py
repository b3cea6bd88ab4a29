"""An event's fee and refund rules, as columns of its row."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from guichet.contracts.prices import FeeTerms
from guichet.events.domain.records import Event
from guichet.events.domain.terms import RefundTerms

_FEE = {
    "fixed_minor": "fee_fixed_minor",
    "basis_points": "fee_basis_points",
    "is_on_top": "is_fee_on_top",
    "vat_basis_points": "fee_vat_basis_points",
}
_REFUND = {
    "is_allowed": "is_refund_allowed",
    "until_hours": "refund_until_hours",
    "kept_minor": "refund_kept_minor",
    "keeps_fee": "refund_keeps_fee",
}
TERM_COLUMNS = (*_FEE.values(), *_REFUND.values())


def term_values(event: Event) -> dict[str, Any]:
    """Return the event's terms by column."""
    fee, rules = asdict(event.fee), asdict(event.refund_rules)
    return {column: fee[name] for name, column in _FEE.items()} | {
        column: rules[name] for name, column in _REFUND.items()
    }


def fee_of(row: Row[Any]) -> FeeTerms:
    """Return the fee of an event's row."""
    return FeeTerms(**{name: getattr(row, column) for name, column in _FEE.items()})


def refund_rules_of(row: Row[Any]) -> RefundTerms:
    """Return the refund rules of an event's row."""
    return RefundTerms(**{name: getattr(row, column) for name, column in _REFUND.items()})
