"""The statements by which migrations make the audit log, and its guards.

Each service's own migration runs them, so they stay as they are for ever: another shape is
another list.
"""

FIRST_SHAPE = (
    "CREATE TABLE audit_entries ("
    " entry_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    " occurred_at TIMESTAMPTZ NOT NULL DEFAULT now(),"
    " actor_id BIGINT,"
    " actor_role TEXT NOT NULL,"
    " action TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " before JSONB,"
    " after JSONB,"
    " request_id TEXT NOT NULL,"
    " reason TEXT NOT NULL,"
    " position BIGINT UNIQUE,"
    " previous_hash TEXT,"
    " hash TEXT)",
    "COMMENT ON TABLE audit_entries IS"
    " 'Who changed what; only grows, and each entry is sealed once by its hash.'",
    "CREATE INDEX audit_entries_actor ON audit_entries (actor_id, entry_id)",
    "CREATE INDEX audit_entries_subject ON audit_entries (subject, entry_id)",
    "CREATE INDEX audit_entries_action ON audit_entries (action, entry_id)",
    "CREATE INDEX audit_entries_unsealed ON audit_entries (entry_id) WHERE hash IS NULL",
    "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$",
    "CREATE TRIGGER audit_entries_sealed_once BEFORE UPDATE ON audit_entries FOR EACH ROW"
    " WHEN (OLD.hash IS NOT NULL OR NEW.hash IS NULL OR"
    " (OLD.entry_id, OLD.occurred_at, OLD.actor_id, OLD.actor_role, OLD.action, OLD.subject,"
    " OLD.before, OLD.after, OLD.request_id, OLD.reason) IS DISTINCT FROM"
    " (NEW.entry_id, NEW.occurred_at, NEW.actor_id, NEW.actor_role, NEW.action, NEW.subject,"
    " NEW.before, NEW.after, NEW.request_id, NEW.reason))"
    " EXECUTE FUNCTION refuse_audit_change()",
    "CREATE TRIGGER audit_entries_only_grow BEFORE DELETE OR TRUNCATE ON audit_entries"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
)

BY_TIME = ("CREATE INDEX audit_entries_time ON audit_entries (occurred_at, entry_id)",)
"""What is read from an instant on, or up to one, however long the log is."""
