"""What the audit log says of people's profiles: that somebody else changed one, never what into."""

from collections.abc import Iterable

from guichet.kernel.audit import Change
from guichet.users.domain import Reader

_FIELDS = {"pending_email": "email"}


def corrections(reader: Reader, account_id: int, changed: Iterable[str]) -> tuple[Change, ...]:
    """Return the entry of a profile that was changed by another than its owner, else nothing.

    The log outlives the person and holds nothing personal: it names the fields, not their values.
    """
    if reader.account_id == account_id:
        return ()
    fields = sorted(_FIELDS.get(name, name) for name in changed)
    return (Change("users.profile.corrected", f"account:{account_id}", None, {"fields": fields}),)
