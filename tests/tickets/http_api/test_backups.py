"""Backups of payments over HTTP: an administrator sees the runs, nobody else."""

import pytest

from tests.tickets.http_api.conftest import (
    ADMIN,
    ALICE,
    OPERATOR,
    ORGANISER,
    Front,
    Person,
    code_of,
)


async def test_an_administrator_sees_the_runs_latest_first(front: Front) -> None:
    async with front.shop.database.hot.acquire() as connection:
        await connection.execute(
            "INSERT INTO payment_backup_runs (finished_at, records, target, path, to_at, error)"
            " VALUES (now(), 3, '/backups', 'payment_backups/1', '2026-03-01T00:00:00Z', NULL),"
            " (now(), 0, '/backups', 'payment_backups/2', '2026-03-02T00:00:00Z', 'disk full')"
        )
    answer = await front.ask("GET", "/payments/backups", by=ADMIN)
    assert answer.status == 200
    assert answer.json["is_on"] is False
    assert answer.json["last_backup_at"] == "2026-03-01T00:00:00Z"
    assert [(run["records"], run["error"]) for run in answer.json["data"]] == [
        (0, "disk full"),
        (3, None),
    ]


async def test_there_may_be_none(front: Front) -> None:
    answer = await front.ask("GET", "/payments/backups", by=ADMIN)
    assert answer.json == {"is_on": False, "last_backup_at": None, "data": []}


@pytest.mark.parametrize("person", [ALICE, ORGANISER, OPERATOR])
async def test_nobody_else_does(front: Front, person: Person) -> None:
    answer = await front.ask("GET", "/payments/backups", by=person)
    assert code_of(answer)[0] == 403
    assert (await front.ask("GET", "/payments/backups")).status == 401
