"""E-mail addresses: verified and changed."""

from fastapi import APIRouter

from guichet.auth.domain.refusals import (
    EmailTaken,
    LinkSpent,
    TooManyTries,
    WrongPassword,
)
from guichet.auth.http_api.dependencies import Here, SignedIn
from guichet.auth.http_api.shapes import EmailChange, EmailConfirmation, User, UserAnswer
from guichet.auth.use_cases import emails
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Unauthenticated

router = APIRouter(prefix="/api/v1/auth/email", tags=["e-mail addresses"])


@router.post(
    "/verify",
    summary="Confirm an address by a mailed link",
    responses={**problem_responses([LinkSpent, WrongPassword, EmailTaken, TooManyTries])},
)
async def verify(body: EmailConfirmation, context: Here) -> UserAnswer:
    """For a new address, the account's password is needed too."""
    account = await emails.confirm_email(context, body.token, body.password)
    return UserAnswer(user=User.of(account))


@router.post(
    "/resend",
    status_code=202,
    summary="Send another verification link",
    responses={**problem_responses([Unauthenticated, TooManyTries])},
)
async def resend(context: Here, caller: SignedIn) -> UserAnswer:
    """Nothing is sent where the address is verified already."""
    return UserAnswer(user=User.of(await emails.ask_for_verification(context, caller)))


@router.post(
    "/change",
    status_code=202,
    summary="Ask for another address",
    responses={**problem_responses([Unauthenticated, WrongPassword, TooManyTries])},
)
async def change(body: EmailChange, context: Here, caller: SignedIn) -> UserAnswer:
    """The present address stays until the link that is sent to the new one was confirmed."""
    account = await emails.ask_for_change(context, caller, body.email, body.password)
    return UserAnswer(user=User.of(account))
