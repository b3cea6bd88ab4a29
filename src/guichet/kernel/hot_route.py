"""Routes whose cost counts: bare ASGI with msgspec shapes, the same errors and the same OpenAPI."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.types import Receive, Scope, Send

from guichet.kernel.context import Actor, acting
from guichet.kernel.entry import HotEndpoint, send_body
from guichet.kernel.problems import BadRequest, PayloadTooLarge, Problem, Unauthenticated
from guichet.kernel.tokens import Principal, TokenVerifier
from guichet.kernel.validation import malformed_body

BODY_BYTES_MAX = 64 * 1024
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
"""What a database column holds."""
_REF = "#/components/schemas/{name}"

Body = TypeVar("Body")


@dataclass(frozen=True, slots=True)
class HotRequest(Generic[Body]):
    """What a hot handler receives: the decoded body, who asks, and the headers (lower case).

    `path_id` is the id at the end of the path, 0 where the route has none.
    """

    body: Body
    principal: Principal | None
    headers: Mapping[str, str]
    client_address: str
    path_id: int = 0

    def required_principal(self) -> Principal:
        """Return who asks; `Unauthenticated` where nobody signed in."""
        if self.principal is None:
            raise Unauthenticated
        return self.principal


@dataclass(frozen=True, slots=True)
class HotAnswer:
    """What a hot handler returns: a status and a Pydantic model, written as it stands."""

    status: int
    body: BaseModel
    headers: Mapping[str, str] | None = None


Handler = Callable[[HotRequest[Any]], Awaitable[HotAnswer]]


@dataclass(frozen=True, slots=True)
class HotRoute:
    """One hot route, as documented and as served.

    `token` is "required", "optional" or "none". `request` is a msgspec type, None where there is no
    body to read; `responses` maps a status to a model; `problems` are the refusals that it can
    answer with. The last part of `path` may be an id, as in `/holds/{hold_id}`.
    """

    method: str
    path: str
    summary: str
    handler: Handler
    request: type[Any] | None
    responses: Mapping[int, type[BaseModel]]
    problems: Sequence[type[Problem]]
    token: str = "required"
    tag: str = ""
    headers: Sequence[str] = ()
    is_raw: bool = False
    """Whether the handler gets the body's bytes as they came: for what is signed."""
    body_bytes_max: int = BODY_BYTES_MAX

    @property
    def id_name(self) -> str:
        """The name of the id that the path ends with, empty where it ends with none."""
        last = self.path.rpartition("/")[2]
        return last[1:-1] if last.startswith("{") else ""

    def endpoint(self, verifier: Callable[[], TokenVerifier]) -> HotEndpoint:
        """Return the ASGI callable; `verifier` is asked at each request, once the app runs."""
        # Clients that fill in forms send numbers as texts, as other routes accept them too.
        decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self.request, strict=False)
        handler, token, id_name = self.handler, self.token, self.id_name
        is_raw = self.is_raw or self.request is None

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            headers = {
                name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
            }
            principal = None
            if token != "none":
                principal = await verifier().verify_header(headers.get("authorization"))
                if principal is None and token == "required":
                    raise Unauthenticated
                if principal is not None:
                    acting.set(Actor(principal.account_id, principal.role))
            content = await read_body(receive, self.body_bytes_max)
            body = content if is_raw else _decode(decoder, content)
            client = scope.get("client")
            answer = await handler(
                HotRequest(
                    body=body,
                    principal=principal,
                    headers=headers,
                    client_address=headers.get("x-real-ip") or (client[0] if client else ""),
                    path_id=_id_in(scope["path"], id_name) if id_name else 0,
                )
            )
            written = answer.body.__pydantic_serializer__.to_json(answer.body)
            await send_body(send, answer.status, written, headers=answer.headers)

        return serve


async def read_body(receive: Receive, bytes_max: int = BODY_BYTES_MAX) -> bytes:
    """Return the request's body; `PayloadTooLarge` beyond that many bytes."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadRequest
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > bytes_max:
            raise PayloadTooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _decode(decoder: "msgspec.json.Decoder[Any]", raw: bytes) -> Any:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise malformed_body(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest from None


def _id_in(path: str, name: str) -> int:
    try:
        return msgspec.convert(path.rpartition("/")[2], Id, strict=False)
    except msgspec.ValidationError as error:
        raise malformed_body(f"{error} - at `$.{name}`") from None


def _schema_of_refused(kind: type[Any]) -> dict[str, Any]:
    """Describe a field that is declared only to be refused, `UnsetType` being all it may be."""
    if kind is msgspec.UnsetType:
        return {"not": {}, "description": "Not the caller's to say; refused."}
    raise NotImplementedError


def openapi_fragment(routes: Sequence[HotRoute]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the OpenAPI paths and component schemas of these routes."""
    requests = [route.request for route in routes if route.request is not None]
    schemas, components = msgspec.json.schema_components(
        requests, ref_template=_REF, schema_hook=_schema_of_refused
    )
    # In a fixed order, since the document is committed and compared.
    answers = dict.fromkeys(answer for route in routes for answer in route.responses.values())
    answer_schemas, answer_components = models_json_schema(
        [(answer, "serialization") for answer in answers], ref_template=_REF.format(name="{model}")
    )
    components.update(answer_components.get("$defs", {}))
    by_type = iter(schemas)
    paths: dict[str, Any] = {}
    for route in routes:
        responses: dict[str, Any] = {
            str(status): {
                "description": "Done" if status < 300 else "Pending",  # noqa: PLR2004 - HTTP
                "content": {
                    "application/json": {"schema": answer_schemas[answer, "serialization"]}
                },
            }
            for status, answer in route.responses.items()
        }
        responses.update(problem_responses(route.problems))
        paths.setdefault(route.path, {})[route.method.lower()] = {
            "summary": route.summary,
            "operationId": route.handler.__name__,
            "tags": [route.tag] if route.tag else [],
            "parameters": _parameters(route),
            **({} if route.request is None else _body_of(next(by_type))),
            "responses": responses,
            **_security(route.token),
        }
    return paths, dict(components)


def _parameters(route: HotRoute) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        for name in route.headers
    ]
    if route.id_name:
        schema = msgspec.json.schema(Id)
        found.append({"name": route.id_name, "in": "path", "required": True, "schema": schema})
    return found


def _body_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _security(token: str) -> dict[str, Any]:
    """Return what OpenAPI says of a route whose token is "required", "optional" or "none"."""
    if token == "none":
        return {}
    return {"security": [{"bearer": []}] if token == "required" else [{}, {"bearer": []}]}


def problem_responses(problems: Sequence[type[Problem]]) -> dict[str, Any]:
    """Return OpenAPI responses for named refusals, grouped by status."""
    grouped: dict[int, list[type[Problem]]] = {}
    for problem in problems:
        grouped.setdefault(problem.status, []).append(problem)
    return {
        str(status): {
            "description": " · ".join(f"`{kind.code}`: {kind.en}" for kind in kinds),
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
        for status, kinds in sorted(grouped.items())
    }
