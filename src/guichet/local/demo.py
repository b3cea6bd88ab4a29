"""Demo accounts and events."""

from guichet.local.plan import Plan


def accounts() -> list[tuple[str, str, str]]:
    """Return e-mail address, password and role of each demo account."""
    return [
        ("admin@example.com", "password", "admin"),
        ("eventcreator@example.com", "password", "event_creator"),
        ("operator@example.com", "password", "operator"),
        ("user@example.com", "password", "user"),
    ]


def seed_once(plan: Plan) -> None:
    """Seed."""
