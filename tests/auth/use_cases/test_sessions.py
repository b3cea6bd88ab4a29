"""Sessions, seen and ended by their owner alone."""

import pytest

from guichet.contracts.messages.auth import SessionRevoked
from tests.auth.conftest import PASSWORD, Auth

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_one_sees_where_one_is_signed_in(auth: Auth) -> None:
    await auth.register("seen@example.com")
    body = {"email": "seen@example.com", "password": PASSWORD}
    headers = {"User-Agent": "A browser " + "x" * 300}
    signed_in = await auth.ask("POST", "/login", body, headers=headers, address="2001:db8:1:2::9")
    listed = (await auth.ask("GET", "/sessions", token=signed_in.body["token"])).body["data"]
    assert [each["current"] for each in listed] == [True, False]
    assert listed[0]["address"] == "2001:db8:1:2::/64"
    assert listed[0]["user_agent"].startswith("A browser")
    assert len(listed[0]["user_agent"]) == 200


async def test_one_device_is_signed_out_by_another(auth: Auth) -> None:
    one = await auth.register("devices@example.com")
    two = (await auth.login("devices@example.com")).body
    listed = (await auth.ask("GET", "/sessions", token=two["token"])).body["data"]
    other = next(each for each in listed if not each["current"])
    left = await auth.ask("DELETE", f"/sessions/{other['id']}", token=two["token"])
    assert [each["current"] for each in left.body["data"]] == [True]
    assert (await auth.ask("GET", "/user", token=one["token"])).status == 401
    (message,) = await auth.messages(SessionRevoked, one["user"]["id"])
    assert message["session_id"] == other["id"]
    again = await auth.ask("DELETE", f"/sessions/{other['id']}", token=two["token"])
    assert again.status == 404


async def test_all_others_are_signed_out_at_once(auth: Auth) -> None:
    tokens = [(await auth.register("others@example.com"))["token"]]
    tokens += [(await auth.login("others@example.com")).body["token"] for _ in range(2)]
    left = await auth.ask("DELETE", "/sessions", token=tokens[-1])
    assert len(left.body["data"]) == 1
    statuses = [(await auth.ask("GET", "/user", token=token)).status for token in tokens]
    assert statuses == [401, 401, 200]


async def test_nobody_sees_or_ends_a_strangers_session(auth: Auth) -> None:
    mine = await auth.register("mine@example.com")
    theirs = await auth.register("theirs@example.com")
    listed = (await auth.ask("GET", "/sessions", token=theirs["token"])).body["data"]
    stranger = await auth.ask("DELETE", f"/sessions/{listed[0]['id']}", token=mine["token"])
    assert stranger.status == 404
    assert (await auth.ask("GET", "/user", token=theirs["token"])).status == 200
    assert len((await auth.ask("GET", "/sessions", token=mine["token"])).body["data"]) == 1
    for hostile in ("%00", "x'%20OR%201=1--", "a" * 100):
        answer = await auth.ask("DELETE", f"/sessions/{hostile}", token=mine["token"])
        assert answer.status == 422
