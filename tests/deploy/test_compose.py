"""The Compose file: valid, hardened, and naming nothing that the code does not read."""

import re
from pathlib import Path
from typing import Any

import pytest

from guichet.kernel.settings import PORTS
from guichet.local.servable_modules import SERVERS
from tests.deploy.files import DEPLOY, SERVICES, compose, compose_errors, new_secrets
from tests.deploy.production import lacks, names_known

COMPOSE: dict[str, Any] = compose()["services"]
SERVED = {name: each for name, each in COMPOSE.items() if each.get("command", [""])[0] == "serve"}
MIGRATIONS = [name for name in COMPOSE if name.startswith("migrate-")]
ONCE = [*MIGRATIONS, "nats-folder", "payment-backups-folder"]
OWN_FILES = {name: {"common", name} for name in SERVICES} | {
    "tickets": {"common", "tickets", "payments-public"},
    "control-plane": {"common", "payments-public"},
    "gateway": set[str](),
}


def files_of(name: str) -> set[str]:
    return {Path(file).stem for file in COMPOSE[name].get("env_file", [])}


def test_it_is_what_the_specification_allows() -> None:
    assert compose_errors(compose()) == []
    broken: dict[str, Any] = {"services": {"x": {"image": "y", "helthcheck": "none"}}}
    assert compose_errors(broken), "the schema is not looked at"


@pytest.mark.parametrize("name", COMPOSE)
def test_every_container_is_hardened_and_bounded(name: str) -> None:
    container = COMPOSE[name]
    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in container["security_opt"]
    assert set(container["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert "privileged" not in container
    if container.get("cap_add"):
        # Hands a new volume to its user, without a network, and ends.
        assert container["network_mode"] == "none"
        assert (container["cap_add"], container["restart"]) == (["CHOWN"], "no")
    else:
        assert container["user"].partition(":")[0] not in {"0", "root", ""}


@pytest.mark.parametrize("name", [name for name in COMPOSE if name not in ONCE])
def test_whatever_stays_is_asked_how_it_is(name: str) -> None:
    assert COMPOSE[name]["healthcheck"]["test"][0] == "CMD"
    assert COMPOSE[name]["restart"] == "unless-stopped"


def test_every_server_is_there_and_asked_at_its_own_port() -> None:
    served = {each["command"][1] for each in SERVED.values()}
    assert served == {*SERVICES, "gateway", "nginx"} <= set(SERVERS)
    ports = {"gateway": PORTS["control_plane"], "nginx": PORTS["load_balancer"]}
    for each in SERVED.values():
        server = each["command"][1]
        asked = each["healthcheck"]["test"][-1]
        path = "/api/v1/health" if server == "nginx" else "/health/ready"
        assert f"http://127.0.0.1:{ports.get(server) or PORTS[server]}{path}" in asked


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_after_its_migrations_and_is_found_at_its_port(service: str) -> None:
    migration = f"migrate-{service}"
    assert COMPOSE[migration]["command"] == ["migrate", service]
    assert COMPOSE[migration]["restart"] == "no"
    assert COMPOSE[service]["depends_on"][migration] == {
        "condition": "service_completed_successfully"
    }
    url = COMPOSE[service]["environment"][f"GUICHET_{service.upper()}_URL"]
    assert url == f"http://{service}:{PORTS[service]}"


def test_tickets_has_replicas() -> None:
    assert COMPOSE["tickets"]["deploy"]["replicas"] >= 2


@pytest.mark.parametrize("name", SERVED)
def test_a_process_is_told_its_own_secrets_alone_and_all_it_needs(name: str) -> None:
    assert files_of(name) == OWN_FILES[name]
    drawn = new_secrets().drawn("https://tickets.example.com")
    environment: dict[str, str] = {}
    for file in files_of(name):
        environment |= drawn[file]
    environment |= COMPOSE[name].get("environment", {})
    assert lacks(SERVED[name]["command"][1], environment) == []


@pytest.mark.parametrize("name", MIGRATIONS)
def test_a_migration_knows_the_one_database(name: str) -> None:
    service = name.removeprefix("migrate-")
    assert files_of(name) == {"common", service, f"{service}-owner"}


def test_no_variable_is_named_that_nobody_reads() -> None:
    named = {name for each in SERVED.values() for name in each.get("environment", {})}
    for file, values in new_secrets().drawn("https://x").items():
        # The owner's address is read by `guichet migrate`, by no service.
        if file not in {"postgres", "nats"} and not file.endswith("-owner"):
            named |= set(values)
    assert named <= names_known()


def test_the_control_plane_can_reach_and_signal_nginx() -> None:
    control, nginx = COMPOSE["control-plane"], COMPOSE["gateway"]
    assert (control["network_mode"], control["pid"]) == ("service:gateway",) * 2
    assert control["volumes"] == nginx["volumes"]
    assert control["user"] == nginx["user"]
    # Under an init, the pid in nginx's file would be another's all the same; but signals of the
    # container must reach nginx itself.
    assert nginx["init"] is False


def test_nothing_but_the_gateway_is_published_and_that_to_this_machine_alone() -> None:
    published = {name: each["ports"] for name, each in COMPOSE.items() if "ports" in each}
    assert list(published) == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])


def test_each_database_is_made_with_the_password_that_its_service_is_given() -> None:
    script = (DEPLOY / "compose" / "postgres" / "10-databases.sh").read_text("utf-8")
    made = re.findall(r'^create (\w+) "\$(\w+)" "\$(\w+)"$', script, re.MULTILINE)
    drawn = new_secrets().drawn("https://x")
    assert {service for service, _, _ in made} == set(SERVICES)
    for service, owner_password, password in made:
        prefix = f"GUICHET_{service.upper()}"
        dsn, owner_dsn = drawn[service][f"{prefix}_DSN"], drawn[f"{service}-owner"]
        assert f"//guichet_{service}_service:{drawn['postgres'][password]}@" in dsn
        owner = f"//guichet_{service}:{drawn['postgres'][owner_password]}@"
        assert owner in owner_dsn[f"{prefix}_OWNER_DSN"]
