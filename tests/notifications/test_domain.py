"""The rules of retrying, reminding and of what people may call themselves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.notifications import domain
from guichet.notifications.domain import Status

CHANCES = st.floats(min_value=0, max_value=1, exclude_max=True)
ATTEMPTS = st.integers(min_value=1, max_value=domain.ATTEMPTS_MAX)


@given(ATTEMPTS, CHANCES)
def test_the_wait_doubles_from_a_minute_with_a_tenth_of_jitter_at_most(
    attempt: int, chance: float
) -> None:
    base = timedelta(minutes=2 ** (attempt - 1))
    assert base <= domain.retry_delay(attempt, chance) <= base * 1.1


@given(ATTEMPTS, CHANCES, CHANCES)
def test_a_later_wait_is_always_longer(attempt: int, one: float, other: float) -> None:
    assert domain.retry_delay(attempt + 1, one) > domain.retry_delay(attempt, other)


def test_the_first_waits_are_one_two_four_eight_minutes() -> None:
    minutes = [domain.retry_delay(attempt, 0).total_seconds() / 60 for attempt in range(1, 5)]
    assert minutes == [1, 2, 4, 8]


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_count_from_one(attempt: int) -> None:
    with pytest.raises(ValueError, match="count from 1"):
        domain.retry_delay(attempt, 0)


@given(st.integers(min_value=0, max_value=100))
def test_a_delivery_waits_until_its_attempts_are_used_up(attempts: int) -> None:
    is_waiting = domain.status_after_failure(attempts) is Status.WAITING
    assert is_waiting == (attempts < domain.ATTEMPTS_MAX)


def test_a_send_ends_before_its_lease() -> None:
    assert domain.SEND_SECONDS_MAX < domain.LEASE_SECONDS


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.FAILED])
def test_only_what_was_given_up_is_retried(status: Status) -> None:
    with pytest.raises(domain.DeliveryNotRetryable) as refusal:
        domain.retried(status)
    assert refusal.value.sentence("fr").endswith(f"« {status} ».")
    assert domain.retried(Status.FAILED) is Status.WAITING


def test_the_reminder_comes_the_day_before_at_the_same_hour_there() -> None:
    starts_at = datetime(2027, 6, 12, 18, 30, tzinfo=UTC)
    reminder = domain.reminder_at(starts_at, "Europe/Paris", datetime(2027, 1, 1, tzinfo=UTC))
    assert reminder == datetime(2027, 6, 11, 18, 30, tzinfo=UTC)


def test_the_reminder_keeps_the_hour_over_a_change_of_clocks() -> None:
    paris = ZoneInfo("Europe/Paris")
    starts_at = datetime(2027, 3, 28, 20, 0, tzinfo=paris)
    reminder = domain.reminder_at(starts_at, "Europe/Paris", datetime(2027, 1, 1, tzinfo=UTC))
    assert reminder is not None
    assert reminder.astimezone(paris) == datetime(2027, 3, 27, 20, 0, tzinfo=paris)
    assert starts_at - reminder == timedelta(hours=23)


def test_on_the_eve_there_is_no_reminder_left_to_send() -> None:
    starts_at = datetime(2027, 6, 12, 18, 30, tzinfo=UTC)
    assert domain.reminder_at(starts_at, "Europe/Paris", starts_at - timedelta(hours=5)) is None


@given(st.text())
def test_a_clean_line_is_one_visible_line(text: str) -> None:
    line = domain.clean_line(text, 80)
    assert len(line) <= 80
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert not any(character in line for character in "\r\n\t\x00\u2028\u2029\u202e\u200b")
    assert domain.clean_line(line, 80) == line


def test_a_clean_line_keeps_letters_of_all_languages_and_emoji() -> None:
    kept = "Zoé Ünal नमस्ते 山田 👩‍🚀"
    assert domain.clean_line(kept, 80) == kept


@pytest.mark.parametrize(
    "name",
    [
        "You won! https://evil.example/",
        "evil.example",
        "www evil",
        "mail me@evil.example",
        "<b>Bold</b>",
        "a\\b",
    ],
)
def test_a_name_that_could_be_a_link_is_not_greeted(name: str) -> None:
    assert domain.greeting_name(name) == ""


@pytest.mark.parametrize("name", ["Camille", "Jean-Luc d'Arc", "J. R. Martin", "Zoé 👋"])
def test_an_honest_name_is_greeted(name: str) -> None:
    assert domain.greeting_name(name) == name


@pytest.mark.parametrize(
    ("tag", "language"), [("fr", "fr"), ("en", "en"), ("en-GB", "en"), ("de", "fr"), ("", "fr")]
)
def test_every_language_tag_leads_to_one_of_two(tag: str, language: str) -> None:
    assert domain.language_or_default(tag) == language
