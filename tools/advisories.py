"""Say which pinned packages have a published weakness, from what can be asked here and now.

For Python, GUICHET_ADVISORIES names a folder of advisories in the OSV format (one JSON file
each), kept without a network. For the web app npm asks its registry, for a short while. Neither
has to be there: what could not be asked is said, and is no failure; what is found is one.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
NPM_SECONDS_MAX = 30.0
SKIPPED = "skipped: no advisory data reachable"


def pinned(lock: str) -> dict[str, str]:
    """Return name → version of every requirement in the text of a lock file."""
    found = re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", lock)
    return {_normal(name): version for name, version in found}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def advisories_in(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield every advisory of a folder; ValueError where a file is none."""
    for file in sorted(folder.rglob("*.json")):
        yield json.loads(file.read_text("utf-8"))


def struck(packages: Mapping[str, str], advisory: Mapping[str, Any]) -> list[str]:
    """Return which of the pinned packages an advisory is about, as sentences."""
    if advisory.get("withdrawn"):
        return []
    return [
        f"{name} {packages[name]}: {advisory.get('id', '?')} {advisory.get('summary', '')}".rstrip()
        for affected in advisory.get("affected", [])
        if affected["package"]["ecosystem"] == "PyPI"
        and (name := _normal(affected["package"]["name"])) in packages
        and packages[name] in affected.get("versions", [])
    ]


def python_findings() -> list[str] | None:
    """Return what is known of the pinned Python packages, None where nothing is here."""
    named = os.environ.get("GUICHET_ADVISORIES", "")
    if not named or not Path(named).is_dir():
        return None
    packages = pinned((ROOT / "requirements.lock").read_text("utf-8"))
    found = [sentence for each in advisories_in(Path(named)) for sentence in struck(packages, each)]
    return sorted(set(found))


def npm_findings(output: str) -> list[str] | None:
    """Return what `npm audit --json` said, None where its registry gave no advisories."""
    try:
        report = json.loads(output)
        weak: dict[str, Any] = report["vulnerabilities"]
    except (ValueError, KeyError, TypeError):
        return None
    return [f"{name}: {about['severity']} ({about['range']})" for name, about in weak.items()]


def ask_npm() -> str:
    """Return the output of `npm audit`, "" where it did not come in time."""
    try:
        answer = subprocess.run(
            ["npm", "audit", "--json", "--package-lock-only", "--fetch-retries=0"],  # noqa: S607 - the npm of .venv is first in the path
            cwd=ROOT / "web",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=NPM_SECONDS_MAX,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout


def main() -> int:
    """Print what was found; returns 1 where something was."""
    is_weak = False
    for kind, found in (("Python", python_findings()), ("npm", npm_findings(ask_npm()))):
        print(f"advisories ({kind}): {SKIPPED if found is None else f'{len(found)} found'}")
        for sentence in found or []:
            is_weak = True
            print(f"  {sentence}")
    return int(is_weak)


if __name__ == "__main__":
    sys.exit(main())
