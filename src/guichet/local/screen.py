"""What `guichet up` shows: each step with its time, then addresses and demo accounts."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from guichet.local.texts import say


class Screen:
    """Writes to the terminal; plain lines where there is none (a pipe, a CI log)."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._began = time.monotonic()

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since this screen was made."""
        return time.monotonic() - self._began

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Show that something is under way, and how long it took once it is done."""
        began = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(name, spinner="line"):
                yield
        else:
            yield
        seconds = time.monotonic() - began
        self._console.print(f"  [green]✓[/] {name}  [dim]{seconds:.1f} s[/]")

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
