"""The broker's configuration: durable, private, for clients with a password."""

import stat
from pathlib import Path

import pytest

from guichet.local import nats as broker_rules
from guichet.local.errors import LocalError
from guichet.local.nats import Broker
from guichet.local.ports import free_port
from guichet.local.process import wait_until
from guichet.local.servers import NatsServer, start_nats


def test_the_configuration_is_private_and_syncs_every_message(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "nats", 1, 2, "guichet", 'a"quote', tmp_path / "logs" / "nats.log")
    program = broker_rules.program(broker)
    file = tmp_path / "nats" / "nats.conf"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert "sync_interval: always" in text
    assert "listen: 127.0.0.1:1\n" in text
    assert '"a\\"quote"' in text
    assert broker.password not in " ".join(program.command)


def test_the_wheels_binary_is_found() -> None:
    assert broker_rules.executable().name.startswith("nats-server")


def test_readiness_is_asked_for_over_http(nats: NatsServer, tmp_path: Path) -> None:
    # It is asked for a second: on a busy machine, once may be too few.
    assert wait_until(lambda: broker_rules.is_ready(nats.broker), lambda: True, 60)
    nobody = Broker(tmp_path, free_port(), free_port(), "u", "p", tmp_path / "x.log")
    assert not broker_rules.is_ready(nobody)


def test_a_broker_that_cannot_start_says_why(nats: NatsServer, tmp_path: Path) -> None:
    with pytest.raises(LocalError) as refusal:
        start_nats(tmp_path / "second", nats.broker.port, free_port())
    assert "address already in use" in str(refusal.value)
