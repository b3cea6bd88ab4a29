"""A hot route has the same errors and the same OpenAPI as any other."""

import json
import re
from typing import Annotated, Any

import msgspec
import pytest
from fastapi import FastAPI
from pydantic import BaseModel

from guichet.kernel.app import create_app, entry_of, openapi_document
from guichet.kernel.entry import Entry
from guichet.kernel.hot_route import BODY_BYTES_MAX, HotAnswer, HotRequest, HotRoute
from guichet.kernel.problems import Conflict, TooEarly
from guichet.kernel.tokens import Revocations, SigningKeys, TokenVerifier
from tests.fakes.issuer import FakeIssuer
from tests.kernel.asgi import call
from tests.kernel.test_app import context

issuer = FakeIssuer()


class Line(msgspec.Struct):
    number: Annotated[int, msgspec.Meta(ge=1)]


class Wish(msgspec.Struct):
    count: Annotated[int, msgspec.Meta(ge=1, le=9)]
    note: Annotated[str, msgspec.Meta(min_length=2, max_length=5)] = "none"
    lines: list[Line] = []
    is_big: bool = False
    code: str | int = ""
    price: msgspec.UnsetType = msgspec.UNSET


class Granted(BaseModel):
    count: int
    by: int | None
    address: str


async def grant(request: HotRequest[Wish]) -> HotAnswer:
    if request.body.count == 9:
        raise Conflict
    by = request.principal.account_id if request.principal else None
    answer = Granted(count=request.body.count, by=by, address=request.client_address)
    return HotAnswer(201, answer, {"Location": "/somewhere"})


async def take_back(request: HotRequest[bytes]) -> HotAnswer:
    return HotAnswer(200, Granted(count=request.path_id, by=None, address=""))


def route(path: str, token: str) -> HotRoute:
    return HotRoute(
        method="POST",
        path=path,
        summary="Grant a wish",
        handler=grant,
        request=Wish,
        responses={201: Granted},
        problems=[Conflict, TooEarly],
        token=token,
        tag="wishes",
        headers=["Idempotency-Key"],
    )


BY_ID = HotRoute(
    method="DELETE",
    path="/wishes/{wish_id}",
    summary="Take a wish back",
    handler=take_back,
    request=None,
    responses={200: Granted},
    problems=[Conflict],
    token="none",
)
ROUTES = [
    route("/required", "required"),
    route("/optional", "optional"),
    route("/none", "none"),
    BY_ID,
]


@pytest.fixture
def app() -> FastAPI:
    made = create_app(
        service="wishes", title="Wishes", context=context, routers=[], hot_routes=ROUTES
    )
    made.state.verifier = TokenVerifier(
        SigningKeys(issuer.jwks), Revocations(), issuer="guichet", audience="guichet"
    )
    return made


@pytest.fixture
def entry(app: FastAPI) -> Entry:
    return entry_of(app)


async def test_a_wish_is_granted(entry: Entry) -> None:
    answer = await call(
        entry,
        "POST",
        "/required",
        body=[b'{"count"', b": 3}"],
        authorization=f"Bearer {issuer.token(7)}",
        x_real_ip="198.51.100.1",
    )
    assert answer.status == 201
    assert answer.json == {"count": 3, "by": 7, "address": "198.51.100.1"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["location"] == "/somewhere"


async def test_tokens_count_as_the_route_says(entry: Entry) -> None:
    body = b'{"count": 1}'
    token = f"Bearer {issuer.token(7)}"
    assert (await call(entry, "POST", "/required", body=body)).status == 401
    for authorization, status, by in (("", 201, None), (token, 201, 7), ("Bearer x", 401, None)):
        answer = await call(entry, "POST", "/optional", body=body, authorization=authorization)
        assert (answer.status, answer.json.get("by")) == (status, by)
    assert (await call(entry, "POST", "/none", body=body, authorization="Bearer x")).status == 201


async def test_numbers_may_come_as_texts_as_forms_send_them(entry: Entry) -> None:
    body = b'{"count": "3", "lines": [{"number": "1"}]}'
    answer = await call(entry, "POST", "/none", body=body)
    assert (answer.status, answer.json["count"]) == (201, 3)


async def test_a_path_may_end_with_an_id(entry: Entry) -> None:
    answer = await call(entry, "DELETE", "/wishes/12")
    assert (answer.status, answer.json["count"]) == (200, 12)
    for wrong, sentence in (
        ("x", "A whole number is expected."),
        ("0", "The smallest value is 1."),
        (str(2**63), None),
        ("1.5", "A whole number is expected."),
    ):
        refused = await call(entry, "DELETE", f"/wishes/{wrong}", accept_language="en")
        assert (refused.status, refused.json["code"]) == (422, "malformed")
        assert sentence is None or refused.json["errors"] == {"wish_id": [sentence]}
    assert (await call(entry, "DELETE", "/wishes")).status == 404
    assert (await call(entry, "DELETE", "/wishes/12/more")).status == 404


def test_an_id_in_a_path_is_documented_and_no_body(app: FastAPI) -> None:
    operation = openapi_document(app)["paths"]["/wishes/{wish_id}"]["delete"]
    [parameter] = operation["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("wish_id", "path", True)
    assert parameter["schema"] == {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
    assert "requestBody" not in operation


WHOLE = ("Un nombre entier est attendu.", "A whole number is expected.")
REFUSED = ("Ce champ n'est pas accepté.", "This field is not accepted.")
EITHER = ("Vrai ou faux est attendu.", "True or false is expected.")


@pytest.mark.parametrize(
    ("body", "field", "french", "english"),
    [
        (b"{}", "count", "Ce champ est obligatoire.", "This field is required."),
        (b'{"count": 0}', "count", "La valeur minimale est 1.", "The smallest value is 1."),
        (b'{"count": 10}', "count", "La valeur maximale est 9.", "The largest value is 9."),
        (b'{"count": 1.5}', "count", *WHOLE),
        (b'{"count": "one"}', "count", *WHOLE),
        (b'{"count": "1.5"}', "count", *WHOLE),
        (b'{"count": true}', "count", *WHOLE),
        (b'{"count": "10"}', "count", "La valeur maximale est 9.", "The largest value is 9."),
        (
            b'{"count": 1, "note": "x"}',
            "note",
            "Il faut au moins 2 caractère(s).",
            "At least 2 character(s) are needed.",
        ),
        (
            b'{"count": 1, "note": "toolong"}',
            "note",
            "5 caractères au plus.",
            "5 characters at most.",
        ),
        (b'{"count": 1, "is_big": 2}', "is_big", *EITHER),
        (
            b'{"count": 1, "lines": [{"number": 1}, {"number": 0}]}',
            "lines.1.number",
            "La valeur minimale est 1.",
            "The smallest value is 1.",
        ),
        (
            b'{"count": 1, "lines": [{}]}',
            "lines.0.number",
            "Ce champ est obligatoire.",
            "This field is required.",
        ),
        (b'{"count": 1, "lines": 3}', "lines", "Une liste est attendue.", "A list is expected."),
        (b'{"count": 1, "price": 1}', "price", *REFUSED),
        (
            b'{"count": 1, "code": 1.5}',
            "code",
            "Un texte ou un nombre entier est attendu.",
            "A text or a whole number is expected.",
        ),
        (b"[]", "body", "Un objet est attendu.", "An object is expected."),
    ],
)
async def test_a_mistake_is_named_in_both_languages(
    entry: Entry, body: bytes, field: str, french: str, english: str
) -> None:
    for language, sentence in (("fr", french), ("en", english)):
        answer = await call(entry, "POST", "/none", body=body, accept_language=language)
        assert (answer.status, answer.json["code"]) == (422, "malformed")
        assert answer.json["errors"] == {field: [sentence]}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"count": NaN}', b'{"count": 1}}', b'{"lines":' + b"[" * 60_000]
)
async def test_what_cannot_be_read_is_a_bad_request(entry: Entry, body: bytes) -> None:
    answer = await call(entry, "POST", "/none", body=body)
    assert answer.status in {400, 422}
    assert answer.json["code"] in {"bad_request", "malformed"}


async def test_a_body_is_bounded(entry: Entry) -> None:
    padding = b" " * (BODY_BYTES_MAX // 2)
    fits = await call(entry, "POST", "/none", body=[padding, b'{"count": 1}'])
    too_large = await call(entry, "POST", "/none", body=[padding, padding, b'{"count": 1}'])
    assert (fits.status, too_large.status) == (201, 413)
    assert too_large.json["code"] == "payload_too_large"


async def test_a_caller_who_leaves_is_not_waited_for(entry: Entry) -> None:
    answer = await call(entry, "POST", "/none", body=b'{"cou', leaves=True)
    assert answer.status == 400


async def test_a_refusal_of_the_handler(entry: Entry) -> None:
    answer = await call(entry, "POST", "/none", body=b'{"count": 9}', accept_language="en")
    assert (answer.status, answer.json["code"]) == (409, "conflict")


def operation(app: FastAPI, path: str) -> dict[str, Any]:
    return openapi_document(app)["paths"][path]["post"]


def test_the_document_describes_it_like_any_other(app: FastAPI) -> None:
    described = operation(app, "/required")
    assert described["summary"] == "Grant a wish"
    assert described["tags"] == ["wishes"]
    assert described["security"] == [{"bearer": []}]
    assert "security" not in operation(app, "/none")
    assert described["parameters"][0]["name"] == "Idempotency-Key"
    assert set(described["responses"]) >= {"201", "409", "425"}
    assert "`conflict`" in described["responses"]["409"]["description"]


def test_every_schema_that_is_named_is_there(app: FastAPI) -> None:
    document = openapi_document(app)

    named = set(re.findall(r"#/components/schemas/([\w.]+)", json.dumps(document)))
    assert named
    assert named <= set(document["components"]["schemas"])
    wish = document["components"]["schemas"]["Wish"]["properties"]
    assert (wish["count"]["minimum"], wish["count"]["maximum"]) == (1, 9)


async def test_another_method_at_a_hot_address_is_refused(app: FastAPI) -> None:
    answer = await call(entry_of(app), "GET", "/required")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_the_document_tells_optional_tokens_from_required_ones(app: FastAPI) -> None:
    paths = openapi_document(app)["paths"]
    assert paths["/required"]["post"]["security"] == [{"bearer": []}]
    assert paths["/optional"]["post"]["security"] == [{}, {"bearer": []}]
    assert "security" not in paths["/none"]["post"]
