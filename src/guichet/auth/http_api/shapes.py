"""The shapes of requests and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from guichet.auth.domain import Account, Session, one_line
from guichet.auth.email_addresses import normal_email
from guichet.auth.use_cases.issuing import SignedIn
from guichet.kernel.problems import Language
from guichet.kernel.validation import without_card_number

SECRET_CHARACTERS_MAX = 4096
"""What is read of a password before it is judged; the rule itself is the domain's."""


def _refuse(_value: object) -> object:
    raise PydanticCustomError("extra_forbidden", "not accepted here")


def _email(text: str) -> str:
    try:
        return normal_email(text)
    except ValueError:
        raise PydanticCustomError("email", "not an e-mail address") from None


def _one_line(text: str) -> str:
    try:
        return one_line(text)
    except ValueError:
        raise PydanticCustomError("control_characters", "control characters") from None


def _nothing_if_empty(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Refused = Annotated[SkipJsonSchema[Any], BeforeValidator(_refuse)]
"""A field that nobody may give; naming it is a 422, where an unknown one is ignored."""

Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(_email)]
Name = Annotated[
    str,
    AfterValidator(_one_line),
    AfterValidator(without_card_number),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120),
]
Line = Annotated[str, AfterValidator(_one_line), StringConstraints(max_length=255)]
PhoneNumber = Annotated[Line | None, BeforeValidator(_nothing_if_empty)]
"""As it was typed; one may be as long as a card's number."""
OptionalLine = Annotated[
    Annotated[Line, AfterValidator(without_card_number)] | None, BeforeValidator(_nothing_if_empty)
]
Secret = Annotated[str, StringConstraints(max_length=SECRET_CHARACTERS_MAX)]
MailedToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Asked(BaseModel):
    """A request body: what it does not know it ignores."""

    model_config = ConfigDict(extra="ignore")


class Registration(Asked):
    """Somebody registers; the role, if given at all, is `user`."""

    name: Name
    email: Email
    password: Secret
    password_confirmation: Secret
    language: Language | None = None
    phone_number: PhoneNumber = None
    address: OptionalLine = None
    city: OptionalLine = None
    country: OptionalLine = None
    role: Literal["user"] = "user"
    is_active: Refused = None
    email_verified: Refused = None
    email_verified_at: Refused = None
    status: Refused = None
    id: Refused = None


class Login(Asked):
    """Somebody signs in; `totp_code` once two-factor sign-in is in force."""

    email: Annotated[str, StringConstraints(max_length=320)]
    password: Secret
    totp_code: Annotated[str, StringConstraints(max_length=40)] | None = None


class Refresh(Asked):
    """A refresh token in the body; the web app sends its cookie instead."""

    refresh_token: Annotated[str, StringConstraints(max_length=200)] | None = None


class PasswordForgotten(Asked):
    """Whoever this address belongs to wants a reset link."""

    email: Annotated[str, StringConstraints(max_length=320)]


class PasswordReset(Asked):
    """A new password by a mailed link."""

    token: MailedToken
    password: Secret
    password_confirmation: Secret | None = None


class PasswordChange(Asked):
    """A new password by the present one."""

    current_password: Secret = ""
    password: Secret
    password_confirmation: Secret | None = None


class EmailConfirmation(Asked):
    """A mailed link was opened; a change of address takes the password too."""

    token: MailedToken
    password: Secret = ""


class EmailChange(Asked):
    """Another address is wanted."""

    email: Email
    password: Secret = ""


class TotpEnrolment(Asked):
    """Two-factor sign-in is to be set up."""

    password: Secret = ""


class TotpConfirmation(Asked):
    """The first code of the authenticator app."""

    code: Code


class TotpEnd(Asked):
    """Two-factor sign-in is to end, by the password and a code of either kind."""

    password: Secret = ""
    code: Code


class User(BaseModel):
    """An account as its owner and administrators see it."""

    id: int
    name: str
    email: str
    role: str
    is_active: bool
    email_verified: bool
    language: Language
    phone_number: str | None
    address: str | None
    city: str | None
    country: str | None
    two_factor_enabled: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, account: Account) -> Self:
        """Return the account's public face."""
        return cls(
            id=account.id,
            name=account.name,
            email=account.email,
            role=account.role,
            is_active=account.is_active,
            email_verified=account.is_verified,
            language=account.language,
            phone_number=account.phone_number,
            address=account.address,
            city=account.city,
            country=account.country,
            two_factor_enabled=account.has_totp,
            created_at=account.created_at,
            updated_at=account.updated_at,
        )


class UserAnswer(BaseModel):
    """The account as it is now."""

    user: User


class Tokens(BaseModel):
    """A person signed in: `expires_in` is the access token's life in seconds."""

    user: User
    token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    refresh_token: str

    @classmethod
    def of(cls, signed_in: SignedIn) -> Self:
        """Return the answer to a sign-in."""
        return cls(
            user=User.of(signed_in.account),
            token=signed_in.access_token,
            expires_in=signed_in.expires_in,
            refresh_token=signed_in.refresh_token,
        )


class Said(BaseModel):
    """A sentence for a person."""

    message: str


class TotpSecret(BaseModel):
    """What an authenticator app takes: as text, as a URI, as a picture."""

    secret: str
    otpauth_uri: str
    qr_svg: str


class TotpConfirmed(BaseModel):
    """Two-factor sign-in is in force; the recovery codes are shown this once."""

    user: User
    recovery_codes: list[str]


class SessionSeen(BaseModel):
    """A session of one's own; `current` marks the one that asks."""

    id: str
    user_agent: str
    address: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool

    @classmethod
    def of(cls, session: Session, current_id: str) -> Self:
        """Return a session as its owner sees it."""
        return cls(
            id=session.id,
            user_agent=session.user_agent,
            address=session.address,
            created_at=session.created_at,
            last_used_at=session.last_used_at,
            expires_at=session.expires_at,
            current=session.id == current_id,
        )


class SessionsSeen(BaseModel):
    """All of one's live sessions."""

    data: list[SessionSeen]
