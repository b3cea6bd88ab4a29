"""Over HTTP: who sees and changes which profile, and what an answer says."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guichet.kernel.outbox import OutboxRelay, enqueue
from guichet.users import consumers
from guichet.users.repository import purchase_rows
from tests.users.conftest import RunningUsers, new_account_id, registered
from tests.users.test_history import cancelled, confirmed

pytestmark = pytest.mark.asyncio(loop_scope="module")

FULL_FIELDS = {
    "id", "name", "email", "pending_email", "phone_number", "address", "city", "country",
    "profile_picture", "bio", "date_of_birth", "gender", "language", "preferences", "role",
    "is_active", "last_activity", "created_at", "updated_at",
}  # fmt: skip
BASIC_FIELDS = {"id", "name", "profile_picture", "bio"}


async def test_own_profile_has_every_field(running: RunningUsers) -> None:
    account_id, token = await running.someone(phone_number="06 12 34 56 78", city="Lyon")
    answer = await running.ask("GET", "/me", token=token)
    assert answer.status == 200
    assert set(answer.body) == FULL_FIELDS
    assert answer.body["id"] == account_id
    assert answer.body["phone_number"] == "+33612345678"
    assert answer.body["created_at"] == "2027-01-01T12:00:00Z"
    assert answer.body["preferences"] == {"sms": False, "reminders": True, "newsletter": False}
    assert answer.headers["ETag"]
    assert (await running.ask("GET", "/profile", token=token)).body["id"] == account_id
    assert (await running.ask("GET", f"/{account_id}", token=token)).body["id"] == account_id


async def test_nobody_comes_in_without_a_token(running: RunningUsers) -> None:
    account_id, _ = await running.someone()
    for method, path in [
        ("GET", ""),
        ("GET", "/me"),
        ("GET", f"/{account_id}"),
        ("PUT", f"/{account_id}"),
        ("DELETE", f"/{account_id}"),
        ("PUT", "/profile"),
        ("GET", "/me/export"),
        ("GET", "/me/purchases"),
        ("PUT", "/me/picture"),
        ("GET", "/by-email/a@example.com"),
        ("GET", f"/internal/accounts/{account_id}/export"),
    ]:
        answer = await running.ask(method, path, {"name": "x"} if method == "PUT" else None)
        assert (path, answer.status) == (path, 401)
        assert answer.body["code"] == "unauthenticated"


async def test_roles_see_what_the_table_allows(running: RunningUsers) -> None:
    other, _ = await running.someone()
    seen: dict[str, Any] = {}
    for role in ("admin", "event_creator", "operator", "user"):
        _, token = await running.someone(role=role)
        seen[role] = await running.ask("GET", f"/{other}", token=token)
    assert set(seen["admin"].body) == FULL_FIELDS
    assert set(seen["event_creator"].body) == BASIC_FIELDS
    assert set(seen["operator"].body) == BASIC_FIELDS
    assert seen["user"].status == 403
    assert (await running.ask("GET", "/999999999", token=running.token(other))).status == 403


async def test_only_owner_and_administrator_change_or_delete(running: RunningUsers) -> None:
    other, _ = await running.someone()
    for role in ("event_creator", "operator", "user"):
        _, token = await running.someone(role=role)
        changed = await running.ask("PUT", f"/{other}", {"name": "Mallory"}, token=token)
        deleted = await running.ask("DELETE", f"/{other}", token=token)
        assert (changed.status, deleted.status) == (403, 403)
    _, admin = await running.someone(role="admin")
    answer = await running.ask("PUT", f"/{other}", {"name": "Compte Autre"}, token=admin)
    assert (answer.status, answer.body["name"]) == (200, "Compte Autre")


async def test_the_list_is_for_those_who_may(running: RunningUsers) -> None:
    marker = f"Zoé{new_account_id()}"
    account_id, user = await running.someone(name=f"{marker} Petit", email=f"{marker}@example.com")
    _, admin = await running.someone(role="admin")
    _, creator = await running.someone(role="event_creator")
    assert (await running.ask("GET", "", token=user)).status == 403

    found = await running.ask("GET", f"?q={marker.lower()}", token=admin)
    assert [person["id"] for person in found.body["data"]] == [account_id]
    assert set(found.body["data"][0]) == FULL_FIELDS
    assert {found.body[name] for name in ("current_page", "last_page", "total")} == {1}
    assert found.body["per_page"] == 20

    basic = await running.ask("GET", f"?q={marker.lower()}", token=creator)
    assert [set(person) for person in basic.body["data"]] == [BASIC_FIELDS]


async def test_a_search_tells_organisers_no_address_and_no_role(running: RunningUsers) -> None:
    secret = f"hidden{new_account_id()}"
    await running.someone(email=f"{secret}@example.com")
    _, admin = await running.someone(role="admin")
    _, operator = await running.someone(role="operator")
    assert (await running.ask("GET", f"?q={secret}", token=admin)).body["total"] == 1
    assert (await running.ask("GET", f"?q={secret}", token=operator)).body["total"] == 0
    assert (await running.ask("GET", "?role=admin", token=operator)).status == 403
    admins = (await running.ask("GET", "?role=admin&per_page=100", token=admin)).body["data"]
    assert admins
    assert {person["role"] for person in admins} == {"admin"}


async def test_a_whole_address_finds_its_owner_alone(running: RunningUsers) -> None:
    name = f"whole{new_account_id()}"
    owner, _ = await running.someone(email=f"{name}@example.com")
    other, _ = await running.someone(email=f"the.{name}@example.com")
    _, admin = await running.someone(role="admin")
    _, operator = await running.someone(role="operator")

    async def found(text: str, token: str) -> set[int]:
        answer = await running.ask("GET", f"?q={text}", token=token)
        return {person["id"] for person in answer.body["data"]}

    assert await found(f"{name.upper()}@example.com", admin) == {owner}
    assert await found(f"{name}@example.co", admin) == {owner, other}
    assert await found(f"{name}@example.com", operator) == set()


async def test_wildcards_in_a_search_are_plain_signs(running: RunningUsers) -> None:
    # A name of its own: messages of other tests may bring accounts too.
    name = f"Compte {new_account_id()}"
    await running.someone(name=name)
    _, admin = await running.someone(role="admin")
    for pattern in (name.replace("Compte", "C%25e"), name.replace("Compte", "C_mpte")):
        assert (await running.ask("GET", f"?q={pattern}", token=admin)).body["total"] == 0
    assert (await running.ask("GET", f"?q={name}", token=admin)).body["total"] == 1


async def test_pages_are_bounded(running: RunningUsers) -> None:
    _, admin = await running.someone(role="admin")
    for query in ("page=0", "per_page=0", "per_page=101", "page=x"):
        assert (await running.ask("GET", f"?{query}", token=admin)).status == 422
    assert (await running.ask("GET", "?page=100000", token=admin)).body["data"] == []


async def test_by_email_is_for_administrators(running: RunningUsers) -> None:
    account_id, user = await running.someone()
    email = f"ACCOUNT{account_id}@example.com"
    _, admin = await running.someone(role="admin")
    found = await running.ask("GET", f"/by-email/{email}", token=admin)
    assert (found.status, found.body["id"]) == (200, account_id)
    assert (await running.ask("GET", f"/by-email/{email}", token=user)).status == 403
    assert (await running.ask("GET", "/by-email/x@example.com", token=admin)).status == 404


async def test_words_are_not_taken_for_ids(running: RunningUsers) -> None:
    _, token = await running.someone()
    assert (await running.ask("DELETE", "/me", token=token)).status == 405
    assert (await running.ask("DELETE", "/profile", token=token)).status == 405
    assert (await running.ask("GET", "/someone", token=token)).status == 404
    assert (await running.ask("GET", f"/{10**30}", token=token)).status == 422


async def test_everything_of_a_profile_can_be_changed(running: RunningUsers) -> None:
    _, token = await running.someone()
    wanted = {
        "name": "Compte Autre",
        "phone_number": "+41 79 123 45 67",
        "address": "1 rue de la Paix\nBâtiment B",
        "city": "Genève",
        "country": "Suisse",
        "profile_picture": "https://example.com/me.png",
        "bio": "Ligne un\nligne deux",
        "date_of_birth": "1990-04-30",
        "gender": "other",
        "language": "en",
        "preferences": {"sms": True},
    }
    before = (await running.ask("GET", "/me", token=token)).body
    answer = await running.ask("PUT", "/profile", wanted, token=token)
    assert answer.status == 200
    expected = {
        **wanted,
        "phone_number": "+41791234567",
        "preferences": {"sms": True, "reminders": True, "newsletter": False},
    }
    assert {name: answer.body[name] for name in wanted} == expected
    assert answer.body["updated_at"] > before["updated_at"]

    more = {"preferences": {"newsletter": True}, "bio": None, "city": ""}
    later = (await running.ask("PUT", "/profile", more, token=token)).body
    assert later["preferences"] == {"sms": True, "reminders": True, "newsletter": True}
    assert (later["bio"], later["city"], later["country"]) == (None, None, "Suisse")


async def test_what_was_read_can_be_sent_back_whole(running: RunningUsers) -> None:
    _, token = await running.someone(phone_number="0612345678")
    read = (await running.ask("GET", "/me", token=token)).body
    answer = await running.ask("PUT", "/profile", read, token=token)
    assert answer.status == 200
    assert {**answer.body, "last_activity": None} == {**read, "last_activity": None}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", None),
        ("name", "x" * 121),
        ("name", "Camille\r\nBcc: everybody@example.com"),
        ("name", "4242 4242 4242 4242"),
        ("bio", "my card is 4111-1111-1111-1111 12/30"),
        ("email", "nobody"),
        ("email", "a@example.com\nb@example.com"),
        ("phone_number", "12"),
        ("phone_number", "+33 1"),
        ("profile_picture", "javascript:alert(1)"),
        ("date_of_birth", "2999-01-01"),
        ("date_of_birth", "1850-01-01"),
        ("date_of_birth", 0),
        ("gender", "unknown"),
        ("language", "de"),
        ("preferences", {"sms": "perhaps"}),
        ("preferences", "sms"),
    ],
)
async def test_a_malformed_value_is_refused_and_says_where(
    running: RunningUsers, field: str, value: object
) -> None:
    _, token = await running.someone()
    answer = await running.ask("PUT", "/profile", {field: value}, token=token)
    assert answer.status == 422
    assert answer.body["code"] == "malformed"
    assert {name.split(".")[0] for name in answer.body["errors"]} == {field}


async def test_refusals_speak_both_languages(running: RunningUsers) -> None:
    _, token = await running.someone()
    body = {"phone_number": "12"}
    said = {
        language: (
            await running.ask(
                "PUT", "/profile", body, token=token, headers={"Accept-Language": language}
            )
        ).body["errors"]["phone_number"][0]
        for language in ("fr", "en")
    }
    assert said["fr"].startswith("Ce numéro de téléphone est invalide.")
    assert said["en"].startswith("This phone number is invalid.")


async def test_nobody_gives_themselves_a_role(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    _, admin = await running.someone(role="admin")
    for body in ({"role": "admin"}, {"is_active": False}):
        for path, who in (
            ("/profile", token),
            (f"/{account_id}", token),
            (f"/{account_id}", admin),
        ):
            answer = await running.ask("PUT", path, {**body, "name": "Mallory"}, token=who)
            assert (answer.status, answer.body["code"]) == (422, "not_changed_here")
            assert f"PATCH /api/v1/auth/accounts/{account_id}" in answer.body["message"]
            assert list(answer.body["errors"]) == list(body)
    after = (await running.ask("GET", "/me", token=token)).body
    assert (after["role"], after["is_active"], after["name"]) == ("user", True, "Compte Essai")


async def test_unknown_fields_and_ids_in_a_body_have_no_effect(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    body = {"id": 1, "account_id": 1, "created_at": "2000-01-01T00:00:00Z", "whatever": [1]}
    answer = await running.ask("PUT", "/profile", body, token=token)
    assert (answer.status, answer.body["id"]) == (200, account_id)
    assert answer.body["created_at"] == "2027-01-01T12:00:00Z"


async def test_purchases_are_one_s_own(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    order = confirmed(account_id, tickets=2)
    async with running.database.transaction() as transaction:
        await consumers.on_order_confirmed(transaction, order)
        await consumers.on_tickets_cancelled(transaction, cancelled(order, 1))
    answer = await running.ask("GET", "/me/purchases", token=token)
    assert answer.status == 200
    (purchase,) = answer.body["data"]
    assert purchase["order_code"] == order.order_code
    assert (purchase["total"], purchase["refunded"]) == ("40.00", "20.00")
    assert purchase["status"] == "partly_cancelled"
    assert [ticket["status"] for ticket in purchase["tickets"]] == ["cancelled", "confirmed"]
    assert purchase["event"]["date"] == "2027-06-15T18:00:00Z"
    _, stranger = await running.someone()
    assert (await running.ask("GET", "/me/purchases", token=stranger)).body["data"] == []


async def test_the_export_holds_every_service_s_part(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    answer = await running.ask("GET", "/me/export", token=token)
    assert answer.status == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.body["users"]["profile"]["email"] == f"account{account_id}@example.com"
    for service in ("auth", "events", "tickets", "notifications"):
        assert answer.body[service] == {"from": service, "id": account_id}


async def test_an_export_that_lacks_a_part_is_no_export(running: RunningUsers) -> None:
    _, token = await running.someone()
    running.services.refusals["export tickets"] = (503, "unavailable")
    answer = await running.ask("GET", "/me/export", token=token)
    assert (answer.status, answer.body["code"]) == (503, "dependency_unavailable")
    assert answer.headers["Retry-After"]


async def test_an_export_is_of_one_moment(
    running: RunningUsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sold while the export is put together is missing from it, or was there all along."""
    account_id, _ = await running.someone()
    list_purchases = purchase_rows.list_purchases

    async def sold_first(*asked: Any, **more: Any) -> Any:
        async with running.database.transaction() as transaction:
            await consumers.on_order_confirmed(transaction, confirmed(account_id))
        return await list_purchases(*asked, **more)

    monkeypatch.setattr(purchase_rows, "list_purchases", sold_first)
    path = f"/accounts/{account_id}/export"
    assert (await running.as_service(path)).body["purchases"] == []
    monkeypatch.undo()
    assert len((await running.as_service(path)).body["purchases"]) == 1


async def test_the_internal_export_is_for_services(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    path = f"/accounts/{account_id}/export"
    assert (await running.as_service(path)).body["profile"]["id"] == account_id
    for wrong in (token, running.token(account_id, "admin")):
        assert (await running.ask("GET", f"/internal{path}", token=wrong)).status == 401
    assert (await running.as_service("/accounts/987654321/export")).body["profile"] is None


async def test_deleting_says_so_and_is_final(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    answer = await running.ask(
        "DELETE", f"/{account_id}", token=token, headers={"Accept-Language": "fr"}
    )
    assert answer.status == 200
    assert answer.body == {"id": account_id, "deleted": True, "message": "Le compte est supprimé."}
    assert account_id not in running.services.accounts
    _, admin = await running.someone(role="admin")
    assert (await running.ask("GET", f"/{account_id}", token=admin)).status == 404
    assert (await running.ask("DELETE", f"/{account_id}", token=admin)).status == 404


async def test_being_here_is_noted_now_and_then(running: RunningUsers) -> None:
    _, token = await running.someone()
    await running.ask("GET", "/me", token=token)
    first = (await running.ask("GET", "/me", token=token)).body["last_activity"]
    assert datetime.now(UTC) - datetime.fromisoformat(first) < timedelta(minutes=1)
    second = (await running.ask("GET", "/me", token=token)).body["last_activity"]
    assert second == first


async def test_a_profile_comes_by_message_too(running: RunningUsers) -> None:
    """The whole way: NATS, inbox, profile, without any help from the test."""
    account_id = new_account_id()
    platform = running.app.state.platform
    async with running.database.transaction() as transaction:
        await enqueue(transaction, registered(account_id))
    relay = OutboxRelay(platform.database, platform.bus, service=f"auth-{account_id}")
    await relay.send_waiting()
    token = running.token(account_id)
    answer = await running.ask("GET", "/me", token=token)
    async with asyncio.timeout(20):
        while answer.status != 200:
            await asyncio.sleep(0.05)
            answer = await running.ask("GET", "/me", token=token)
    assert answer.body["email"] == f"account{account_id}@example.com"
