"""What auth refuses, each with its status and its sentences."""

from guichet.kernel.problems import (
    Conflict,
    Forbidden,
    Gone,
    Language,
    Malformed,
    TooManyRequests,
    Unauthenticated,
)

PASSWORD_CHARACTERS_MIN = 8
PASSWORD_CHARACTERS_MAX = 1024


class WrongCredentials(Unauthenticated):
    """No account has this e-mail address with this password; which of the two is not said."""

    code = "wrong_credentials"
    fr = "Adresse e-mail ou mot de passe incorrect."
    en = "Wrong e-mail address or password."


class TotpRequired(Unauthenticated):
    """The password was right; the account also wants a code."""

    code = "totp_required"
    fr = "Indiquez le code de votre application d'authentification."
    en = "Give the code from your authenticator app."


class WrongTotpCode(Unauthenticated):
    """The code is wrong, too old, or was used before."""

    code = "totp_wrong"
    fr = "Ce code est incorrect ou a déjà servi."
    en = "This code is wrong or has been used already."


class RefreshRefused(Unauthenticated):
    """The refresh token is unknown, spent, revoked or past its life."""

    code = "refresh_refused"
    fr = "Votre session est terminée : identifiez-vous de nouveau."
    en = "Your session has ended: sign in again."


class AccountIsDisabled(Forbidden):
    """The password was right, but an administrator has disabled the account."""

    code = "account_disabled"
    fr = "Ce compte est désactivé."
    en = "This account is disabled."


class WrongPassword(Forbidden):
    """The present password is needed for this, and was wrong or missing."""

    code = "wrong_password"
    fr = "Indiquez votre mot de passe actuel pour continuer."
    en = "Give your present password to continue."


class ForeignPage(Forbidden):
    """A page of another site tried to use the refresh cookie."""

    code = "foreign_origin"
    fr = "Cette demande ne vient pas d'une page de ce site."
    en = "This request does not come from a page of this site."


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    code = "email_taken"
    fr = "Un compte existe déjà avec cette adresse e-mail."
    en = "An account with this e-mail address exists already."


class LastAdministrator(Conflict):
    """Nobody could administer the system afterwards."""

    code = "last_administrator"
    fr = "C'est le dernier administrateur actif : nommez-en d'abord un autre."
    en = "This is the last active administrator: appoint another one first."


class TotpCodeRefused(Forbidden):
    """The code that confirms a change is wrong, too old, or was used before."""

    code = "totp_wrong"
    fr = WrongTotpCode.fr
    en = WrongTotpCode.en


class TotpAlreadyEnabled(Conflict):
    """Two-factor sign-in is in force already."""

    code = "totp_already_enabled"
    fr = "La double authentification est déjà active."
    en = "Two-factor sign-in is active already."


class TotpNotEnrolled(Conflict):
    """There is no two-factor secret to confirm or disable."""

    code = "totp_not_enrolled"
    fr = "La double authentification n'est pas en cours d'activation."
    en = "Two-factor sign-in has not been set up."


class LinkSpent(Gone):
    """The link was used, has expired or never was; which one is not said."""

    code = "link_spent"
    fr = "Ce lien n'est plus valable : demandez-en un nouveau."
    en = "This link is no longer valid: ask for a new one."


class TooManyTries(TooManyRequests):
    """Too many failures lately; refused before anything is computed."""

    code = "too_many_tries"
    fr = "Trop d'essais : patientez avant de recommencer."
    en = "Too many tries: wait before you try again."


class FieldRefused(Malformed):
    """One field breaks a rule; the sentence stands under that field too."""

    field = "body"

    def body(self, language: Language) -> dict[str, object]:
        """Return the members of the answer, the field's sentence among them."""
        return {**super().body(language), "errors": {self.field: [self.sentence(language)]}}


class PasswordTooShort(FieldRefused):
    """Fewer than eight characters."""

    code, field = "password_too_short", "password"
    fr = f"Il faut au moins {PASSWORD_CHARACTERS_MIN} caractères."
    en = f"At least {PASSWORD_CHARACTERS_MIN} characters are needed."


class PasswordTooLong(FieldRefused):
    """More characters than anybody types; bounded so that hashing stays cheap."""

    code, field = "password_too_long", "password"
    fr = f"{PASSWORD_CHARACTERS_MAX} caractères au plus."
    en = f"{PASSWORD_CHARACTERS_MAX} characters at most."


class PasswordTooCommon(FieldRefused):
    """One of the passwords that are tried first."""

    code, field = "password_too_common", "password"
    fr = "Ce mot de passe est l'un des plus courants : choisissez-en un autre."
    en = "This is one of the commonest passwords: choose another one."


class PasswordsDiffer(FieldRefused):
    """Password and confirmation are not the same."""

    code, field = "passwords_differ", "password_confirmation"
    fr = "Les deux mots de passe diffèrent."
    en = "The two passwords differ."
