"""The web app in a real browser: the journeys of web/tests/browser against the running system.

Node and the browser's driver come from the project; the browser is the machine's own Chromium.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repository_files import ROOT
from tests.system.running import System

WEB = ROOT / "web"
JOURNEYS = sorted(path.name for path in (WEB / "tests" / "browser").glob("*.test.ts"))
JOURNEY_SECONDS_MAX = 420
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str:
    """Return what is not there for these tests, empty where nothing lacks."""
    if not any(map(shutil.which, BROWSERS)):
        return "no Chromium on the path: install Debian's chromium"
    if not (WEB / "node_modules" / "playwright-core").is_dir():
        return "the web app's packages are not installed: make web"
    if not (WEB / "dist" / "index.html").is_file():
        return "the web app is not built: make web"
    return ""


pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.timeout(JOURNEY_SECONDS_MAX + 60),
]


def test_there_are_journeys() -> None:
    assert JOURNEYS


@pytest.mark.parametrize("journey", JOURNEYS)
def test_journey(system: System, journey: str) -> None:
    browser = next(found for name in BROWSERS if (found := shutil.which(name)))
    environment = {
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": os.environ.get("HOME", str(Path.home())),
        "GUICHET_SITE": f"http://localhost:{system.port('load_balancer')}",
        "GUICHET_CHROMIUM": browser,
    }
    done = subprocess.run(
        ["node", "--test", "--test-concurrency=1", f"tests/browser/{journey}"],  # noqa: S607 - the project's own, first on the path
        cwd=WEB,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=JOURNEY_SECONDS_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
