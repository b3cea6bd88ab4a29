"""schemathesis strikes every operation of every committed OpenAPI document, with every role.

It comes after the stories, since it changes whatever it can; what comes last then checks that the
invariants hold all the same. `make fuzz` runs the same for longer and with another seed.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.repository_files import ROOT
from tests.system.running import ROLES, Person, System

SERVICES = ("auth", "users", "events", "tickets", "notifications", "gateway")
EXAMPLES = int(os.environ.get("GUICHET_FUZZ_EXAMPLES", "1"))
"""How many drawn examples each operation gets, of each kind."""
SHARE = int(os.environ.get("GUICHET_FUZZ_SHARE", "12"))
"""Of the cases that follow from the schema alone, some ten thousand, one in so many is sent."""
SEED = os.environ.get("GUICHET_FUZZ_SEED", "1")
SECONDS_MAX = int(os.environ.get("GUICHET_FUZZ_SECONDS_MAX", "900"))

NEVER_ENDING = "/stream$|/live$"
"""Streams of server-sent events stay open: tests/gateway and tests/tickets read them."""
INTERNAL = "/internal/"
"""Not to be reached through the gateway: tests/system/test_attack_access.py shows it."""
ENDING = "/logout$|/sessions"
"""They end the session that the rest is asked with, so they are struck with one of their own."""


async def someone(system: System, role: str) -> Person:
    """Return a new account with this role."""
    person = await system.register()
    if role != "user":
        path = f"/auth/accounts/{person.id}"
        admin = await system.demo("admin")
        await system.expect(200, "PATCH", path, {"role": role}, who=admin)
    return await system.sign_in(person.email)


def whole_document() -> dict[str, Any]:
    """Return the documents of all services as one, so that they are read once a role."""
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Guichet", "version": "1"},
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
    }
    for service in SERVICES:
        file = ROOT / "src/guichet/contracts/openapi" / f"{service}.json"
        text = file.read_text("utf-8").replace(
            "#/components/schemas/", f"#/components/schemas/{service}."
        )
        document = json.loads(text)
        whole["paths"].update(document["paths"])
        parts = document.get("components", {})
        whole["components"]["securitySchemes"].update(parts.get("securitySchemes", {}))
        whole["components"]["schemas"].update(
            {f"{service}.{name}": schema for name, schema in parts.get("schemas", {}).items()}
        )
    return whole


def strike(
    system: System, who: Person, victim: Person, spared: list[Person], share: int, *paths: str
) -> str:
    """Run schemathesis on every service's document; return what it found, "" for nothing."""
    folder = system.storage.parent
    document, configuration = folder / "openapi.json", folder / "schemathesis.toml"
    document.write_text(json.dumps(whole_document()))
    configuration.write_text('headers = { Authorization = "Bearer ${GUICHET_FUZZ_TOKEN}" }\n')
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
        *("run", str(document), "--url", f"http://127.0.0.1:{system.port('gateway')}"),
        *("--checks", "all", "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(EXAMPLES), "--seed", SEED, "--continue-on-failure"),
        *("--no-shrink", "--generation-database", "none", "--suppress-health-check", "all"),
        *("--request-timeout", "60", "--no-color", "--warnings", "off", *paths),
    ]
    outcome = subprocess.run(
        command,
        # It leaves notes where it is started.
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.fuzz.schema_hooks",
            "GUICHET_FUZZ_TOKEN": who.token,
            "GUICHET_FUZZ_SHARE": str(share),
            "GUICHET_FUZZ_VICTIM": str(victim.id),
            "GUICHET_FUZZ_SPARED": ",".join(str(person.id) for person in spared),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    return "" if outcome.returncode == 0 else f"{outcome.stdout}{outcome.stderr}"


@pytest.mark.timeout(SECONDS_MAX + 20)
@pytest.mark.parametrize("role", ROLES)
async def test_no_role_finds_an_answer_that_is_not_documented(system: System, role: str) -> None:
    person, victim = await someone(system, role), await system.register()
    spared = [*[await system.demo(each) for each in ROLES], person]
    # What others may not do is refused in one way; an administrator gets further.
    share = SHARE if role == "admin" else 4 * SHARE
    left_out = f"{INTERNAL}|{NEVER_ENDING}|{ENDING}"
    found = strike(
        system, person, victim, spared, 1 if SHARE == 1 else share, "--exclude-path-regex", left_out
    )
    assert not found, found[-20_000:]


@pytest.mark.timeout(SECONDS_MAX + 20)
async def test_what_ends_a_session_answers_as_documented(system: System) -> None:
    person, victim = await system.register(), await system.register()
    found = strike(system, person, victim, [person], 1, "--include-path-regex", ENDING)
    assert not found, found[-20_000:]


def test_every_operation_is_struck() -> None:
    """Nothing is left out beside what has its reason above."""
    left_out = [
        path
        for service in SERVICES
        for path in json.loads(
            (ROOT / "src/guichet/contracts/openapi" / f"{service}.json").read_text("utf-8")
        )["paths"]
        if path.endswith(("/stream", "/live"))
    ]
    assert len(left_out) == 2


def test_the_document_folder_has_no_other_service() -> None:
    folder = Path(ROOT / "src/guichet/contracts/openapi")
    assert {file.stem for file in folder.glob("*.json")} == set(SERVICES)
