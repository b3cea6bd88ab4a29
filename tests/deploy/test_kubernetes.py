"""The manifests: valid, hardened, probed, and naming nothing that the code does not read."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from guichet.gateway.http_api import router as gateway_router
from guichet.kernel.settings import PORTS
from guichet.local.servable_modules import SERVERS
from tests.deploy.files import (
    KUBERNETES,
    SERVICES,
    Document,
    documents_in,
    kubernetes_errors,
    kustomizations,
    manifests,
    new_secrets,
    of_kind,
)
from tests.deploy.production import lacks, names_known

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
ROUTES = {"/health/live", "/health/ready", "/api/v1/health"}
HARDENED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
DEPLOYMENTS = {each["metadata"]["name"]: each for each in of_kind("Deployment")}
PATCHES = [
    (folder, patch["path"])
    for folder, kustomization in kustomizations()
    for patch in kustomization.get("patches", [])
]


def pod_of(workload: Document) -> dict[str, Any]:
    return workload["spec"]["template"]["spec"]


def containers() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{each['metadata']['name']}/{container['name']}", container)
        for each in of_kind("Deployment", "StatefulSet", "Job")
        for container in pod_of(each)["containers"]
    ]


@pytest.mark.parametrize(("name", "manifest"), manifests(), ids=[name for name, _ in manifests()])
def test_it_is_what_kubernetes_accepts(name: str, manifest: Document) -> None:
    assert kubernetes_errors(manifest) == [], name


def test_the_schemas_are_looked_at() -> None:
    broken = {**DEPLOYMENTS["tickets"], "spec": {**DEPLOYMENTS["tickets"]["spec"], "replica": 1}}
    assert kubernetes_errors(broken)


def test_every_file_is_part_of_a_kustomization() -> None:
    listed: set[Path] = set()
    for folder, kustomization in kustomizations():
        listed.add(folder / "kustomization.yaml")
        for named in kustomization["resources"]:
            assert (folder / named).exists(), named
            listed.add((folder / named).resolve())
        listed |= {folder / patch["path"] for patch in kustomization.get("patches", [])}
        for generated in kustomization.get("configMapGenerator", []):
            listed |= {folder / file for file in generated["files"]}
    assert {file for file in KUBERNETES.rglob("*") if file.is_file()} <= listed


@pytest.mark.parametrize(("folder", "path"), PATCHES, ids=[f"{f.name}/{p}" for f, p in PATCHES])
def test_a_patch_changes_something_that_is_there(folder: Path, path: str) -> None:
    known = {(each["kind"], each["metadata"]["name"]) for _, each in manifests()}
    assert (folder / path).is_file()
    for patch in documents_in(folder / path):
        assert (patch["kind"], patch["metadata"]["name"]) in known


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kustomize is part of kubectl")
@pytest.mark.parametrize("folder", ["overlays/production", "overlays/trial", "migrations"])
def test_kustomize_builds_it_and_kubernetes_accepts_the_whole(folder: str) -> None:
    command = ["kubectl", "kustomize", str(KUBERNETES / folder)]
    built = subprocess.run(command, capture_output=True, text=True, check=True)
    whole = list(yaml.safe_load_all(built.stdout))
    assert len(whole) >= 5
    for each in whole:
        assert kubernetes_errors(each) == [], each["metadata"]["name"]


def test_every_container_is_hardened_and_bounded() -> None:
    for name, container in containers():
        assert container["securityContext"] == HARDENED, name
        for bound in ("requests", "limits"):
            assert set(container["resources"][bound]) == {"cpu", "memory"}, name


def test_no_pod_runs_as_root_or_holds_a_token_of_the_cluster() -> None:
    for workload in of_kind("Deployment", "StatefulSet", "Job"):
        pod = pod_of(workload)
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] > 0
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert not any("hostPath" in volume for volume in pod["volumes"])


def test_every_probe_asks_a_route_that_there_is() -> None:
    served = {getattr(route, "path", "") for route in gateway_router.routes}
    assert "/api/v1/health" in served
    for deployment in DEPLOYMENTS.values():
        for container in pod_of(deployment)["containers"]:
            ports = {port["name"] for port in container["ports"]}
            for probe in PROBES:
                asked = container[probe]
                if "tcpSocket" in asked:
                    assert asked["tcpSocket"]["port"] in ports
                    continue
                assert asked["httpGet"]["path"] in ROUTES
                assert asked["httpGet"]["port"] in ports
            # Killed only when it lives no more; sent nothing while it is not ready.
            live, ready = container["livenessProbe"], container["readinessProbe"]
            assert "ready" not in live.get("httpGet", {}).get("path", "")
            assert live["periodSeconds"] * live["failureThreshold"] >= 60
            assert ready["periodSeconds"] * ready["failureThreshold"] <= 15


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_release_and_a_node_s_end_leave_enough_instances(name: str) -> None:
    deployment = DEPLOYMENTS[name]
    rolling = deployment["spec"]["strategy"]["rollingUpdate"]
    assert (rolling["maxUnavailable"], rolling["maxSurge"]) == (0, 1)
    labels = deployment["spec"]["selector"]["matchLabels"]
    assert labels.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    budgets = [each for each in of_kind("PodDisruptionBudget") if each["metadata"]["name"] == name]
    assert budgets[0]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": labels}}
    spread = pod_of(deployment)["topologySpreadConstraints"]
    assert all(each["labelSelector"] == {"matchLabels": labels} for each in spread)
    service = next(each for each in of_kind("Service") if each["metadata"]["name"] == name)
    assert service["spec"]["selector"] == labels
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in of_kind("HorizontalPodAutoscaler")}
    if name in scaled:
        assert "replicas" not in deployment["spec"], "each release would undo the autoscaler"
    else:
        assert deployment["spec"]["replicas"] >= 2


def test_the_autoscaler_keeps_two_instances_of_tickets() -> None:
    (scaler,) = of_kind("HorizontalPodAutoscaler")
    assert scaler["spec"]["scaleTargetRef"]["name"] == "tickets"
    assert scaler["spec"]["minReplicas"] >= 2


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_each_server_listens_where_the_others_look_for_it(name: str) -> None:
    for container in pod_of(DEPLOYMENTS[name])["containers"]:
        command, server = map(str, container["args"])
        assert (command, server in SERVERS) == ("serve", True)
        listener = {"nginx": "load_balancer", "gateway": "control_plane"}.get(server, server)
        assert container["ports"][0]["containerPort"] == PORTS[listener]
    service = next(each for each in of_kind("Service") if each["metadata"]["name"] == name)
    port = PORTS["load_balancer" if name == "gateway" else name]
    assert service["spec"]["ports"][0]["port"] == port
    if name in SERVICES:
        # Headless, so that the gateway's look-up finds every instance rather than one address.
        assert service["spec"]["clusterIP"] == "None"
        settings = next(each for each in of_kind("ConfigMap"))["data"]
        assert settings[f"GUICHET_{name.upper()}_URL"] == f"http://{name}:{port}"


def environment_of(container: dict[str, Any]) -> dict[str, str]:
    """Return what a container is told, by the base's settings and newly drawn secrets."""
    drawn = new_secrets().drawn("https://tickets.example.com")
    environment: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            environment |= next(
                each["data"]
                for each in of_kind("ConfigMap")
                if each["metadata"]["name"] == source["configMapRef"]["name"]
            )
        else:
            environment |= drawn[source["secretRef"]["name"].removeprefix("guichet-")]
    for each in container.get("env", []):
        environment[each["name"]] = each.get("value", "10.1.2.3")
    return environment


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_process_is_told_its_own_secrets_alone_and_all_it_needs(name: str) -> None:
    for container in pod_of(DEPLOYMENTS[name])["containers"]:
        server = container["args"][1]
        named = {
            source["secretRef"]["name"]
            for source in container.get("envFrom", [])
            if "secretRef" in source
        }
        allowed = {"guichet-common", f"guichet-{server}"}
        if server in {"tickets", "gateway"}:
            allowed.add("guichet-payments-public")
        assert named <= allowed
        environment = environment_of(container)
        assert lacks(server, environment) == []
        assert {key for key in environment if key.startswith("GUICHET_")} <= names_known()


def test_settings_of_the_overlays_are_read_by_somebody() -> None:
    for folder, path in PATCHES:
        for patch in documents_in(folder / path):
            if patch["kind"] == "ConfigMap":
                assert set(patch["data"]) <= names_known()


def test_the_gateway_s_two_share_processes_files_and_user() -> None:
    pod = pod_of(DEPLOYMENTS["gateway"])
    assert pod["shareProcessNamespace"] is True
    nginx, control = pod["containers"]
    assert nginx["volumeMounts"] == control["volumeMounts"]
    assert nginx["image"] == control["image"]


@pytest.mark.parametrize("service", SERVICES)
def test_each_database_has_a_job_that_migrates_it(service: str) -> None:
    job = next(each for each in of_kind("Job") if each["metadata"]["name"] == f"migrate-{service}")
    (container,) = pod_of(job)["containers"]
    assert container["args"] == ["migrate", service]
    told = {each["name"]: each for each in container["env"]}
    for role, file in (("DSN", service), ("OWNER_DSN", f"{service}-owner")):
        variable = f"GUICHET_{service.upper()}_{role}"
        secret = told[variable]["valueFrom"]["secretKeyRef"]
        assert secret == {"name": f"guichet-{file}", "key": variable}
        assert variable in new_secrets().drawn("https://x")[file]
    assert pod_of(job)["restartPolicy"] == "Never"


def test_what_is_not_allowed_is_forbidden() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in of_kind("NetworkPolicy")}
    nothing = policies["nothing"]
    assert nothing["policyTypes"] == ["Ingress", "Egress"]
    assert not nothing.get("ingress")
    assert not nothing.get("egress")
    own_ports = {PORTS[name] for name in SERVICES}
    heard = {port["port"] for rule in policies["services"]["ingress"] for port in rule["ports"]}
    assert heard == own_ports
    reached = {port["port"] for rule in policies["gateway"]["egress"] for port in rule["ports"]}
    assert reached == own_ports
    entered = {port["port"] for rule in policies["gateway"]["ingress"] for port in rule["ports"]}
    assert entered == {PORTS["load_balancer"]}


def test_no_secret_is_written_down() -> None:
    assert of_kind("Secret") == []
    for file in KUBERNETES.rglob("*"):
        if file.is_file():
            assert not re.search(r"(sk|pk|rk)_(live|test)_|whsec_", file.read_text("utf-8"))
