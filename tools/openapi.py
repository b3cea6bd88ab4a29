"""Write `contracts/openapi/<service>.json`, the HTTP interface of every service.

`--check` writes nothing and fails where a committed document is no longer true. No server is
started and no setting is needed: the applications are built and asked what they offer.
"""

import importlib
import inspect
import sys
from pathlib import Path
from typing import Any, get_args

from fastapi import FastAPI

from guichet.kernel.app import openapi_document
from guichet.kernel.settings import CommonSettings
from tools.documents import publish

SERVICES = ("auth", "users", "events", "tickets", "notifications", "gateway")
FOLDER = Path("src/guichet/contracts/openapi")


def application(service: str) -> FastAPI:
    """Build a service's application from default settings; nothing is opened or read.

    What a real start must be told, such as the address of a database, is left empty.
    """
    build = importlib.import_module(f"guichet.{service}.main").build
    hint = inspect.get_annotations(build, eval_str=True)["settings"]
    kinds = [kind for kind in (hint, *get_args(hint)) if inspect.isclass(kind)]
    settings = next(kind for kind in kinds if issubclass(kind, CommonSettings))
    empty: dict[str, Any] = {
        name: "" for name, field in settings.model_fields.items() if field.is_required()
    }
    built: FastAPI = build(settings.model_construct(**empty))
    return built


def document(service: str) -> dict[str, Any]:
    """Return the OpenAPI document that the service serves at `/docs/api/openapi.json`."""
    return openapi_document(application(service))


if __name__ == "__main__":
    sys.exit(
        publish(
            {FOLDER / f"{service}.json": document(service) for service in SERVICES},
            check="--check" in sys.argv,
            remake="make openapi",
        )
    )
