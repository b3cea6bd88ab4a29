"""The plan knows what runs, where, and how many of each."""

from pathlib import Path

import pytest

from guichet.local.errors import LocalError
from guichet.local.plan import Plan, read_settings
from guichet.local.postgres import SERVICES


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    for service in SERVICES:
        monkeypatch.delenv(f"GUICHET_{service.upper()}_DSN", raising=False)
    for name in ("NATS_URL", "SMTP_URL", "STRIPE_API_KEY", "STRIPE_API_URL", "LOCAL_REPLICAS"):
        monkeypatch.delenv(f"GUICHET_{name}", raising=False)
    monkeypatch.setenv("GUICHET_STORAGE_DIR", str(tmp_path / "storage"))
    monkeypatch.setenv("GUICHET_PORT_SHIFT", "20000")
    return Plan.from_environment()


def test_every_port_is_shifted(plan: Plan) -> None:
    ports = plan.ports()
    assert ports[28080] == "load_balancer"
    assert ports[27432] == "postgres"
    assert ports[27025] == "smtp"
    assert all(20_000 < port < 40_000 for port in ports)
    assert len(ports) == 15


def test_more_instances_listen_a_hundred_higher_each(plan: Plan) -> None:
    plan.named = {"GUICHET_LOCAL_REPLICAS": "tickets=3, users=2"}
    instances = plan.instances()
    assert instances["tickets"] == ("tickets", 28004)
    assert instances["tickets-2"] == ("tickets", 28104)
    assert instances["tickets-3"] == ("tickets", 28204)
    assert instances["users-2"] == ("users", 28102)
    assert "auth-2" not in instances
    assert 28204 in plan.ports()


@pytest.mark.parametrize("wrong", ["tickets", "tickets=0", "tickets=x", "postgres=2", "tickets=99"])
def test_a_senseless_wish_for_instances_is_said(plan: Plan, wrong: str) -> None:
    plan.named = {"GUICHET_LOCAL_REPLICAS": wrong}
    with pytest.raises(LocalError) as refusal:
        plan.instances()
    assert "GUICHET_LOCAL_REPLICAS" in str(refusal.value)


def test_servers_that_are_named_do_not_run_here(plan: Plan) -> None:
    plan.named = {
        "GUICHET_NATS_URL": "nats://elsewhere",
        "GUICHET_SMTP_URL": "smtp://elsewhere",
        "GUICHET_STRIPE_API_KEY": "sk_live_key",
        **{f"GUICHET_{service.upper()}_DSN": "postgresql://elsewhere" for service in SERVICES},
    }
    plan.storage.prepare()
    plan.resolve()
    assert plan.cluster is None
    assert plan.broker is None
    assert {"sandbox", "mailbox"}.isdisjoint(plan.instances())
    assert {"postgres", "nats", "smtp", "sandbox"}.isdisjoint(plan.ports().values())
    assert plan.environment["GUICHET_NATS_URL"] == "nats://elsewhere"


def test_a_malformed_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUICHET_PORT_SHIFT", "many")
    with pytest.raises(LocalError) as refusal:
        read_settings()
    assert "GUICHET_PORT_SHIFT" in str(refusal.value)
    assert "\n" not in str(refusal.value)
