"""What the document of a service, and a 405, say for every route."""

from fastapi import FastAPI

from guichet.kernel.api_documents import allowed_methods
from guichet.kernel.app import entry_of, openapi_document
from tests.kernel.asgi import call
from tests.kernel.test_app import app

__all__ = ["app"]


async def test_another_method_is_told_which_there_are(app: FastAPI) -> None:
    answer = await call(entry_of(app), "DELETE", "/api/v1/things/maybe")
    assert answer.status == 405
    assert answer.headers["allow"] == "GET"
    answer = await call(entry_of(app), "PATCH", "/api/v1/things")
    assert answer.headers["allow"] == "POST"


def test_an_address_of_its_own_is_not_one_of_a_parameter() -> None:
    app = FastAPI()

    @app.get("/orders/{code}")
    @app.post("/orders/access-link")
    async def nothing(code: str = "") -> str:
        return code

    def allowed(path: str) -> list[str]:
        return allowed_methods(app.routes, [], {"type": "http", "path": path, "method": "PATCH"})

    assert allowed("/orders/access-link") == ["POST"]
    assert allowed("/orders/GUI-1234") == ["GET"]


def test_the_document_says_what_every_route_can_answer(app: FastAPI) -> None:
    document = openapi_document(app)
    paths = document["paths"]
    assert paths["/api/v1/things/maybe"]["get"]["security"] == [{}, {"bearer": []}]
    assert paths["/api/v1/things/mine"]["get"]["security"] == [{"bearer": []}]
    assert "401" in paths["/api/v1/things/maybe"]["get"]["responses"]
    assert {"400", "413"} <= set(paths["/api/v1/things"]["post"]["responses"])
