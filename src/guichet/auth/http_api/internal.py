"""Routes for the other services; `guichet.contracts.clients.auth` calls them."""

from datetime import datetime

from fastapi import APIRouter

from guichet.auth.domain import (
    Account,
)
from guichet.auth.domain.refusals import (
    EmailTaken,
    LastAdministrator,
    TooManyTries,
)
from guichet.auth.http_api.accounts import AccountId
from guichet.auth.http_api.dependencies import Here
from guichet.auth.http_api.shapes import Asked, Email, Name, User
from guichet.auth.use_cases import accounts
from guichet.contracts.clients import auth as contract
from guichet.kernel.callers import CallingService
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Language, NotFound, Unauthenticated

router = APIRouter(
    prefix="/api/v1/auth/internal/accounts",
    tags=["for other services"],
    responses={**problem_responses([Unauthenticated])},
)


class AccountUpdate(Asked):
    """What another service changes; null leaves a field as it is."""

    name: Name | None = None
    language: Language | None = None
    email: Email | None = None


class SessionHeld(Asked):
    """A session in an export."""

    user_agent: str
    address: str
    created_at: datetime
    last_used_at: datetime


class Export(Asked):
    """All that auth holds of a person, secrets excepted."""

    account: User
    sessions: list[SessionHeld]
    recovery_codes_left: int


def _shared(account: Account) -> contract.Account:
    return contract.Account(
        account_id=account.id,
        email=account.email,
        name=account.name,
        role=account.role,
        language=account.language,
        is_active=account.is_active,
        email_verified=account.is_verified,
        phone_number=account.phone_number,
        address=account.address,
        city=account.city,
        country=account.country,
    )


@router.get("/{account_id}", summary="An account", responses={**problem_responses([NotFound])})
async def account(
    account_id: AccountId, context: Here, _service: CallingService
) -> contract.Account:
    """Answer with what other services may know."""
    return _shared(await accounts.find_account(context, account_id))


@router.put(
    "/{account_id}",
    summary="Change name, language; begin a change of e-mail",
    responses={**problem_responses([NotFound, EmailTaken, TooManyTries])},
)
async def update(
    account_id: AccountId, body: AccountUpdate, context: Here, _service: CallingService
) -> contract.Account:
    """Another e-mail address stays a wish until its mailed link was confirmed."""
    changed = await accounts.update_account(
        context, account_id, name=body.name, language=body.language, email=body.email
    )
    return _shared(changed)


@router.delete(
    "/{account_id}",
    status_code=204,
    summary="Delete an account",
    responses={**problem_responses([LastAdministrator])},
)
async def delete(account_id: AccountId, context: Here, _service: CallingService) -> None:
    """Erase what is personal; repeating it changes nothing."""
    await accounts.delete_account(context, account_id)


@router.get(
    "/{account_id}/export",
    summary="All that is held of a person",
    responses={**problem_responses([NotFound])},
)
async def export(account_id: AccountId, context: Here, _service: CallingService) -> Export:
    """Answer with the account and its live sessions."""
    held = await accounts.export_account(context, account_id)
    return Export(
        account=User.of(held.account),
        sessions=[
            SessionHeld(
                user_agent=session.user_agent,
                address=session.address,
                created_at=session.created_at,
                last_used_at=session.last_used_at,
            )
            for session in held.sessions
        ],
        recovery_codes_left=held.recovery_codes_left,
    )
