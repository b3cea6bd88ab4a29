"""What happens between users and auth: misses, changes of address, deletions, failures."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from guichet.kernel.clock import now
from guichet.kernel.tables import outbox
from guichet.users import consumers, use_cases
from guichet.users.repository import profile_rows
from tests.users.conftest import RunningUsers, new_account_id, registered

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told_of(running: RunningUsers, account_id: int) -> list[Mapping[str, Any]]:
    """Return what was published about somebody, oldest first."""
    async with running.database.reading() as connection:
        rows = await connection.execute(
            select(outbox.c.payload)
            .where(outbox.c.payload["account_id"].as_integer() == account_id)
            .order_by(outbox.c.id)
        )
        return [row.payload for row in rows]


async def test_a_profile_asked_for_before_its_message_is_asked_of_auth(
    running: RunningUsers,
) -> None:
    account_id = new_account_id()
    running.services.add(account_id, role="operator", phone_number="0612345678", city="Lyon")
    token = running.token(account_id, "operator")
    answer = await running.ask("GET", "/me", token=token)
    assert answer.status == 200
    assert answer.body["role"] == "operator"
    assert (answer.body["phone_number"], answer.body["city"]) == ("+33612345678", "Lyon")

    changed = await running.ask("PUT", "/profile", {"name": "Other"}, token=token)
    assert changed.status == 200
    async with running.database.transaction() as transaction:
        await consumers.on_registered(transaction, registered(account_id, role="operator"))
    after = (await running.ask("GET", "/me", token=token)).body
    assert (after["name"], after["city"]) == ("Other", "Lyon")


async def test_somebody_whom_auth_does_not_know_is_not_found(running: RunningUsers) -> None:
    account_id = new_account_id()
    answer = await running.ask("GET", "/me", token=running.token(account_id))
    assert (answer.status, answer.body["code"]) == (404, "profile_not_found")


async def test_auth_away_is_said_to_be_temporary(running: RunningUsers) -> None:
    account_id = new_account_id()
    running.services.refusals["account"] = (503, "unavailable")
    answer = await running.ask("GET", "/me", token=running.token(account_id))
    assert answer.status == 503
    assert answer.headers["Retry-After"]


async def test_another_address_is_only_asked_for(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    wanted = f"next{account_id}@example.com"
    body = {"name": "Compte Autre", "email": wanted, "city": "Nantes"}
    answer = await running.ask("PUT", "/profile", body, token=token)
    assert answer.status == 200
    assert answer.body["email"] == f"account{account_id}@example.com"
    assert answer.body["pending_email"] == wanted
    assert (answer.body["name"], answer.body["city"]) == ("Compte Autre", "Nantes")
    assert running.services.changes == [
        {"account_id": account_id, "name": "Compte Autre", "language": None, "email": wanted}
    ]


async def test_an_address_that_is_taken_looks_like_any_other(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    running.services.refusals["email"] = (409, "email_taken")
    body = {"name": "Compte Autre", "email": "taken@example.com"}
    answer = await running.ask("PUT", "/profile", body, token=token)
    assert answer.status == 200
    assert answer.body["email"] == f"account{account_id}@example.com"
    assert answer.body["pending_email"] == "taken@example.com"
    assert [change["name"] for change in running.services.changes] == ["Compte Autre"]


async def test_one_s_own_address_in_other_letters_is_no_change(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    body = {"email": f"Account{account_id}@Example.com"}
    answer = await running.ask("PUT", "/profile", body, token=token)
    assert (answer.status, answer.body["pending_email"]) == (200, None)
    assert running.services.changes == []


async def test_a_change_that_auth_cannot_hear_of_is_not_made(running: RunningUsers) -> None:
    _, token = await running.someone()
    running.services.refusals["email"] = (503, "unavailable")
    body = {"email": "x@example.com", "city": "Nantes"}
    assert (await running.ask("PUT", "/profile", body, token=token)).status == 503
    after = (await running.ask("GET", "/me", token=token)).body
    assert (after["city"], after["pending_email"]) == (None, None)


async def test_too_many_wishes_for_another_address_are_told(running: RunningUsers) -> None:
    _, token = await running.someone()
    running.services.refusals["email"] = (429, "too_many_tries")
    answer = await running.ask("PUT", "/profile", {"email": "x@example.com"}, token=token)
    assert (answer.status, answer.body["code"]) == (429, "too_many_requests")
    assert answer.headers["Retry-After"]


async def test_what_concerns_users_alone_does_not_ask_auth(running: RunningUsers) -> None:
    _, token = await running.someone()
    await running.ask("PUT", "/profile", {"city": "Nantes"}, token=token)
    assert running.services.changes == []


async def test_a_change_is_published_with_every_preference(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    await running.ask("PUT", "/profile", {"preferences": {"sms": True}}, token=token)
    await running.ask("PUT", "/profile", {"preferences": {"sms": True}}, token=token)
    (told,) = await told_of(running, account_id)
    assert told["preferences"] == {"sms": True, "reminders": True, "newsletter": False}
    assert told["email"] == f"account{account_id}@example.com"


async def test_the_last_administrator_stays(running: RunningUsers) -> None:
    account_id, token = await running.someone(role="admin")
    running.services.refusals["delete"] = (409, "last_admin")
    answer = await running.ask("DELETE", f"/{account_id}", token=token)
    assert (answer.status, answer.body["code"]) == (409, "last_administrator")
    assert (await running.ask("GET", "/me", token=token)).status == 200


async def test_an_account_that_auth_lost_already_is_erased_here(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    running.services.refusals["delete"] = (404, "not_found")
    assert (await running.ask("DELETE", f"/{account_id}", token=token)).status == 200
    assert (await running.ask("GET", "/me", token=token)).status == 404


async def test_nothing_is_erased_while_auth_does_not_answer(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    running.services.refusals["delete"] = (503, "unavailable")
    assert (await running.ask("DELETE", f"/{account_id}", token=token)).status == 503
    assert (await running.ask("GET", "/me", token=token)).status == 200


async def test_activity_is_written_again_after_a_while(running: RunningUsers) -> None:
    account_id, token = await running.someone()
    await running.ask("GET", "/me", token=token)
    earlier = now() - timedelta(minutes=6)
    async with running.database.transaction() as transaction:
        await profile_rows.change_profile(transaction, account_id, {"last_activity": earlier})
    await use_cases.own_profile(running.users, account_id)
    async with running.database.reading() as connection:
        found = await profile_rows.profile(connection, account_id)
        published = await connection.scalar(
            select(func.count()).where(outbox.c.payload["account_id"].as_integer() == account_id)
        )
    assert found is not None
    assert found.last_activity is not None
    assert found.last_activity > earlier
    assert published == 0
