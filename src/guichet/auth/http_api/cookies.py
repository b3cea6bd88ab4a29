"""The refresh token in a cookie, for the web app."""

from datetime import datetime

from fastapi import Request, Response

from guichet.auth.domain.refusals import (
    ForeignPage,
)
from guichet.auth.settings import Settings

COOKIE_PATH = "/api/v1/auth"


def cookie_name(settings: Settings) -> str:
    """Return the cookie's name; the prefix makes browsers refuse it over plain HTTP."""
    return "__Secure-guichet-refresh" if settings.cookies_are_secure else "guichet-refresh"


def set_refresh_cookie(
    response: Response, settings: Settings, refresh_token: str, ends_at: datetime
) -> None:
    """Hand the token to the browser, out of reach of scripts, other sites and other paths."""
    response.set_cookie(
        cookie_name(settings),
        refresh_token,
        expires=ends_at,
        path=COOKIE_PATH,
        secure=settings.cookies_are_secure,
        httponly=True,
        samesite="strict",
    )


def clear_refresh_cookie(response: Response, settings: Settings) -> None:
    """Take the token back."""
    response.delete_cookie(
        cookie_name(settings),
        path=COOKIE_PATH,
        secure=settings.cookies_are_secure,
        httponly=True,
        samesite="strict",
    )


def refresh_cookie(request: Request, settings: Settings) -> str | None:
    """Return the token that the browser sent along, None where there is none.

    A browser sends cookies of itself, so the request must come from one of our own pages: raises
    `ForeignPage` where it does not, or does not say.
    """
    token = request.cookies.get(cookie_name(settings))
    if not token:
        return None
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    is_ours = site == "same-origin" if origin is None else origin in settings.allowed_origins
    if not is_ours or site == "cross-site":
        raise ForeignPage
    return token
