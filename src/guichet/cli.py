"""The command line: `guichet up`, `down`, `status`, `migrate`, `seed`, `serve`, `verify`, …

Each command imports what it needs when it runs, so that `guichet --help` is quick.
"""

import errno
import importlib
import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from guichet.local.errors import LocalError
from guichet.local.texts import say

_SILENCE = {errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH}

app = App(name="guichet", help="Event ticketing: the whole system, and its parts.")
outbox = App(name="outbox", help="Messages that a service has kept after sending them.")
app.command(outbox)
ledger = App(name="ledger", help="What money did: balances, an order's story, days, reports.")
app.command(ledger)
audit = App(name="audit", help="Who changed what: the audit logs, and whether they are unbroken.")
app.command(audit)
backup = App(name="backup", help="Back up all databases; check and list the backups.")
app.command(backup)
payments = App(name="payments", help="Encrypted backups of payments: take, check, read.")
app.command(payments)
keys = App(name="keys", help="The keys that sign access tokens.")
app.command(keys)


@app.command
def up() -> None:
    """Start the whole system on this machine; Ctrl-C stops it."""
    from guichet.local.up import up as run_up  # noqa: PLC0415 - imported only where used

    run_up()


@app.command
def down() -> None:
    """Stop the system that another terminal started."""
    from guichet.local import control, plan  # noqa: PLC0415 - imported only where used

    print(say(control.down(), folder=plan.read_settings().storage_dir.absolute()))


@app.command
def status() -> None:
    """Show the processes of the running system and their memory."""
    from guichet.local import control, plan  # noqa: PLC0415 - imported only where used

    found = control.status()
    if not found:
        print(say("not_running", folder=plan.read_settings().storage_dir.absolute()))
        raise SystemExit(1)
    for process in found:
        mark = "●" if process.is_alive else "○"
        print(f"{mark} {process.name:<16} {process.pid:>8} {process.megabytes:>8.1f} MB")
    print(f"  {'':<16} {'':>8} {sum(process.megabytes for process in found):>8.1f} MB")


@app.command
def migrate(*services: str) -> None:
    """Bring the databases of these services (of all, when none is named) up to date."""
    from guichet.local import migrate as migration  # noqa: PLC0415 - imported only where used

    for service in services or migration.SERVICES:
        migration.migrate(service)
        print(say("migrated", service=service))


@app.command
def seed() -> None:
    """Create the demo accounts and events in the running system (development only)."""
    from guichet.local import demo  # noqa: PLC0415 - imported only where used

    demo.seed()
    print(say("seeded"))


@app.command
def serve(service: str, *, port: int | None = None) -> None:
    """Run one server in the foreground: a service, gateway, nginx, sandbox or mailbox."""
    from guichet.local import servable  # noqa: PLC0415 - imported only where used

    module = servable.module_of(service)
    os.environ.update(servable.environment_of(service))
    importlib.import_module(module).run(port)


@app.command
def verify(
    *,
    wait: Annotated[float, Parameter(help="Seconds to wait for what is under way.")] = 10.0,
    answered: Annotated[Path | None, Parameter(help="A file of order codes to be found.")] = None,
) -> None:
    """Check the invariants on the databases and the provider's books; status 1 if one is red."""
    from guichet.local.checking import check  # noqa: PLC0415 - imported only where used

    if not check(wait_seconds=wait, answered=answered):
        raise SystemExit(1)


@app.command
def reconcile() -> None:
    """Compare our books with the payment provider's, now; status 1 if they disagree."""
    from guichet.local import reconciling  # noqa: PLC0415 - imported only where used

    if not reconciling.reconcile():
        raise SystemExit(1)


@ledger.command
def balances() -> None:
    """Show each account's balance: debits less credits."""
    from guichet.local import ledger_reports  # noqa: PLC0415 - imported only where used

    ledger_reports.show_balances()


@ledger.command
def order(code: str) -> None:
    """Show what money did for one order."""
    from guichet.local import ledger_reports  # noqa: PLC0415 - imported only where used

    ledger_reports.show_order(code)


@ledger.command
def days() -> None:
    """Show the closed days, and whether their seals are unbroken."""
    from guichet.local import ledger_reports  # noqa: PLC0415 - imported only where used

    ledger_reports.show_days()


@backup.default
def take_backup(
    *, scheduled: Annotated[bool, Parameter(help="As `guichet up` does every day.")] = False
) -> None:
    """Back up all databases now, beside the running system; its backups are kept by rule."""
    from guichet.local.backup import commands  # noqa: PLC0415 - imported only where used

    commands.take_scheduled() if scheduled else commands.take()


@backup.command(name="check")
def check_backup(name: str = "latest") -> None:
    """Restore a backup into scratch databases and check the invariants; status 1 if one is red."""
    from guichet.local.backup import commands  # noqa: PLC0415 - imported only where used

    commands.check(name)


@backup.command(name="list")
def list_backups() -> None:
    """List the backups that are there, the latest last."""
    from guichet.local.backup import commands  # noqa: PLC0415 - imported only where used

    commands.show()


@app.command
def restore(
    name: str = "latest",
    *,
    into: Annotated[Path | None, Parameter(help="Another storage folder.")] = None,
    force: Annotated[bool, Parameter(help="Even where there are data already.")] = False,
) -> None:
    """Restore a backup (latest, a name or a path) into an empty storage folder."""
    from guichet.local.backup import commands  # noqa: PLC0415 - imported only where used

    commands.restore(name, into=into, force=force)


@payments.command(name="backup")
def payments_backup(
    *,
    everything: Annotated[bool, Parameter(name="--all", help="Not only what changed.")] = False,
) -> None:
    """Back up the payments that changed since the last backup, now."""
    from guichet.local import payment_backups  # noqa: PLC0415 - imported only where used

    print(payment_backups.back_up(everything=everything))


@payments.command
def restore_check(
    *, at: Annotated[str | None, Parameter(help="Backups until then, RFC 3339.")] = None
) -> None:
    """Read all backups back and compare them with the database; status 1 if they disagree."""
    from guichet.local import payment_backups  # noqa: PLC0415 - imported only where used

    if not payment_backups.restore_check(at):
        raise SystemExit(1)


@payments.command
def restore_read(payment_id: str) -> None:
    """Print every version of one payment (payment-17, or 17) that the backups hold."""
    from guichet.local import payment_backups  # noqa: PLC0415 - imported only where used

    print(payment_backups.restore_read(payment_id))


@ledger.command
def day(day: Annotated[date, Parameter(help="A day, such as 2027-06-15, in UTC.")]) -> None:
    """Show a day's closing: sums by kind and account, and its seal."""
    from guichet.local import ledger_reports  # noqa: PLC0415 - imported only where used

    ledger_reports.show_day(day)


@ledger.command
def report(event_id: int, *, csv: bool = False) -> None:
    """Show an event's money: gross, discounts, fees, VAT by rate, refunds, net."""
    from guichet.local import ledger_reports  # noqa: PLC0415 - imported only where used

    ledger_reports.show_event(event_id, as_csv=csv)


@audit.default
def audit_entries(
    *,
    service: Annotated[str | None, Parameter(help="auth, events or tickets; all of them.")] = None,
    actor: Annotated[int | None, Parameter(help="The account that made the change.")] = None,
    action: Annotated[str | None, Parameter(help="Such as tickets.refund.")] = None,
    subject: Annotated[str | None, Parameter(help="Such as order:17 or account:3.")] = None,
    limit: int = 50,
) -> None:
    """Show the latest changes of roles, money, stock limits and events."""
    from guichet.kernel.audit_reading import EntryFilter  # noqa: PLC0415 - only where used
    from guichet.local import audit_reports  # noqa: PLC0415 - imported only where used

    wanted = EntryFilter(actor_id=actor, action=action, subject=subject, limit=limit)
    audit_reports.show_entries(service, wanted)


@audit.command(name="verify")
def audit_verify(*, service: str | None = None) -> None:
    """Compute the chains of hashes anew and print their heads; status 1 if one is broken."""
    from guichet.local import audit_reports  # noqa: PLC0415 - imported only where used

    if not audit_reports.verify_chains(service):
        raise SystemExit(1)


@keys.command(name="rotate")
def rotate_keys(
    *,
    leaked: Annotated[
        bool, Parameter(help="Withdraw all others and sign with it at once.")
    ] = False,
) -> None:
    """Draw a new signing key before its time; auth does so itself every month."""
    from guichet.local import signing_keys  # noqa: PLC0415 - imported only where used

    signing_keys.rotate(leaked=leaked)


@outbox.command
def replay(service: str, *, since: Annotated[str, Parameter(help="A time, RFC 3339.")]) -> None:
    """Send again what `service` has published since a time: after its stream was lost."""
    from guichet.local import replay as replaying  # noqa: PLC0415 - imported only where used

    print(say("replayed", service=service, count=replaying.replay(service, since)))


def main() -> None:
    """Run a command; what a person can mend is one sentence and exit status 1."""
    try:
        if sys.version_info < (3, 11):  # noqa: UP036 - a checkout may meet an older one
            version = ".".join(str(part) for part in sys.version_info[:3])
            raise LocalError("old_python", version=version)
        app()
    except LocalError as error:
        print(f"guichet: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except OSError as error:
        if error.errno not in _SILENCE:
            raise
        print(f"guichet: {say('nobody_answers', reason=error)}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
