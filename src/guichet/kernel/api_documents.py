"""What the OpenAPI document of a service says beyond what each route says of itself."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from guichet.kernel.callers import is_required
from guichet.kernel.hot_route import HotRoute, problem_responses
from guichet.kernel.problems import BadRequest, PayloadTooLarge, Problem, Unauthenticated

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_OPTIONAL_BEARER: list[dict[str, list[str]]] = [{}, {"bearer": []}]


def say_what_all_have(document: dict[str, Any], app: FastAPI) -> None:
    """Add to each operation what no route needs to repeat.

    A token that does not count is a 401 also where none is needed, and such an operation says so;
    a body can be unreadable (400) or too large (413).
    """
    optional = {
        (method.lower(), route.path_format)
        for route in _api_routes(app.routes)
        for method in route.methods or ()
        if not _asks_for_someone(route.dependant)
    }
    for path, operations in document["paths"].items():
        for method in {known.lower() for known in METHODS} & set(operations):
            operation = operations[method]
            if "security" in operation and (method, path) in optional:
                operation["security"] = _OPTIONAL_BEARER
            for status, response in problem_responses(_general(operation)).items():
                operation["responses"].setdefault(status, response)


def _general(operation: dict[str, Any]) -> list[type[Problem]]:
    kinds: list[type[Problem]] = []
    if "security" in operation:
        kinds.append(Unauthenticated)
    if "requestBody" in operation:
        kinds += [BadRequest, PayloadTooLarge]
    return kinds


def _api_routes(routes: Sequence[BaseRoute]) -> Iterator[APIRoute]:
    """Yield every route; our routers carry their whole prefix themselves."""
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, APIRoute):
            yield context.original_route


def _asks_for_someone(dependant: Dependant) -> bool:
    return is_required(dependant.call) or any(map(_asks_for_someone, dependant.dependencies))


def _is_at(route: HotRoute, path: str) -> bool:
    if route.id_name:
        return path.rpartition("/")[0] == route.path.rpartition("/")[0]
    return route.path == path


def allowed_methods(
    routes: Sequence[BaseRoute], hot_routes: Sequence[HotRoute], scope: Scope
) -> list[str]:
    """Return the methods that an address knows, for the `Allow` header of a 405.

    Where a route has this very address, those that match by a parameter are of something else.
    """
    own = [route for route in _api_routes(routes) if route.matches(scope)[0] is not Match.NONE]
    own = [route for route in own if route.path == scope["path"]] or own
    found = {route.method for route in hot_routes if _is_at(route, scope["path"])}
    return sorted(found.union(*(route.methods or set() for route in own)))
