"""The routes of users."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import EmailStr

from guichet.contracts.roles import Permission, Role, may, require, require_manages_queues
from guichet.kernel.audit_reading import audit_router
from guichet.kernel.callers import Caller, CallingService, OptionalCaller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.language import language_of
from guichet.kernel.paging import Page, Paging, Total, page_of
from guichet.kernel.problems import Forbidden, Problem, TooManyRequests, Unauthenticated
from guichet.kernel.queues_api import queues_router
from guichet.kernel.tokens import Principal
from guichet.kernel.uploads import FileMissing, documented_upload, uploaded_file
from guichet.users import use_cases
from guichet.users.domain import (
    LastAdministrator,
    NoPicture,
    NotChangedHere,
    ProfileNotFound,
    Reader,
)
from guichet.users.pictures import (
    UPLOAD_BYTES_MAX,
    NotAPicture,
    PictureOutOfBounds,
    PictureTooHeavy,
)
from guichet.users.shapes import (
    BasicProfile,
    Deleted,
    Export,
    ProfileAnswer,
    ProfileChanges,
    PurchaseAnswer,
    full,
    purchase_answer,
    shown,
)
from guichet.users.use_cases import Search, Users

ID_MAX = 2**63 - 1

router = APIRouter(prefix="/api/v1/users", tags=["users"])
audit = audit_router(
    "/api/v1/users",
    database_of=lambda request: _users(request).database,
    authorize=lambda caller: require(caller, Permission.READ_AUDIT_LOG),
)
internal = APIRouter(prefix="/api/v1/users/internal", include_in_schema=False)

AccountId = Annotated[int, Path(ge=1, le=ID_MAX)]


def _users(request: Request) -> Users:
    return cast(Users, request.app.state.users)


def _reader(caller: Principal) -> Reader:
    return Reader(
        account_id=caller.account_id,
        reads_all=may(caller, Permission.READ_ALL_PROFILES),
        reads_basic=may(caller, Permission.READ_BASIC_PROFILES),
    )


def _refusals(*problems: type[Problem]) -> dict[int | str, dict[str, object]]:
    return {**problem_responses([Unauthenticated, Forbidden, *problems])}


@router.get("", summary="List people, by name", responses=_refusals())
async def list_users(
    request: Request,
    caller: Caller,
    asked: Paging,
    q: Annotated[
        str | None, Query(max_length=120, description="A part of the name, or e-mail for admins.")
    ] = None,
    role: Annotated[Role | None, Query(description="For administrators alone.")] = None,
) -> Page[ProfileAnswer | BasicProfile]:
    """Administrators see whole profiles, organisers and operators the basic fields."""
    if role is not None:
        require(caller, Permission.READ_ALL_PROFILES)
    search = Search(text=q and q.strip(), role=role)
    profiles, total, view = await use_cases.list_profiles(
        _users(request), _reader(caller), search, asked
    )
    return page_of([shown(profile, view) for profile in profiles], total, asked)


@router.get("/me", summary="Read one's own profile", responses=_refusals(ProfileNotFound))
async def read_me(request: Request, caller: Caller) -> ProfileAnswer:
    """The profile of whoever the token speaks for."""
    return full(await use_cases.own_profile(_users(request), caller.account_id))


@router.get("/profile", summary="Read one's own profile", responses=_refusals(ProfileNotFound))
async def read_own_profile(request: Request, caller: Caller) -> ProfileAnswer:
    """The same as `/users/me`, under the address that changes it."""
    return full(await use_cases.own_profile(_users(request), caller.account_id))


@router.put(
    "/profile",
    summary="Change one's own profile",
    responses=_refusals(ProfileNotFound, NotChangedHere, TooManyRequests),
)
async def change_own_profile(
    request: Request, caller: Caller, changes: ProfileChanges
) -> ProfileAnswer:
    """Fields that are left out stay. Another e-mail waits in `pending_email` to be confirmed."""
    reader = _reader(caller)
    return full(
        await use_cases.change_profile(_users(request), reader, caller.account_id, changes.asked())
    )


@router.get("/me/purchases", summary="List one's own purchases", responses=_refusals())
async def list_own_purchases(
    request: Request, caller: Caller, asked: Paging
) -> Page[PurchaseAnswer]:
    """Newest first, each with its tickets and the event as it is announced now."""
    purchases, total = await use_cases.purchases_of(_users(request), caller.account_id, asked)
    return page_of([purchase_answer(purchase) for purchase in purchases], Total(total), asked)


@router.get("/me/export", summary="Export all that is held of oneself", responses=_refusals())
async def export_me(request: Request, response: Response, caller: Caller) -> Export:
    """What every service holds; a 503 where one of them cannot say so now."""
    held = await use_cases.whole_export(_users(request), caller.account_id)
    response.headers["Content-Disposition"] = 'attachment; filename="guichet-export.json"'
    response.headers["Cache-Control"] = "no-store"
    return Export.model_validate(held)


@router.put(
    "/me/picture",
    summary="Upload one's profile picture",
    responses=_refusals(FileMissing, NotAPicture, PictureOutOfBounds, PictureTooHeavy),
    openapi_extra=documented_upload("picture"),
)
async def change_own_picture(request: Request, caller: Caller) -> ProfileAnswer:
    """JPEG, PNG, WebP or GIF of 5 MiB at most; kept as WebP of 512 pixels, without metadata."""
    upload = await uploaded_file(
        request, "picture", bytes_max=UPLOAD_BYTES_MAX, too_large=PictureTooHeavy()
    )
    return full(await use_cases.change_picture(_users(request), caller.account_id, upload))


@router.get(
    "/by-email/{email}",
    summary="Find a person by e-mail",
    responses=_refusals(ProfileNotFound),
)
async def read_by_email(request: Request, caller: Caller, email: EmailStr) -> ProfileAnswer:
    """For administrators."""
    require(caller, Permission.READ_ALL_PROFILES)
    return full(await use_cases.profile_by_email(_users(request), email))


@router.get("/{account_id:int}", summary="Read a person", responses=_refusals(ProfileNotFound))
async def read_user(
    request: Request, caller: Caller, account_id: AccountId
) -> ProfileAnswer | BasicProfile:
    """Whole to oneself and administrators, the basic fields to organisers and operators."""
    profile, view = await use_cases.read_profile(_users(request), _reader(caller), account_id)
    return shown(profile, view)


@router.put(
    "/{account_id:int}",
    summary="Change a person",
    responses=_refusals(ProfileNotFound, NotChangedHere, TooManyRequests),
)
async def change_user(
    request: Request, caller: Caller, account_id: AccountId, changes: ProfileChanges
) -> ProfileAnswer:
    """For oneself and administrators; role and state of an account are changed in auth."""
    reader = _reader(caller)
    return full(
        await use_cases.change_profile(_users(request), reader, account_id, changes.asked())
    )


@router.delete(
    "/{account_id:int}",
    summary="Delete a person's account for good",
    responses=_refusals(ProfileNotFound, LastAdministrator),
)
async def delete_user(request: Request, caller: Caller, account_id: AccountId) -> Deleted:
    """For oneself and administrators. Personal data are erased everywhere, sales are kept."""
    await use_cases.delete_account(_users(request), _reader(caller), account_id)
    french = language_of(request.headers.get("accept-language")) == "fr"
    message = "Le compte est supprimé." if french else "The account has been deleted."
    return Deleted(id=account_id, deleted=True, message=message)


@router.get(
    "/{account_id:int}/picture",
    summary="Get a person's picture",
    responses={
        200: {"content": {"image/webp": {}}, "description": "The picture"},
        **problem_responses([Forbidden, NoPicture]),
    },
    response_class=Response,
)
async def read_picture(
    request: Request,
    caller: OptionalCaller,
    account_id: AccountId,
    v: Annotated[str, Query(max_length=64, description="As in `profile_picture`.")] = "",
) -> Response:
    """The whole address in `profile_picture` needs no token; without `v` the profile's rules."""
    reader = None if caller is None else _reader(caller)
    picture = await use_cases.picture_for(_users(request), reader, account_id, v)
    tag = f'"{picture.sha256}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, max-age=31536000, immutable" if v else "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(picture.content, media_type=picture.content_type, headers=headers)


@internal.get("/accounts/{account_id}/export")
async def export_account(
    request: Request, _service: CallingService, account_id: AccountId
) -> dict[str, object]:
    """Return what users holds of a person, for another service."""
    return await use_cases.export_of(_users(request), account_id)


ROUTERS = (queues_router("/api/v1/users", require_manages_queues), audit, router, internal)
