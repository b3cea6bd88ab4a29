"""The names and places of what is backed up."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from guichet.tickets.payment_backups.records import payment_id, run_path, run_time


def test_a_run_lies_below_its_day_and_second_in_utc() -> None:
    at = datetime(2026, 3, 9, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))
    assert run_path(at) == "payment_backups/2026/03/08/23_02_03"
    assert run_time(run_path(at)) == at.astimezone(UTC)


@pytest.mark.parametrize("path", ["payment_backups/2026/03", "elsewhere", ""])
def test_another_path_is_no_run(path: str) -> None:
    with pytest.raises(ValueError, match="does not match"):
        run_time(path)


def test_a_payment_is_never_named_by_a_bare_number() -> None:
    assert payment_id(17) == "payment-17"
