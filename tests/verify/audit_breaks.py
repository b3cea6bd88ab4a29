"""What breaks the audit logs: by service, the statement that does it."""

_UNGUARDED = "ALTER TABLE audit_entries DISABLE TRIGGER USER;"
_ENTER = "INSERT INTO audit_entries (actor_role, action, subject, after, request_id, reason)"

# ruff: noqa: S608 - statements of this file's own making

AUDIT_BREAKS: tuple[tuple[str, str], ...] = (
    # An entry changed, deleted from the chain, deleted with what it tells of still there, or twice.
    ("tickets", f"{_UNGUARDED} UPDATE audit_entries SET reason = 'x'"),
    ("tickets", f"{_UNGUARDED} DELETE FROM audit_entries WHERE position = 1"),
    (
        "tickets",
        f"{_UNGUARDED} DELETE FROM audit_entries WHERE action = 'tickets.payment.captured'",
    ),
    (
        "tickets",
        f"{_ENTER} SELECT actor_role, action, subject, after, request_id, reason"
        " FROM audit_entries WHERE action = 'tickets.payment.captured'",
    ),
    # An entry that nobody sealed.
    (
        "tickets",
        "INSERT INTO audit_entries (occurred_at, actor_role, action, subject, request_id, reason)"
        " VALUES (now() - interval '1 day', 'system', 'a', 'b', '', '')",
    ),
    # Limits, refunds, roles and accounts that changed without an entry.
    ("tickets", "UPDATE stock SET capacity = capacity + 1"),
    ("tickets", "UPDATE stock SET price_minor = 1"),
    (
        "tickets",
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at) VALUES (1, 100, 'x', now())",
    ),
    (
        "tickets",
        "INSERT INTO refunds (order_id, amount_minor, reason, run_at, completed_at, status)"
        f" VALUES (1, 100, 'x', now(), now(), 'completed'); {_ENTER}"
        " SELECT 'admin', 'tickets.refund.requested', 'order:1', jsonb_build_object('refund_id',"
        " refund_id, 'amount_minor', 100), '', '' FROM refunds",
    ),
    ("auth", "INSERT INTO accounts (email, name, role) VALUES ('a@example.com', '', 'admin')"),
    ("auth", "INSERT INTO accounts (email, name, is_active) VALUES ('a@example.com', '', false)"),
    # A change whose entry is gone: the one before it ends elsewhere than the next one begins.
    (
        "auth",
        f"{_ENTER.replace('after', 'before, after')} VALUES"
        """ ('admin', 'auth.role.changed', 'account:9', '{"role": "operator"}',"""
        """ '{"role": "user"}', '', '')""",
    ),
    # An event that is gone although no entry says so.
    (
        "events",
        f"""{_ENTER} VALUES"""
        """ ('admin', 'events.event.created', 'event:99', '{"status": "draft"}', '', '')""",
    ),
)
