"""Forgotten and changed passwords."""

from fastapi import APIRouter, Response

from guichet.auth.domain.refusals import (
    LinkSpent,
    PasswordTooCommon,
    TooManyTries,
    WrongPassword,
)
from guichet.auth.http_api.dependencies import FromVisitor, Here, SignedIn
from guichet.auth.http_api.shapes import (
    PasswordChange,
    PasswordForgotten,
    PasswordReset,
    Said,
    Tokens,
    User,
    UserAnswer,
)
from guichet.auth.http_api.signing_in import answer_with_tokens
from guichet.auth.use_cases import passwords
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Unauthenticated

router = APIRouter(prefix="/api/v1/auth/password", tags=["passwords"])

_SENT = {
    "fr": "Si un compte existe à cette adresse, un lien vient de lui être envoyé.",
    "en": "If there is an account with this address, a link has been sent to it.",
}


@router.post(
    "/forgot",
    status_code=202,
    summary="Ask for a reset link",
    responses={**problem_responses([TooManyTries])},
)
async def forgot(body: PasswordForgotten, context: Here, visitor: FromVisitor) -> Said:
    """The answer is the same whether or not the address has an account."""
    await passwords.ask_for_reset(context, body.email, visitor)
    return Said(message=_SENT[visitor.language])


@router.post(
    "/reset",
    summary="Set a new password by a mailed link",
    responses={**problem_responses([LinkSpent, PasswordTooCommon])},
)
async def reset(body: PasswordReset, context: Here) -> UserAnswer:
    """Every session ends; sign in with the new password."""
    account = await passwords.reset_password(
        context, body.token, body.password, body.password_confirmation
    )
    return UserAnswer(user=User.of(account))


@router.post(
    "/change",
    summary="Set a new password by the present one",
    responses={
        **problem_responses([Unauthenticated, WrongPassword, PasswordTooCommon, TooManyTries])
    },
)
async def change(
    body: PasswordChange, context: Here, caller: SignedIn, response: Response
) -> Tokens:
    """Every other session ends; this one goes on with the tokens in the answer."""
    signed_in = await passwords.change_password(
        context, caller, body.current_password, body.password, body.password_confirmation
    )
    return answer_with_tokens(response, context.settings, signed_in)
