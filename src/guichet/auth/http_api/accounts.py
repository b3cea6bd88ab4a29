"""Accounts, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, StrictBool

from guichet.auth.domain.refusals import (
    LastAdministrator,
)
from guichet.auth.http_api.dependencies import Here, SignedIn
from guichet.auth.http_api.shapes import User, UserAnswer
from guichet.auth.use_cases import accounts
from guichet.contracts.roles import Role
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.paging import Page, Paging, page_of
from guichet.kernel.problems import Forbidden, NotFound, Unauthenticated

ID_MAX = 2**63 - 1

router = APIRouter(
    prefix="/api/v1/auth/accounts",
    tags=["accounts"],
    responses={**problem_responses([Unauthenticated, Forbidden])},
)

AccountId = Annotated[int, Path(ge=1, le=ID_MAX)]


def _searchable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()


SearchText = Annotated[str, Query(max_length=100), AfterValidator(_searchable)]


class AccountChange(BaseModel):
    """What an administrator changes; nothing else may be in the body."""

    model_config = ConfigDict(extra="forbid")

    role: Role | None = None
    is_active: StrictBool | None = None


@router.get("", summary="All accounts")
async def list_accounts(
    context: Here,
    caller: SignedIn,
    paging: Paging,
    q: SearchText = "",
    role: Role | None = None,
    is_active: bool | None = None,
) -> Page[User]:
    """`q` is looked for in names and e-mail addresses."""
    found, total = await accounts.list_accounts(
        context, caller, paging, text=q or None, role=role, is_active=is_active
    )
    return page_of([User.of(account) for account in found], total, paging)


@router.patch(
    "/{account_id}",
    summary="Give a role, disable or enable",
    responses={**problem_responses([NotFound, LastAdministrator])},
)
async def change_account(
    account_id: AccountId, body: AccountChange, context: Here, caller: SignedIn
) -> UserAnswer:
    """Tokens issued before stop counting everywhere within moments."""
    account = await accounts.change_account(
        context, caller, account_id, role=body.role, is_active=body.is_active
    )
    return UserAnswer(user=User.of(account))
