"""Each record is encrypted by itself, bound to its place, under keys that can be changed."""

import base64

import msgspec
import pytest

from guichet.tickets.payment_backups.errors import DamagedRecord, UnknownKey
from guichet.tickets.payment_backups.sealing import Keyring
from tests.tickets.payment_backups.conftest import KEY, OTHER_KEY

PATH = "payment_backups/2026/03/08/23_02_03/payment-1"


def test_what_was_sealed_opens_and_looks_like_nothing() -> None:
    ring = Keyring.parse(KEY)
    sealed = ring.seal(PATH, b"4200 cents")
    assert ring.open(PATH, sealed) == b"4200 cents"
    assert b"4200" not in base64.b64decode(sealed.ciphertext)


def test_no_nonce_is_used_twice() -> None:
    ring = Keyring.parse(KEY)
    assert len({ring.seal(PATH, b"x").nonce for _ in range(200)}) == 200


def test_a_record_moved_to_another_place_does_not_open() -> None:
    ring = Keyring.parse(KEY)
    sealed = ring.seal(PATH, b"x")
    with pytest.raises(DamagedRecord):
        ring.open(PATH.replace("payment-1", "payment-2"), sealed)


@pytest.mark.parametrize("part", ["nonce", "ciphertext"])
def test_an_altered_record_does_not_open(part: str) -> None:
    ring = Keyring.parse(KEY)
    sealed = ring.seal(PATH, b"some content")
    raw = bytearray(base64.b64decode(getattr(sealed, part)))
    raw[3] ^= 1
    for wrong in (base64.b64encode(bytes(raw)).decode(), "no base64 at all", ""):
        with pytest.raises(DamagedRecord):
            ring.open(PATH, msgspec.structs.replace(sealed, **{part: wrong}))


def test_after_a_change_of_keys_the_old_records_still_open() -> None:
    old = Keyring.parse(KEY).seal(PATH, b"old")
    both = Keyring.parse(f"{OTHER_KEY}, {KEY}")
    assert both.open(PATH, old) == b"old"
    new = both.seal(PATH, b"new")
    assert Keyring.parse(OTHER_KEY).open(PATH, new) == b"new"
    with pytest.raises(UnknownKey):
        Keyring.parse(OTHER_KEY).open(PATH, old)


@pytest.mark.parametrize("wrong", ["", ",", "c2hvcnQ=", "not base64!", f"{KEY},c2hvcnQ="])
def test_a_key_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Keyring.parse(wrong)


def test_keys_may_be_written_in_either_base64() -> None:
    raw = b"\xfb\xff" * 16
    standard, safe = base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()
    assert standard != safe
    assert Keyring.parse(safe.rstrip("=")) == Keyring.parse(standard)
