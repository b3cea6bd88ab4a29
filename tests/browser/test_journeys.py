"""The web app in a real browser: the journeys of web/tests/browser against the running system.

Node and the browser's driver come from the project; the browser is the machine's own Chromium.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.repository_files import ROOT
from tests.system.running import System

WEB = ROOT / "web"
JOURNEYS = sorted(path.name for path in (WEB / "tests" / "browser").glob("*.test.ts"))
JOURNEY_SECONDS_MAX = 900
JOURNEYS_AT_ONCE = 2
"""A journey waits about half its time: for the server, for a page to come to rest."""
LONGEST_FIRST = ("pages.test.ts", "going.test.ts", "organiser.test.ts", "administrator.test.ts")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

Journeys = dict[str, Future[subprocess.CompletedProcess[str]]]


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
    # A journey's test waits for those that began before it, too.
    pytest.mark.timeout((len(JOURNEYS) // JOURNEYS_AT_ONCE + 1) * JOURNEY_SECONDS_MAX),
]


def test_there_are_journeys() -> None:
    assert set(LONGEST_FIRST) <= set(JOURNEYS)


@pytest.fixture(scope="module")
def journeys(system: System, request: pytest.FixtureRequest) -> Iterator[Journeys]:
    """Those that were asked for, two at a time; nothing that they do is in another's way."""
    asked = {str(item.callspec.params["journey"]) for item in of_journeys(request)}
    order = sorted(asked, key=lambda name: name not in LONGEST_FIRST)
    with ThreadPoolExecutor(JOURNEYS_AT_ONCE) as pool:
        begun = {journey: pool.submit(run, system, journey) for journey in order}
        yield begun
        pool.shutdown(cancel_futures=True)


def of_journeys(request: pytest.FixtureRequest) -> Iterator[pytest.Function]:
    """Yield the tests of a journey that this process is to run."""
    for item in request.session.items:
        if isinstance(item, pytest.Function) and item.originalname == test_journey.__name__:
            yield item


def run(system: System, journey: str) -> subprocess.CompletedProcess[str]:
    """Run a journey to its end."""
    browser = next(found for name in BROWSERS if (found := shutil.which(name)))
    environment = {
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "HOME": os.environ.get("HOME", str(Path.home())),
        "GUICHET_SITE": f"http://localhost:{system.port('load_balancer')}",
        "GUICHET_CHROMIUM": browser,
    }
    return subprocess.run(
        ["node", "--test", "--test-concurrency=1", f"tests/browser/{journey}"],  # noqa: S607 - the project's own, first on the path
        cwd=WEB,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=JOURNEY_SECONDS_MAX,
        check=False,
    )


@pytest.mark.parametrize("journey", JOURNEYS)
def test_journey(journeys: Journeys, journey: str) -> None:
    done = journeys[journey].result()
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
