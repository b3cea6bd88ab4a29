"""The files of deploy/, read and judged by the schemas that their readers publish."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema_rs
import yaml

from tests.repository_files import ROOT

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
KUBERNETES_SCHEMAS = "v1.37.0-local-strict"
SERVICES = ("auth", "users", "events", "tickets", "notifications")

Document = dict[str, Any]


@cache
def package_folder(name: str) -> Path:
    """Return where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def compose() -> Document:
    """Return the Compose file, its anchors merged."""
    return yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text("utf-8"))


def documents_in(file: Path) -> list[Document]:
    """Return every document of a YAML file that is an object, as patches in steps are not."""
    return [each for each in yaml.safe_load_all(file.read_text("utf-8")) if isinstance(each, dict)]


def kustomizations() -> Iterator[tuple[Path, Document]]:
    """Yield each folder that kustomize can build, with what it says."""
    for file in sorted(KUBERNETES.rglob("kustomization.yaml")):
        yield file.parent, documents_in(file)[0]


@cache
def manifests() -> tuple[tuple[str, Document], ...]:
    """Return the name and content of each whole manifest; patches are none."""
    found: list[tuple[str, Document]] = []
    for folder, kustomization in kustomizations():
        for resource in kustomization["resources"]:
            path = folder / resource
            if path.suffix == ".yaml":
                found += [
                    (
                        f"{path.relative_to(KUBERNETES)} {each['kind']} {each['metadata']['name']}",
                        each,
                    )
                    for each in documents_in(path)
                ]
    return tuple(found)


def of_kind(*kinds: str) -> list[Document]:
    """Return the manifests of these kinds."""
    return [content for _, content in manifests() if content["kind"] in kinds]


@cache
def _definitions() -> str:
    folder = package_folder("kubernetes_validate") / "kubernetes-json-schema" / KUBERNETES_SCHEMAS
    return (folder / "_definitions.json").read_text("utf-8")


@cache
def _kubernetes_schema(kind: str, api_version: str) -> jsonschema_rs.Validator:
    folder = package_folder("kubernetes_validate") / "kubernetes-json-schema" / KUBERNETES_SCHEMAS
    name = f"{kind}-{api_version}".lower().replace(".k8s.io", "").replace("/", "-")
    schema = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return jsonschema_rs.validator_for(
        schema,
        base_uri="file:///schemas/one.json",
        retriever=lambda _uri: json.loads(_definitions()),
    )


def kubernetes_errors(manifest: Document) -> list[str]:
    """Return what Kubernetes' own schema, unknown members included, finds wrong."""
    validator = _kubernetes_schema(manifest["kind"], manifest["apiVersion"])
    return [f"{each.instance_path}: {each.message}" for each in validator.iter_errors(manifest)]


def compose_errors(document: Document) -> list[str]:
    """Return what the Compose specification's schema finds wrong."""
    folder = package_folder("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "compose-spec.json").read_text("utf-8"))
    found = jsonschema_rs.validator_for(schema).iter_errors(document)
    return [f"{each.instance_path}: {each.message}" for each in found]


@cache
def new_secrets() -> ModuleType:
    """Return the program that draws a system's secrets."""
    spec = importlib.util.spec_from_file_location("new_secrets", DEPLOY / "new_secrets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["new_secrets"] = module
    spec.loader.exec_module(module)
    return module
