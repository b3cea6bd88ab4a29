"""What `guichet up` shows: each step with its time, then addresses and demo accounts."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from guichet.local.texts import say

_TURN_SECONDS = 0.1


class Screen:
    """Writes to the terminal; plain lines where there is none (a pipe, a CI log)."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()
        self._live: Live | None = None
        self._turned_at = 0.0

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since this screen was made."""
        return time.monotonic() - self._began

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Show that something is under way, and how long it took once it is done."""
        began = time.monotonic()
        spinner = Spinner("line", text=name)
        # Turned by `turn`, not by a thread of its own: children are forked meanwhile.
        self._live = Live(spinner, console=self._console, auto_refresh=False, transient=True)
        try:
            if self._console.is_terminal:
                with self._live:
                    yield
            else:
                yield
        finally:
            self._live = None
        seconds = time.monotonic() - began
        self._console.print(f"  [green]✓[/] {name}  [dim]{seconds:.1f} s[/]")

    def turn(self) -> None:
        """Let the spinner of the step under way move on."""
        if self._live is not None and self._console.is_terminal:
            moment = time.monotonic()
            if moment - self._turned_at > _TURN_SECONDS:
                self._turned_at = moment
                self._live.refresh()

    def line(self, text: str) -> None:
        """Print one line."""
        self._console.print(text)

    def warn(self, text: str) -> None:
        """Print one line that asks for attention."""
        self._console.print(f"  [yellow]![/] {text}")

    def addresses(self, rows: Sequence[tuple[str, str]]) -> None:
        """Print where everything is."""
        self._table(rows)

    def accounts(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Print the demo accounts: e-mail address, password, role."""
        self._console.print(f"\n  [bold]{say('demo_accounts')}[/]")
        self._table(rows)

    def _table(self, rows: Sequence[tuple[str, ...]]) -> None:
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
        for row in rows:
            table.add_row(" ", *row)
        self._console.print(table)
