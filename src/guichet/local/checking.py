"""Runs the checker on the system that the environment names, or on the local one."""

import asyncio
from pathlib import Path

from rich.console import Console

from guichet.kernel.settings import PORTS
from guichet.local import environment, servable
from guichet.local.plan import Plan
from guichet.local.postgres import SERVICES
from guichet.local.storage import restored_at
from guichet.local.texts import language
from guichet.verify.report import judge, show
from guichet.verify.sources import open_sources


def check(*, wait_seconds: float, answered: Path | None) -> bool:
    """Print each invariant's verdict; returns whether none is red.

    `answered` is a file of order codes that clients were answered with, one a line. The sandbox
    and the local mailbox are read where this system uses them.
    Raises LocalError where a database's address is unknown.
    """
    codes = answered.read_text().split() if answered else []
    return asyncio.run(_check(wait_seconds, tuple(codes)))


async def _check(wait_seconds: float, codes: tuple[str, ...]) -> bool:
    plan = Plan.from_environment()
    for service in SERVICES:
        # Says what to do where an address is unknown.
        servable.dsn_of(service)
    settings = servable.whole_environment()
    local = not plan.settings.is_production

    def url(name: str) -> str:
        return f"http://127.0.0.1:{PORTS[name] + plan.settings.port_shift}"

    uses_sandbox = local and environment.own_sandbox(plan.named)
    async with open_sources(
        settings,
        sandbox_url=url("sandbox") if uses_sandbox else "",
        mailbox_url=url("mailbox") if local and environment.own_mailbox(plan.named) else "",
        mailbox_since=restored_at(plan.storage),
        answered_codes=codes,
    ) as sources:
        verdicts = await judge(sources, wait_seconds=wait_seconds)
    show(verdicts, language(), Console())
    return not any(verdict.is_red for verdict in verdicts)
