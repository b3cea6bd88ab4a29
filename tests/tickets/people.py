"""Who asks: one of each role, as their tokens say."""

from guichet.kernel.tokens import Principal


def principal(account_id: int, role: str) -> Principal:
    """Return somebody with this account and role."""
    return Principal(
        account_id=account_id,
        role=role,
        session_id=f"session-{account_id}",
        email=f"account{account_id}@example.com",
        name="Compte Essai",
        language="fr",
        email_verified=True,
        issued_at=0.0,
        expires_at=2**40,
    )


USER = principal(1, "user")
CREATOR = principal(3, "event_creator")
"""Whose events the shop sells."""
OTHER_CREATOR = principal(33, "event_creator")
OPERATOR = principal(50, "operator")
ADMIN = principal(90, "admin")
