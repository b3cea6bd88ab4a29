"""The pretended bank's 3-D Secure page: two buttons, in French and English.

It is reached by the buyer's browser with the payment's secret in its address, finishes the payment
one way or the other, and sends the browser back to the `return_url` as the provider does.
"""

import hmac
from html import escape
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from guichet.kernel.language import language_of
from guichet.sandbox.forms import Form
from guichet.sandbox.records import Intent
from guichet.sandbox.rules import Refused
from guichet.sandbox.use_cases import Till
from guichet.sandbox.webhooks import Webhooks

PATH = "/_sandbox/bank"
FORM_BYTES_MAX = 1024

TEXTS = {
    "fr": {
        "title": "Votre banque (bac à sable)",
        "ask": "Confirmez-vous ce paiement ?",
        "pass": "Confirmer le paiement",
        "fail": "Refuser le paiement",
        "over": "Ce paiement n’attend plus rien de vous.",
        "back": "Revenir à la billetterie",
        "unknown": "Ce lien ne mène à aucun paiement.",
        "other": "English",
        "note": "Page d’essai : aucun argent n’est débité.",
    },
    "en": {
        "title": "Your bank (sandbox)",
        "ask": "Do you confirm this payment?",
        "pass": "Confirm the payment",
        "fail": "Refuse the payment",
        "over": "Nothing more is needed from you for this payment.",
        "back": "Back to the box office",
        "unknown": "This link leads to no payment.",
        "other": "Français",
        "note": "Test page: no money is taken.",
    },
}

_HEADERS = {
    "Cache-Control": "no-store",
    # The form's answer is a redirect to another origin, which form-action would forbid.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline';"
    " frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_STYLE = """
:root { color-scheme: light dark; font: 18px/1.5 system-ui, sans-serif; }
body { max-width: 32rem; margin: 10vh auto; padding: 0 1.5rem; }
.amount { font-size: 2rem; font-weight: 700; font-variant-numeric: tabular-nums; margin: 0; }
.note { opacity: .75; }
form { display: grid; gap: .75rem; margin: 2rem 0; }
button { font: inherit; padding: .8rem 1rem; border: 1px solid; border-radius: 3px;
  cursor: pointer; background: transparent; color: inherit; }
button[value=pass] { background: #c8321e; border-color: #c8321e; color: #fff; font-weight: 700; }
:focus-visible { outline: 3px solid; outline-offset: 3px; }
"""


class BankPage:
    """The routes of the page."""

    def __init__(self, till: Till, webhooks: Webhooks) -> None:
        self._till = till
        self._webhooks = webhooks

    def routes(self) -> list[Route]:
        """Return the routes."""
        path = PATH + "/{intent_id}"
        return [
            Route(path, self._show, methods=["GET"]),
            Route(path, self._decide, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        language = _language(request)
        intent = self._intent(request)
        if intent is None:
            return _page(language, f"<p>{TEXTS[language]['unknown']}</p>", status=404)
        if intent.status != "requires_action":
            return _page(language, _over(intent, language))
        return _page(language, _question(intent, request, language))

    async def _decide(self, request: Request) -> Response:
        intent = self._intent(request)
        if intent is None:
            return await self._show(request)
        choice = Form((await request.body())[:FORM_BYTES_MAX]).text("choice")
        if choice not in {"pass", "fail"}:
            return await self._show(request)
        try:
            answer = self._till.finish_authentication(intent.id, passed=choice == "pass")
        except Refused:
            # Somebody was faster, in another window perhaps.
            return await self._show(request)
        self._webhooks.queue(event.id for event in answer.events)
        finished = answer.intent or intent
        if finished.return_url is None:
            return _page(_language(request), _over(finished, _language(request)))
        return RedirectResponse(return_address(finished), 303, _HEADERS)

    def _intent(self, request: Request) -> Intent | None:
        """Return the payment that the address names, if it also knows its secret."""
        intent = self._till.books.intent(request.path_params["intent_id"])
        given = request.query_params.get("secret", "")
        if intent is None or not hmac.compare_digest(given.encode(), intent.secret.encode()):
            return None
        return intent


def return_address(intent: Intent) -> str:
    """Return the `return_url` with what the provider adds to it."""
    query = urlencode(
        {
            "payment_intent": intent.id,
            "payment_intent_client_secret": intent.client_secret,
            "redirect_status": "succeeded"
            if intent.status != "requires_payment_method"
            else "failed",
        }
    )
    address, fragment_sign, fragment = (intent.return_url or "").partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{query}{fragment_sign}{fragment}"


def amount_text(intent: Intent, language: str) -> str:
    """Return the amount for a person, `12,50 EUR` or `12.50 EUR`."""
    sign = "," if language == "fr" else "."
    return f"{intent.amount // 100}{sign}{intent.amount % 100:02d} {intent.currency.upper()}"


def _language(request: Request) -> str:
    chosen = request.query_params.get("lang", "")
    return chosen if chosen in TEXTS else language_of(request.headers.get("accept-language"))


def _question(intent: Intent, request: Request, language: str) -> str:
    texts = TEXTS[language]
    other = "en" if language == "fr" else "fr"
    query = urlencode({"secret": intent.secret, "lang": other})
    action = urlencode({"secret": intent.secret, "lang": language})
    path = escape(request.url.path)
    return f"""<p class="amount">{amount_text(intent, language)}</p>
<p>{escape(intent.description or "")}</p>
<p>{texts["ask"]}</p>
<form method="post" action="{path}?{escape(action)}">
<button name="choice" value="pass">{texts["pass"]}</button>
<button name="choice" value="fail">{texts["fail"]}</button>
</form>
<p class="note">{texts["note"]}
<a hreflang="{other}" href="{path}?{escape(query)}">{texts["other"]}</a></p>"""


def _over(intent: Intent, language: str) -> str:
    texts = TEXTS[language]
    link = ""
    if intent.return_url is not None:
        link = f'<p><a href="{escape(return_address(intent))}">{texts["back"]}</a></p>'
    return f"<p>{texts['over']}</p>{link}"


def _page(language: str, content: str, status: int = 200) -> Response:
    title = TEXTS[language]["title"]
    page = f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>{_STYLE}</style></head>
<body><main><h1>{title}</h1>
{content}
</main></body></html>
"""
    return HTMLResponse(page, status, {**_HEADERS, "Content-Language": language})
