"""Logs are JSON lines with the request's id, without secrets or card numbers."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.kernel.context import request_id
from guichet.kernel.logs import configure_logs, logger, mask_card_numbers, redact

VISA, AMEX = "4242424242424242", "378282246310005"


@pytest.fixture
def log_file(tmp_path: Path, logs_as_before: None) -> Path:  # noqa: ARG001 - it puts them back
    configure_logs("kernel-test", tmp_path)
    return tmp_path / "logs" / "kernel-test.log"


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_each_line_is_one_json_object(log_file: Path) -> None:
    token = request_id.set("request-17")
    logger("somewhere").warning("it happened\nhere", number=7, name="Élodie\r\nX: y")
    request_id.reset(token)
    (line,) = lines_of(log_file)
    assert line["event"] == "it happened\nhere"
    assert (line["service"], line["source"]) == ("kernel-test", "somewhere")
    assert (line["level"], line["number"], line["request_id"]) == ("warning", 7, "request-17")
    assert line["timestamp"].endswith("Z")


def test_other_libraries_are_masked_too(log_file: Path) -> None:
    logging.getLogger("other").error("charging %s", VISA)
    (line,) = lines_of(log_file)
    assert VISA not in line["event"]
    assert line["event"] == "charging [redacted]"


def test_an_exception_is_told_without_its_card(log_file: Path) -> None:
    try:
        raise ValueError(f"refused {VISA}")
    except ValueError as error:
        logger("x").error("failed", exc_info=error)
    (line,) = lines_of(log_file)
    assert "ValueError: refused [redacted]" in line["exception"]
    assert VISA not in log_file.read_text()


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "new_password",
        "passwd",
        "client_secret",
        "access_token",
        "Authorization",
        "cookie",
        "card_number",
        "cvv",
        "cvc",
        "expiry",
        "api_key",
        "signature",
    ],
)
def test_secrets_are_known_by_their_name(name: str) -> None:
    assert redact(None, "info", {name: "s3cret", "other": 1}) == {name: "[redacted]", "other": 1}


def test_secrets_deep_inside_are_found() -> None:
    event = {"body": {"user": {"password": "s3cret"}, "note": VISA}, "list": [{"cvv": "123"}, VISA]}
    masked = redact(None, "info", event)
    assert "s3cret" not in str(masked)
    assert VISA not in str(masked)
    assert "123" not in str(masked)


def test_a_card_number_given_as_a_number_is_found() -> None:
    assert VISA not in str(redact(None, "info", {"value": int(VISA)}))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (VISA, "[redacted]"),
        ("4242 4242 4242 4242", "[redacted]"),
        ("4242-4242-4242-4242.", "[redacted]."),
        (f"a {AMEX} b", "a [redacted] b"),
        ("4242 4242 4242 4242 12/25", "[redacted] 12/25"),
        ("4242 4242 4242 4242 4000 0000 0000 0002", "[redacted] [redacted]"),
        ("12 4242 4242 4242 4242", "12 [redacted]"),
        ("4242424242424241", "4242424242424241"),
        ("1700000000.123456", "1700000000.123456"),
        ("2027-06-15T09:00:00Z", "2027-06-15T09:00:00Z"),
        ("4242", "4242"),
        ("", ""),
    ],
)
def test_card_numbers_are_masked_and_other_numbers_left(text: str, masked: str) -> None:
    assert mask_card_numbers(text) == masked


def card_of(body: list[int]) -> str:
    """Return the digits with the check digit that makes them a card's (Luhn)."""
    doubled = [digit * 2 - 9 * (digit > 4) for digit in body[::-2]]
    check = -(sum(doubled) + sum(body[-2::-2])) % 10
    return "".join(map(str, [*body, check]))


@given(
    body=st.lists(st.integers(0, 9), min_size=12, max_size=18),
    before=st.sampled_from(["", "card ", "n°", "é"]),
    after=st.sampled_from(["", " exp", ", 12/30", "\n", "é"]),
)
def test_no_card_number_gets_through(body: list[int], before: str, after: str) -> None:
    card = card_of(body)
    assert card not in mask_card_numbers(before + card + after)
    grouped = " ".join(card[start : start + 4] for start in range(0, len(card), 4))
    assert grouped not in mask_card_numbers(before + grouped + after)


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask_card_numbers(mask_card_numbers(text)) == mask_card_numbers(text)


def test_our_own_message_ids_are_never_taken_for_cards() -> None:
    for number in range(10**13, 10**13 + 50):
        message_id = f"events-4-{number}"
        assert redact(None, "info", {"message_id": message_id}) == {"message_id": message_id}
