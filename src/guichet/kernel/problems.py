"""The tree of named errors that callers see; standard library only, so that domains may use it.

Every refusal is a class with its own HTTP status and a stable `code`; its two sentences, French
and English, may name parameters in braces. The kernel turns an instance into a problem+json
answer (RFC 9457); nothing below the HTTP layer builds answers.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal, NamedTuple

Language = Literal["fr", "en"]


class Sentence(NamedTuple):
    """One sentence for a person, in both languages."""

    fr: str
    en: str

    def said_in(self, language: Language) -> str:
        """Return it in that language."""
        return self.fr if language == "fr" else self.en


class Problem(Exception):
    """An error that a caller is told about, in the caller's language.

    `params` fill the sentences and are added to the answer as members; `retry_after_seconds`
    becomes a `Retry-After` header; `errors` maps a field to what is wrong with it, in both
    languages or already in the caller's.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Internal Server Error"
    fr: ClassVar[str] = "Une erreur interne est survenue. Nos équipes en sont averties."
    en: ClassVar[str] = "An internal error occurred. We have been told."

    def __init__(
        self,
        *,
        errors: Mapping[str, Sequence[str | Sentence]] | None = None,
        retry_after_seconds: int | None = None,
        **params: object,
    ) -> None:
        super().__init__(self.code)
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds
        self.params = params

    def sentence(self, language: Language) -> str:
        """Return the sentence for a person, its parameters filled in."""
        return (self.fr if language == "fr" else self.en).format(**self.params)

    def body(self, language: Language) -> dict[str, object]:
        """Return the members of the problem+json answer."""
        detail = self.sentence(language)
        content: dict[str, object] = {
            "type": f"urn:guichet:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": detail,
            "message": detail,
            "code": self.code,
        }
        content.update(self.params)
        if self.errors:
            content["errors"] = {
                field: [
                    said.said_in(language) if isinstance(said, Sentence) else said
                    for said in mistakes
                ]
                for field, mistakes in self.errors.items()
            }
        return content

    def headers(self) -> dict[str, str]:
        """Return the headers that go with the answer."""
        if self.retry_after_seconds is None:
            return {}
        return {"Retry-After": str(self.retry_after_seconds)}


class BadRequest(Problem):
    """The request cannot be read at all."""

    status, code, title = 400, "bad_request", "Bad Request"
    fr = "La requête est illisible."
    en = "The request cannot be read."


class Unauthenticated(Problem):
    """No valid token came with the request."""

    status, code, title = 401, "unauthenticated", "Unauthorized"
    fr = "Identifiez-vous pour continuer."
    en = "Sign in to continue."

    def headers(self) -> dict[str, str]:
        """Return the challenge that RFC 6750 asks for."""
        return {**super().headers(), "WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """The caller is known, and may not do this."""

    status, code, title = 403, "forbidden", "Forbidden"
    fr = "Vous n'avez pas le droit de faire cela."
    en = "You are not allowed to do this."


class NotFound(Problem):
    """There is nothing here, or nothing that this caller may know of."""

    status, code, title = 404, "not_found", "Not Found"
    fr = "Introuvable."
    en = "Not found."


class MethodNotAllowed(Problem):
    """The address exists, the method does not."""

    status, code, title = 405, "method_not_allowed", "Method Not Allowed"
    fr = "Cette méthode n'est pas prévue ici."
    en = "This method is not available here."

    def __init__(self, *, allowed: Sequence[str] = ()) -> None:
        super().__init__()
        self.allowed = allowed

    def headers(self) -> dict[str, str]:
        """Return the methods that there are, which RFC 9110 (15.5.6) wants said."""
        return {**super().headers(), "Allow": ", ".join(self.allowed)}


class Conflict(Problem):
    """The request contradicts the present state."""

    status, code, title = 409, "conflict", "Conflict"
    fr = "L'état actuel ne permet pas cette opération."
    en = "The present state does not allow this."


class Gone(Problem):
    """What was here has ended."""

    status, code, title = 410, "gone", "Gone"
    fr = "Cela n'existe plus."
    en = "This is gone."


class PayloadTooLarge(Problem):
    """The body is larger than this route reads."""

    status, code, title = 413, "payload_too_large", "Content Too Large"
    fr = "Le contenu envoyé est trop volumineux."
    en = "What was sent is too large."


class Malformed(Problem):
    """The body or the query breaks the declared shape; `errors` says where."""

    status, code, title = 422, "malformed", "Unprocessable Content"
    fr = "Certaines valeurs sont manquantes ou invalides."
    en = "Some values are missing or invalid."


class TooEarly(Problem):
    """It is not time for this yet."""

    status, code, title = 425, "too_early", "Too Early"
    fr = "Ce n'est pas encore ouvert."
    en = "This is not open yet."


class TooManyRequests(Problem):
    """The caller asks more often than is allowed."""

    status, code, title = 429, "too_many_requests", "Too Many Requests"
    fr = "Trop de demandes : réessayez dans un instant."
    en = "Too many requests: try again in a moment."


class Unavailable(Problem):
    """The service cannot answer now; the caller may try again."""

    status, code, title = 503, "unavailable", "Service Unavailable"
    fr = "Le service est momentanément indisponible : réessayez dans un instant."
    en = "The service is unavailable for the moment: try again shortly."

    def __init__(self, *, retry_after_seconds: int = 2) -> None:
        super().__init__(retry_after_seconds=retry_after_seconds)


STATUS_PROBLEMS: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        Conflict,
        Gone,
        PayloadTooLarge,
        Malformed,
        TooEarly,
        TooManyRequests,
        Unavailable,
    )
}
"""The general problem of each HTTP status, for errors that a framework raises."""
