"""The text of nginx's configuration."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from guichet.gateway.domain import Address
from guichet.gateway.problems import OWN_PROBLEMS, RETRY_AFTER_SECONDS, STATUSES_BY_PROBLEM
from guichet.kernel.problems import Language, Problem

BODY_KILOBYTES_MAX = 256
"""Of a body that a service reads as JSON: a costly one holds its event loop for some ten ms."""
LONG_TEXT_KILOBYTES_MAX = 1024
UPLOAD_MEGABYTES_MAX = 12

GUARDED = (
    ("auth", "auth/(login|register|password|email)"),
    ("tickets", "tickets/orders/access-link"),
)
"""Service and path of what has the strict rate limit."""

UPLOADS = (("events", "events/[0-9]+/image"), ("users", "users/me/picture"))
"""Service and path of what takes large bodies."""

LONG_TEXTS = (("notifications", "notifications/templates/[^/]+/[^/]+(/preview)?"),)
"""Service and path of what takes longer texts than others; administrators alone send them."""

NAMELESS = (400, 414)
"""What nginx says of requests that may have no address that it could read."""

TIMEOUTS = {"tickets": "30s"}
"""How long a service may take to answer, where that is not 15 s: tickets asks the provider."""

PATIENCE_SECONDS = 10
SALE_PATIENCE_SECONDS = 5
"""How old a request may be when a service begins with it: less than the time limits above.

Who buys or holds sends the same again, under the same key, and is not kept waiting for longer.
"""

SHARED_READS = {"events": "(public|categories|[0-9]+)"}
"""What is read by crowds: a service's own path, and those below it that match.

The service says until when a copy may be shown.
"""

STRIPPED_HEADERS = (
    "Forwarded",
    "X-User",
    "X-User-Id",
    "X-User-Role",
    "X-User-Roles",
    "X-User-Email",
    "X-User-Name",
    "X-User-Permissions",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Port",
    "X-Forwarded-Prefix",
    "X-Forwarded-Server",
    "X-Forwarded-Ssl",
    "X-Original-URL",
    "X-Original-Forwarded-For",
    "X-Rewrite-URL",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Proxy",
)
"""Names of headers dropped also by an nginx that cannot drop whole families of names."""

POLICIES = {
    "data": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    # Swagger's page starts itself with a script in the page.
    "documents": (
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    # Components set style attributes; pictures of speakers and sponsors come from anywhere; the
    # door's reader of QR codes is WebAssembly.
    "web": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; "
        "font-src 'self' data:; connect-src 'self'; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
}

PERMISSIONS = "camera=(self), microphone=(), geolocation=(), payment=(self), usb=(), midi=()"
"""What the web app's pages may ask of a device."""


@dataclass(frozen=True, slots=True)
class Features:
    """What this nginx can do beyond the core modules of a distribution's package."""

    has_headers_more: bool = False
    has_keepalive_min_timeout: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All that the configuration depends on; equal layouts give equal texts."""

    host: str
    gateway_port: int
    load_balancer_ports: Sequence[int]
    control_plane: Address
    upstreams: Mapping[str, Sequence[Address]]
    mailbox: Address | None
    web_root: Path | None
    temp_folder: Path
    error_log: Path
    trouble_log: Path
    is_production: bool
    worker_user: str
    worker_group: str
    workers: int
    connections: int
    files_max: int
    sign_in_rate: int
    sign_in_burst: int
    general_rate: int
    connections_per_address: int
    sales_per_instance: int
    """Purchases and holds under way at one instance of tickets; beyond, they go to the next."""
    passwords_per_instance: int
    """What asks for a password's hashing under way at one instance of auth; beyond: refused."""
    trusted_proxies: Sequence[str]
    features: Features
    pays_at_provider: bool = False
    """Whether the pages show the provider's own payment fields, from its own address."""


def web_policy(*, pays_at_provider: bool) -> str:
    """Return what a browser may load for the web app's pages.

    Besides our own files that is the payment provider's script and frames alone, where it takes
    the cards: it does not allow its script to be served from elsewhere.
    """
    policy = POLICIES["web"]
    if not pays_at_provider:
        return policy
    return (
        policy.replace("script-src 'self'", "script-src 'self' https://js.stripe.com")
        .replace("connect-src 'self'", "connect-src 'self' https://api.stripe.com")
        .replace(
            "object-src", "frame-src https://js.stripe.com https://hooks.stripe.com; object-src"
        )
    )


def render(layout: Layout) -> str:
    """Return the configuration."""
    members = {name: getattr(layout, name) for name in Layout.__slots__ if name != "features"}
    text = _template().render(
        members,
        has_headers_more=layout.features.has_headers_more,
        has_keepalive_min_timeout=layout.features.has_keepalive_min_timeout,
        problems=[_own_problem(kind) for kind in OWN_PROBLEMS],
        retry_after=RETRY_AFTER_SECONDS,
        policies={**POLICIES, "web": web_policy(pays_at_provider=layout.pays_at_provider)},
        permissions=PERMISSIONS,
        guarded=GUARDED,
        timeouts=TIMEOUTS,
        uploads=UPLOADS,
        shared_reads=SHARED_READS,
        patience_seconds=PATIENCE_SECONDS,
        sale_patience_seconds=SALE_PATIENCE_SECONDS,
        stripped_headers=STRIPPED_HEADERS,
        nameless=NAMELESS,
        long_texts=LONG_TEXTS,
        body_kilobytes=BODY_KILOBYTES_MAX,
        long_text_kilobytes=LONG_TEXT_KILOBYTES_MAX,
        upload_megabytes=UPLOAD_MEGABYTES_MAX,
    )
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(line for line in lines if line) + "\n"


def quoted(text: object) -> str:
    """Return the text as one parameter of nginx's configuration language.

    Raises ValueError where it holds a dollar sign, which nginx would take for a variable.
    """
    plain = str(text)
    if "$" in plain:
        raise ValueError("a dollar sign cannot be written in this configuration")
    escaped = plain.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - this is no HTML; values are quoted by the filter below
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = quoted
    return environment.get_template("nginx.conf.j2")


def _own_problem(kind: type[Problem]) -> dict[str, object]:
    def body(language: Language) -> str:
        return json.dumps(kind().body(language), ensure_ascii=False)

    return {
        "status": kind.status,
        "statuses": STATUSES_BY_PROBLEM.get(kind.status, (kind.status,)),
        "french": body("fr"),
        "english": body("en"),
    }
