"""Two-factor sign-in."""

from fastapi import APIRouter, Response

from guichet.auth.domain.refusals import (
    TooManyTries,
    TotpAlreadyEnabled,
    TotpCodeRefused,
    TotpNotEnrolled,
    WrongPassword,
)
from guichet.auth.http_api.dependencies import FromVisitor, Here, SignedIn
from guichet.auth.http_api.shapes import (
    TotpConfirmation,
    TotpConfirmed,
    TotpEnd,
    TotpEnrolment,
    TotpSecret,
    User,
    UserAnswer,
)
from guichet.auth.use_cases import two_factor
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Unauthenticated

router = APIRouter(
    prefix="/api/v1/auth/totp",
    tags=["two-factor sign-in"],
    responses={**problem_responses([Unauthenticated, TooManyTries])},
)


@router.post(
    "/enrol",
    summary="Draw a secret for an authenticator app",
    responses={**problem_responses([WrongPassword, TotpAlreadyEnabled])},
)
async def enrol(
    body: TotpEnrolment, context: Here, caller: SignedIn, response: Response
) -> TotpSecret:
    """Nothing is in force until a code has confirmed it."""
    response.headers["Cache-Control"] = "no-store"
    drawn = await two_factor.enrol(context, caller, body.password)
    return TotpSecret(secret=drawn.secret, otpauth_uri=drawn.otpauth_uri, qr_svg=drawn.qr_svg)


@router.post(
    "/confirm",
    summary="Put two-factor sign-in in force",
    responses={**problem_responses([TotpNotEnrolled, TotpAlreadyEnabled, TotpCodeRefused])},
)
async def confirm(
    body: TotpConfirmation,
    context: Here,
    caller: SignedIn,
    visitor: FromVisitor,
    response: Response,
) -> TotpConfirmed:
    """Answer with ten recovery codes, each good for one sign-in without the app."""
    response.headers["Cache-Control"] = "no-store"
    account, codes = await two_factor.confirm(context, caller, body.code, visitor)
    return TotpConfirmed(user=User.of(account), recovery_codes=codes)


@router.post(
    "/disable",
    summary="End two-factor sign-in",
    responses={**problem_responses([WrongPassword, TotpNotEnrolled, TotpCodeRefused])},
)
async def disable(
    body: TotpEnd, context: Here, caller: SignedIn, visitor: FromVisitor
) -> UserAnswer:
    """By the password and a code; a recovery code does as well."""
    account = await two_factor.disable(context, caller, body.password, body.code, visitor)
    return UserAnswer(user=User.of(account))
