"""What is shown also reads well where there is no terminal."""

import pytest

from guichet.local.screen import Screen


def test_steps_addresses_and_accounts_are_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    with screen.step("PostgreSQL"):
        pass
    screen.warn("tickets stopped")
    screen.addresses([("Site", "http://localhost:8080")])
    screen.accounts([("admin@example.com", "password", "admin")])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert lines[0].startswith("✓ PostgreSQL")
    assert lines[0].endswith(" s")
    assert lines[1] == "! tickets stopped"
    assert lines[2].split() == ["Site", "http://localhost:8080"]
    assert lines[4].split() == ["admin@example.com", "password", "admin"]
    assert screen.elapsed_seconds >= 0


def test_a_step_that_fails_is_not_ticked(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), Screen().step("NATS"):
        raise RuntimeError
    assert "✓" not in capsys.readouterr().out
