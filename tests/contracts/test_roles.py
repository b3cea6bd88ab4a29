"""The table of roles, spelled out a second time, so that no change of it goes unnoticed."""

import pytest

from guichet.contracts.roles import PERMISSIONS, Permission, Role, may, require
from guichet.kernel.problems import Forbidden
from guichet.kernel.tokens import Principal

ALLOWED = {
    Permission.MANAGE_ACCOUNTS: "admin",
    Permission.READ_ALL_PROFILES: "admin",
    Permission.READ_BASIC_PROFILES: "admin event_creator operator",
    Permission.CREATE_EVENTS: "admin event_creator",
    Permission.MANAGE_ALL_EVENTS: "admin",
    Permission.LIST_TICKETS_OF_OWN_EVENTS: "admin event_creator",
    Permission.LIST_ALL_TICKETS: "admin",
    Permission.ADMIT_ANYWHERE: "admin operator",
    Permission.CANCEL_ANY_TICKET: "admin",
    Permission.MANAGE_NOTIFICATIONS: "admin",
    Permission.MANAGE_QUEUES: "admin",
    Permission.READ_BACKUPS: "admin",
    Permission.GRANT_GOODWILL: "admin",
    Permission.UNDO_ANY_ADMISSION: "admin",
    Permission.RECONCILE: "admin",
    Permission.READ_AUDIT_LOG: "admin",
}


def caller(role: str) -> Principal:
    return Principal(
        account_id=7,
        role=role,
        session_id="s",
        email="a@example.com",
        name="A",
        language="fr",
        email_verified=True,
        issued_at=0.0,
        expires_at=0,
    )


def test_every_permission_and_every_role_is_spelled_out() -> None:
    assert set(ALLOWED) == set(Permission)
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("permission", list(Permission))
def test_the_table(role: Role, permission: Permission) -> None:
    allowed = role in ALLOWED[permission].split()
    assert may(caller(role), permission) is allowed
    if allowed:
        require(caller(role), permission)
    else:
        with pytest.raises(Forbidden):
            require(caller(role), permission)


@pytest.mark.parametrize("role", ["", "ADMIN", "root", "admin ", "Role.ADMIN"])
def test_an_unknown_role_may_nothing(role: str) -> None:
    assert not any(may(caller(role), permission) for permission in Permission)


def test_nobody_may_nothing() -> None:
    assert not any(may(None, permission) for permission in Permission)
