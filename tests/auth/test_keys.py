"""Signing keys: published without their private part, replaced without a gap."""

from datetime import timedelta

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text

from guichet.auth import domain
from guichet.auth.keys import KeyRing
from guichet.auth.secret_box import SecretBox
from guichet.kernel import clock
from tests.auth.conftest import PASSPHRASE, Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


def ring(auth: Auth, passphrase: str = PASSPHRASE) -> KeyRing:
    """Another process's view of the same keys."""
    return KeyRing(auth.context.database, SecretBox(passphrase))


async def published(keys: KeyRing) -> list[str]:
    return [key["kid"] for key in (await keys.jwks())["keys"]]


async def signer(keys: KeyRing) -> str:
    return jwt.get_unverified_header(await keys.sign({"sub": "1"}))["kid"]


async def test_public_keys_hold_nothing_private(auth: Auth) -> None:
    answer = await auth.ask("GET", "/.well-known/jwks.json")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    for key in answer.body["keys"]:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["alg"], key["crv"]) == ("ES256", "P-256")


async def test_private_keys_are_stored_encrypted(auth: Auth) -> None:
    async with auth.context.database.reading() as connection:
        stored = str(await connection.scalar(text("SELECT private_pem FROM signing_keys LIMIT 1")))
    assert "PRIVATE" not in stored
    with pytest.raises(InvalidTag):
        await ring(auth, "another passphrase altogether").sign({"sub": "1"})


async def test_processes_that_start_at_once_agree_on_one_key(auth: Auth) -> None:
    first, second = ring(auth), ring(auth)
    await first.maintain()
    await second.maintain()
    assert await published(first) == await published(second)
    assert len(await published(first)) == 1


async def test_a_rotation_leaves_no_token_without_its_key(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, present = ring(auth), clock.now
    old = await signer(keys)
    new = await keys.rotate()
    # The new one is published before it signs, so that everybody knows it by then.
    assert await published(keys) == [old, new]
    assert await signer(keys) == old
    with monkeypatch.context() as moved:
        moved.setattr(clock, "now", lambda: present() + domain.KEY_LEAD)
        assert await signer(keys) == new
        await keys.maintain()
        assert await published(keys) == [old, new]
        over = domain.KEY_LEAD + domain.KEY_OVERLAP + timedelta(seconds=1)
        moved.setattr(clock, "now", lambda: present() + over)
        await keys.maintain()
        assert await published(keys) == [new]


async def test_keys_are_replaced_by_themselves_when_their_life_ends(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, present = ring(auth), clock.now
    await keys.rotate(immediately=True, withdraw_others=True)
    old = await signer(keys)
    monkeypatch.setattr(clock, "now", lambda: present() + domain.KEY_LIFE)
    await keys.maintain()
    await keys.maintain()
    assert len(await published(keys)) == 2
    assert await signer(keys) == old


async def test_a_rotation_in_the_middle_of_things_disturbs_nobody(auth: Auth) -> None:
    await auth.context.keys.rotate(immediately=True, withdraw_others=True)
    person = await auth.register("sale@example.com")
    new = await auth.context.keys.rotate(immediately=True)
    renewed = (await auth.login("sale@example.com")).body
    assert jwt.get_unverified_header(renewed["token"])["kid"] == new
    assert jwt.get_unverified_header(person["token"])["kid"] != new
    keys = {key["kid"] for key in (await auth.context.keys.jwks())["keys"]}
    for token in (person["token"], renewed["token"]):
        assert jwt.get_unverified_header(token)["kid"] in keys


async def test_a_leaked_key_can_be_withdrawn_at_once(auth: Auth) -> None:
    keys = ring(auth)
    new = await keys.rotate(immediately=True, withdraw_others=True)
    assert await published(keys) == [new]
    assert await signer(keys) == new
