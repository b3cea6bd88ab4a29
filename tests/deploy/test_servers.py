"""What the images of others are told: NATS writes before it acknowledges; both copies agree."""

import os
import subprocess
from pathlib import Path

from guichet.local import nats
from tests.deploy.files import DEPLOY, KUBERNETES

TRIAL = KUBERNETES / "overlays" / "trial"


def test_the_trial_uses_the_same_files_as_compose() -> None:
    for file in ("postgres/10-databases.sh", "nats/nats.conf"):
        ours = DEPLOY / "compose" / file
        assert (TRIAL / ours.name).read_text("utf-8") == ours.read_text("utf-8")


def test_nats_accepts_its_configuration_and_keeps_what_it_acknowledges(tmp_path: Path) -> None:
    text = (DEPLOY / "compose" / "nats" / "nats.conf").read_text("utf-8")
    assert "sync_interval: always" in text
    file = tmp_path / "nats.conf"
    file.write_text(text.replace("/data", str(tmp_path)))
    environment = {**os.environ, "NATS_USER": "guichet", "NATS_PASSWORD": "x1y2"}
    command = [str(nats.executable()), "-t", "-c", str(file)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr


def test_the_shell_accepts_the_script_that_makes_the_databases() -> None:
    script = DEPLOY / "compose" / "postgres" / "10-databases.sh"
    done = subprocess.run(["/bin/sh", "-n", str(script)], check=False, timeout=10)
    assert done.returncode == 0
