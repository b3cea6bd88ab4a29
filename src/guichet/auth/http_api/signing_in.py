"""Registering, signing in and out, staying signed in."""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from guichet.auth.domain.refusals import (
    AccountIsDisabled,
    EmailTaken,
    ForeignPage,
    PasswordTooCommon,
    RefreshRefused,
    TooManyTries,
    TotpRequired,
    WrongCredentials,
    WrongTotpCode,
)
from guichet.auth.http_api.cookies import (
    clear_refresh_cookie,
    refresh_cookie,
    set_refresh_cookie,
)
from guichet.auth.http_api.dependencies import FromVisitor, Here, SignedIn
from guichet.auth.http_api.shapes import Login, Refresh, Registration, Said, Tokens, User
from guichet.auth.settings import Settings
from guichet.auth.use_cases import issuing, registration, sign_in
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Unauthenticated

router = APIRouter(prefix="/api/v1/auth", tags=["signing in"])

_SIGNED_OUT = {"fr": "Vous êtes déconnecté.", "en": "You are signed out."}


def answer_with_tokens(
    response: Response, settings: Settings, signed_in: issuing.SignedIn
) -> Tokens:
    """Return the tokens, the refresh token in a cookie as well; no cache may keep them."""
    response.headers["Cache-Control"] = "no-store"
    set_refresh_cookie(response, settings, signed_in.refresh_token, signed_in.ends_at)
    return Tokens.of(signed_in)


@router.post(
    "/register",
    status_code=201,
    summary="Create an account and sign in",
    responses={**problem_responses([EmailTaken, PasswordTooCommon, TooManyTries])},
)
async def register(
    body: Registration, context: Here, visitor: FromVisitor, response: Response
) -> Tokens:
    """Everybody registers as `user`; a verification link is sent to the address."""
    new = registration.NewAccount(
        name=body.name,
        email=body.email,
        language=body.language or visitor.language,
        phone_number=body.phone_number,
        address=body.address,
        city=body.city,
        country=body.country,
    )
    signed_in = await registration.register(
        context, new, body.password, body.password_confirmation, visitor
    )
    return answer_with_tokens(response, context.settings, signed_in)


@router.post(
    "/login",
    summary="Sign in",
    responses={
        **problem_responses(
            [WrongCredentials, TotpRequired, WrongTotpCode, AccountIsDisabled, TooManyTries]
        )
    },
)
async def login(body: Login, context: Here, visitor: FromVisitor, response: Response) -> Tokens:
    """A wrong e-mail address and a wrong password are answered alike."""
    signed_in = await sign_in.login(context, body.email, body.password, body.totp_code, visitor)
    return answer_with_tokens(response, context.settings, signed_in)


@router.post(
    "/refresh",
    summary="Exchange a refresh token for new tokens",
    responses={**problem_responses([RefreshRefused, ForeignPage])},
)
async def refresh(
    context: Here,
    request: Request,
    response: Response,
    body: Annotated[Refresh | None, Body()] = None,
) -> Tokens:
    """The token comes in the body, or in the cookie from a page of this site.

    Each token works once; a spent one that comes back ends the session.
    """
    given = body.refresh_token if body is not None else None
    token = given or refresh_cookie(request, context.settings)
    if not token:
        raise RefreshRefused
    signed_in = await sign_in.refresh(context, token)
    return answer_with_tokens(response, context.settings, signed_in)


@router.post(
    "/logout",
    summary="End this session",
    responses={**problem_responses([Unauthenticated])},
)
async def logout(context: Here, caller: SignedIn, visitor: FromVisitor, response: Response) -> Said:
    """The tokens of this session stop counting everywhere within moments."""
    await sign_in.logout(context, caller)
    clear_refresh_cookie(response, context.settings)
    return Said(message=_SIGNED_OUT[visitor.language])


@router.get(
    "/user",
    summary="Who is signed in",
    responses={**problem_responses([Unauthenticated])},
)
async def user(context: Here, caller: SignedIn, response: Response) -> User:
    """Answer with the caller's account."""
    response.headers["Cache-Control"] = "private, no-cache"
    return User.of(await sign_in.who_is(context, caller))
