"""Backups of payments, as an administrator sees them."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from guichet.contracts.roles import Permission, require
from guichet.kernel.callers import Caller
from guichet.kernel.problems import Forbidden
from guichet.tickets.http_api.deps import PREFIX, Ctx, refusals
from guichet.tickets.repository.payment_backups import BackupRun

router = APIRouter(prefix=f"{PREFIX}/payments", tags=["payments"])


class BackupRunView(BaseModel):
    """One run: changes from `from_at` (None: all) up to `to_at`; `error` where it failed."""

    run_id: int
    started_at: datetime
    finished_at: datetime | None
    records: int
    target: str
    path: str
    from_at: datetime | None
    to_at: datetime
    error: str | None


class BackupsView(BaseModel):
    """Whether payments are backed up by themselves, up to when, and the latest runs."""

    is_on: bool
    last_backup_at: datetime | None
    data: list[BackupRunView]


@router.get("/backups", responses=refusals(Forbidden))
async def list_backups(context: Ctx, caller: Caller) -> BackupsView:
    """List the latest backups of payments, the latest first: to an administrator."""
    require(caller, Permission.READ_BACKUPS)
    runs = await context.payment_backups.runs()
    good = (run.to_at for run in runs if run.finished_at is not None and run.error is None)
    return BackupsView(
        is_on=context.payment_backups.is_on,
        last_backup_at=next(good, None),
        data=[_view(run) for run in runs],
    )


def _view(run: BackupRun) -> BackupRunView:
    return BackupRunView(
        run_id=run.run_id,
        started_at=run.started_at,
        finished_at=run.finished_at,
        records=run.records,
        target=run.target,
        path=run.path,
        from_at=run.from_at,
        to_at=run.to_at,
        error=run.error,
    )
