"""Processor time is laid to the part of the system that used it."""

import subprocess
import sys

import pytest

from bench.spent import counting, part_of


@pytest.mark.parametrize(
    ("title", "program", "part"),
    [
        (
            "postgres: guichet_tickets_service guichet_tickets 127.0.0.1(41928) idle",
            "postgres",
            "postgres for tickets",
        ),
        ("postgres: walwriter", "postgres", "postgres itself"),
        ("/x/pginstall/bin/postgres -D /x/data", "postgres", "postgres itself"),
        ("nginx: worker process", "nginx", "nginx"),
        ("python -m guichet.local.warm_parent 5", "tickets-2", "tickets-2"),
    ],
)
def test_a_process_belongs_to_a_part(title: str, program: str, part: str) -> None:
    assert part_of(title, program) == part


def test_a_process_that_lives_on_is_counted() -> None:
    burn = "import time; e = time.process_time() + 0.3\nwhile time.process_time() < e: pass\n"
    with subprocess.Popen(
        [sys.executable, "-c", f"input()\n{burn}print('done', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as busy:
        assert busy.stdin is not None and busy.stdout is not None
        with counting(busy.pid) as spent:
            busy.stdin.write(b"\n")
            busy.stdin.flush()
            busy.stdout.readline()
        busy.kill()
    assert sum(spent.values()) >= 0.25
