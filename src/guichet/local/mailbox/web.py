"""The mailbox's pages. Every address in them begins with /mailbox/, where nginx serves them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from guichet.kernel.dates import spoken
from guichet.local.mailbox import reading
from guichet.local.mailbox.api import Api
from guichet.local.mailbox.smtp_server import SmtpServer
from guichet.local.mailbox.store import Entry, Store
from guichet.local.mailbox.texts import LANGUAGES, TEXTS, choose_language

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]

HERE = Path(__file__).parent
LISTED_MAX: Final = 200
LANGUAGE_COOKIE: Final = "mailbox_language"
TIME_ZONE: Final = ZoneInfo("Europe/Paris")

PAGE_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
MAIL_POLICY: Final = (
    # The page of a stranger: no script, nothing fetched, only links that open a new tab.
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


class Pages:
    """The pages over a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self) -> list[Route | Mount]:
        """Return the routes of the pages and of what they need."""
        return [
            Route("/mailbox/", self.index),
            Route("/mailbox", to_index),
            Route("/mailbox/list", self.fragment),
            Route("/mailbox/language/{language}", self.switch_language),
            Route("/mailbox/messages/{id:int}", self.message),
            Route("/mailbox/messages/{id:int}/html", self.html),
            Route("/mailbox/messages/{id:int}/delete", self.delete, methods=["POST"]),
            Route("/mailbox/clear", self.clear, methods=["POST"]),
            Mount("/mailbox/static", StaticFiles(directory=HERE / "static")),
        ]

    async def index(self, request: Request) -> HTMLResponse:
        """The list alone, with an invitation to choose."""
        return self._page(request, "index.html.j2")

    async def fragment(self, request: Request) -> Response:
        """The inside of the list, which the page fetches again and again to stay current."""
        selected = request.query_params.get("selected", "")
        chosen = int(selected) if selected.isdecimal() else None
        return self._page(request, "list.html.j2", selected=chosen)

    async def message(self, request: Request) -> HTMLResponse:
        """One message beside the list: `?view=page|text|headers|source`."""
        entry = self._store.entry(int(request.path_params["id"]))
        if entry is None:
            return self._page(request, "index.html.j2", status=404, gone=True)
        content = self._store.content(entry.id)
        if entry.kind == "sms":
            mail = reading.Mail((), content.decode(), None, ())
        else:
            mail = reading.read(content)
        views = [name for name, there in (("page", mail.html), ("text", mail.text)) if there]
        views += ["headers", "source"] if entry.kind == "mail" else []
        view = request.query_params.get("view", "")
        view = view if view in views else views[0]
        return self._page(
            request,
            "message.html.j2",
            selected=entry.id,
            entry=entry,
            mail=mail,
            source=content.decode("utf-8", errors="replace") if view == "source" else "",
            copies=self._store.copies(entry),
            views=views,
            view=view,
        )

    async def html(self, request: Request) -> HTMLResponse:
        """The HTML part, for the sandboxed frame."""
        entry = self._store.entry(int(request.path_params["id"]))
        if entry is None or entry.kind != "mail":
            raise HTTPException(404)
        page = reading.page_of(reading.read(self._store.content(entry.id)))
        headers = {"Content-Security-Policy": MAIL_POLICY, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(page, headers=headers)

    async def delete(self, request: Request) -> Response:
        """Forget one message, then show the list."""
        refuse_foreign(request)
        self._store.delete(int(request.path_params["id"]))
        return RedirectResponse("/mailbox/", status_code=303)

    async def clear(self, request: Request) -> Response:
        """Forget everything, then show the empty list."""
        refuse_foreign(request)
        self._store.clear()
        return RedirectResponse("/mailbox/", status_code=303)

    async def switch_language(self, request: Request) -> Response:
        """Remember the language and go back to the page named by `?to=`."""
        language = request.path_params["language"]
        if language not in LANGUAGES:
            raise HTTPException(404)
        back = request.query_params.get("to", "")
        response = RedirectResponse(
            back if back.startswith("/mailbox/") else "/mailbox/", status_code=303
        )
        response.set_cookie(
            LANGUAGE_COOKIE, language, path="/mailbox/", httponly=True, samesite="lax"
        )
        return response

    def _page(
        self, request: Request, template: str, *, status: int = 200, **values: Any
    ) -> HTMLResponse:
        language = choose_language(
            request.cookies.get(LANGUAGE_COOKIE), request.headers.get("accept-language", "")
        )
        query = request.query_params.get("q", "").strip()
        kind: str = request.query_params.get("kind", "")
        found = list(self._store.entries(query=query, kind=kind))
        values = {"selected": None, "gone": False} | values
        page = self._templates.get_template(template).render(
            values,
            language=language,
            languages=LANGUAGES,
            t=TEXTS[language],
            query=query,
            kind=kind,
            entries=found[:LISTED_MAX],
            total=len(found),
            all_total=sum(1 for _ in self._store.entries()),
            newest=max((entry.id for entry in found), default=0),
            copies_of=self._store.copies,
            suffix=_suffix(query, kind),
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            when=partial(_when, language),
        )
        headers = {
            "Content-Security-Policy": PAGE_POLICY,
            "Cache-Control": "no-store",
            "Vary": "Accept-Language, Cookie",
        }
        return HTMLResponse(page, status_code=status, headers=headers)


async def to_index(_request: Request) -> Response:
    """Add the slash that the page's name lacks."""
    return RedirectResponse("/mailbox/", status_code=308)


async def ready(_request: Request) -> JSONResponse:
    """Answer as soon as the SMTP server listens too: the lifespan has started it by then."""
    return JSONResponse({"status": "ok"})


def refuse_foreign(request: Request) -> None:
    """Refuse a form that another site's page sent: deleting must come from these pages."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise HTTPException(403)


def build_app(store: Store, smtp: SmtpServer, lifespan: Lifespan) -> Starlette:
    """Return the application with pages, API and SMS sink."""
    health = [Route("/health/live", ready), Route("/health/ready", ready)]
    routes = [*Pages(store).routes(), *Api(store, smtp).routes(), *health]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.add_middleware(_SafeHeaders)
    return app


class _SafeHeaders:
    """Adds to every answer that its type is not to be guessed."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_headers(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-content-type-options", b"nosniff"))
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _suffix(query: str, kind: str) -> str:
    given = {name: value for name, value in (("q", query), ("kind", kind)) if value}
    return f"?{urlencode(given)}" if given else ""


def _when(language: str, entry: Entry, width: Literal["short", "long"]) -> str:
    pattern = "d MMM, HH:mm" if width == "short" else "EEEE d MMMM y, HH:mm:ss zzzz"
    received_at = datetime.fromisoformat(entry.received_at)
    return spoken(received_at, pattern, TIME_ZONE, language)
