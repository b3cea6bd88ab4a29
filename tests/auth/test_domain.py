"""The rules, without a database or a clock of their own."""

import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.auth import domain
from guichet.auth.domain import (
    KeyTimes,
    Limit,
    Tally,
    refusals,
)
from guichet.auth.domain.refusals import (
    PasswordsDiffer,
    PasswordTooLong,
    PasswordTooShort,
)
from guichet.kernel.problems import Problem

NOON = datetime(2027, 6, 15, 12, tzinfo=UTC)


@given(
    st.text(min_size=8, max_size=1024).filter(lambda text: len(domain.normal_password(text)) > 7)
)
def test_any_text_of_the_right_length_is_a_password(text: str) -> None:
    assert domain.checked_password(text, text) == domain.normal_password(text)


def test_a_password_is_never_cut() -> None:
    long = "é" * 1000
    assert domain.checked_password(long, None) == long
    assert domain.checked_password(long + "x", None) != domain.checked_password(long + "y", None)


def test_a_password_is_the_same_however_its_accents_were_typed() -> None:
    assert domain.normal_password("cafe\N{COMBINING ACUTE ACCENT} noir") == "café noir"


def test_passwords_that_break_a_rule_say_which() -> None:
    with pytest.raises(PasswordTooShort):
        domain.checked_password("sept ca", None)
    with pytest.raises(PasswordTooLong):
        domain.checked_password("x" * 1025, None)
    with pytest.raises(PasswordsDiffer) as refused:
        domain.checked_password("mot de passe A", "mot de passe B")
    body = refused.value.body("en")
    assert body["errors"] == {"password_confirmation": ["The two passwords differ."]}


@pytest.mark.parametrize("text", ["a\0b", "bell\a", "escape\x1b[31m", "\x85next\x9b"])
def test_control_characters_are_refused_in_a_line(text: str) -> None:
    with pytest.raises(ValueError, match="control"):
        domain.one_line(f"x{text}x")


def test_line_breaks_become_spaces() -> None:
    assert domain.one_line(" Camille\r\nBcc: x@example.com\t ") == "Camille Bcc: x@example.com"


@given(st.floats(0, 4e9), st.floats(0, 4e9))
def test_a_revocation_covers_every_token_issued_before_it(now: float, issued: float) -> None:
    moment = datetime.fromtimestamp(now, UTC)
    last = domain.in_milliseconds(datetime.fromtimestamp(issued, UTC))
    until = domain.revocation_instant(moment, last)
    assert last < until
    assert domain.in_milliseconds(moment) < until
    # The next token is not covered, also where the clock stands still or was set back.
    assert domain.issue_instant(moment - timedelta(hours=1), until) >= until


def keys(*hours: float) -> list[KeyTimes]:
    return [
        KeyTimes(f"k{number}", NOON + timedelta(hours=hour)) for number, hour in enumerate(hours)
    ]


def test_the_newest_key_that_has_begun_signs() -> None:
    assert domain.signing_key(keys(-800, -1, 0.25), NOON).id == "k1"
    assert domain.signing_key(keys(-800, -1, 0.25), NOON + domain.KEY_LEAD).id == "k2"
    # A clock that was set back does not silence us.
    assert domain.signing_key(keys(1, 2), NOON).id == "k0"
    with pytest.raises(LookupError):
        domain.signing_key([], NOON)


def test_a_key_is_retired_once_no_token_of_it_can_be_left() -> None:
    overlap = domain.KEY_OVERLAP
    assert domain.retired_keys(keys(-800, 0), NOON + overlap - timedelta(seconds=1)) == []
    assert domain.retired_keys(keys(-800, 0), NOON + overlap) == ["k0"]
    assert domain.retired_keys(keys(-800), NOON + overlap) == []


def test_the_next_key_is_due_before_the_present_one_ends() -> None:
    life = domain.KEY_LIFE / timedelta(hours=1)
    assert domain.next_key_is_due([], NOON)
    assert not domain.next_key_is_due(keys(-life + 1), NOON)
    assert domain.next_key_is_due(keys(-life + 0.2), NOON)
    assert not domain.next_key_is_due(keys(-life + 0.2, 0.2), NOON)


def test_a_tally_above_its_limit_says_how_long_to_wait() -> None:
    limits = {b"a": Limit("a", 2, 60), b"b": Limit("b", 5, 600)}
    ends = NOON + timedelta(seconds=30)
    assert domain.tallies_above([Tally(b"a", 2, ends), Tally(b"b", 5, ends)], limits) == []
    above = domain.tallies_above([Tally(b"a", 3, ends), Tally(b"b", 1, ends)], limits)
    assert above == [Tally(b"a", 3, ends)]
    assert domain.seconds_to_wait(above, NOON) == 31
    assert domain.seconds_to_wait(above, NOON + timedelta(hours=1)) == 1


def test_codes_of_the_neighbouring_steps_are_accepted() -> None:
    present = int(NOON.timestamp()) // 30
    assert domain.totp_steps(NOON) == (present - 1, present, present + 1)


def test_recovery_codes_can_be_copied_by_hand() -> None:
    codes = domain.new_recovery_codes()
    assert len(set(codes)) == 10
    for code in codes:
        assert set(code) <= set(string.ascii_lowercase + string.digits + "-") - set("il01o")
        assert domain.normal_code(f" {code.upper().replace('-', ' ')} ") == code.replace("-", "")


def test_tokens_are_long_and_never_repeat() -> None:
    drawn = {domain.new_token() for _ in range(1000)}
    assert len(drawn) == 1000
    assert min(map(len, drawn)) >= 43
    assert domain.token_hash("a") != domain.token_hash("b")


def test_every_refusal_speaks_both_languages() -> None:
    kinds = [
        kind
        for kind in vars(refusals).values()
        if isinstance(kind, type)
        and issubclass(kind, Problem)
        and kind.__module__ == refusals.__name__
    ]
    assert len(kinds) > 10
    for kind in kinds:
        assert kind.fr != kind.en
        assert kind.code != "internal_error"
