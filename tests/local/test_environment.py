"""What is named wins; what is not points at this machine; nobody gets another's secrets."""

from pathlib import Path

import pytest

from guichet.local import environment
from guichet.local.development_secrets import ensure_secrets
from guichet.local.errors import LocalError
from guichet.local.postgres import SERVICES

STORAGE = Path("/somewhere/storage")


@pytest.fixture
def known(tmp_path: Path) -> dict[str, str]:
    return ensure_secrets(tmp_path / "secrets.env", cluster_exists=False)


def test_without_anything_named_all_points_at_shifted_local_ports(known: dict[str, str]) -> None:
    whole = environment.complete({"PATH": "/bin"}, known, STORAGE, 10_000)
    assert whole["GUICHET_AUTH_DSN"].endswith("@127.0.0.1:17432/guichet_auth")
    assert whole["GUICHET_NATS_URL"].endswith("@127.0.0.1:17422")
    assert whole["GUICHET_STRIPE_API_URL"] == "http://127.0.0.1:18010"
    assert whole["GUICHET_SMTP_URL"] == "smtp://127.0.0.1:17025"
    assert whole["GUICHET_STORAGE_DIR"] == str(STORAGE)
    assert whole["PATH"] == "/bin"


def test_a_detour_leads_services_past_a_proxy_and_leaves_the_servers_where_they_are(
    known: dict[str, str],
) -> None:
    named = {"GUICHET_LOCAL_DETOURS": "postgres=1, nats=2,sandbox=3,smtp=4"}
    whole = environment.complete(named, known, STORAGE, 10_000)
    assert whole["GUICHET_AUTH_DSN"].endswith("@127.0.0.1:1/guichet_auth")
    assert whole["GUICHET_NATS_URL"].endswith("@127.0.0.1:2")
    assert whole["GUICHET_STRIPE_API_URL"] == "http://127.0.0.1:3"
    assert whole["GUICHET_SMTP_URL"] == "smtp://127.0.0.1:4"
    assert environment.own_postgres(named)
    assert environment.own_nats(named)
    for wrong in ("gateway=1", "nats=", "nats"):
        with pytest.raises(LocalError, match="GUICHET_LOCAL_DETOURS"):
            environment.complete({"GUICHET_LOCAL_DETOURS": wrong}, known, STORAGE, 0)


def test_named_servers_win(known: dict[str, str]) -> None:
    named = {
        "GUICHET_AUTH_DSN": "postgresql://a:b@db.example/auth",
        "GUICHET_NATS_URL": "nats://nats.example",
        "GUICHET_SMTP_URL": "smtps://mail.example",
    }
    whole = environment.complete(named, known, STORAGE, 0)
    assert {name: whole[name] for name in named} == named
    assert whole["GUICHET_USERS_DSN"].startswith("postgresql://guichet_users_service:")
    assert whole["GUICHET_USERS_OWNER_DSN"].startswith("postgresql://guichet_users:")
    # The local owner has nothing to do with a database that lies elsewhere.
    assert "GUICHET_AUTH_OWNER_DSN" not in whole
    assert environment.own_postgres(named)
    assert not environment.own_nats(named)
    assert not environment.own_mailbox(named)


def test_no_cluster_is_needed_once_every_database_is_named() -> None:
    named = {f"GUICHET_{service.upper()}_DSN": "postgresql://x" for service in SERVICES}
    assert not environment.own_postgres(named)


def test_a_live_key_means_the_live_provider(known: dict[str, str]) -> None:
    named = {"GUICHET_STRIPE_API_KEY": "sk_live_key"}
    assert not environment.own_sandbox(named)
    whole = environment.complete(named, known, STORAGE, 0)
    assert "GUICHET_STRIPE_API_URL" not in whole
    assert "GUICHET_STRIPE_PUBLISHABLE_KEY" not in whole, "drawn for the sandbox alone"
    assert environment.own_sandbox({})
    assert environment.own_sandbox({**named, "GUICHET_STRIPE_API_URL": "http://127.0.0.1:8010"})


def test_each_process_gets_its_own_database_and_no_other(known: dict[str, str]) -> None:
    whole = environment.complete({}, known, STORAGE, 0)
    for service in SERVICES:
        share = environment.share_of(whole, service)
        addresses = [name for name in share if name.endswith("_DSN")]
        assert addresses == [f"GUICHET_{service.upper()}_DSN"]
        assert "GUICHET_SERVICE_SECRET" in share
    gateway = environment.share_of(whole, "gateway")
    assert not [name for name in gateway if name.endswith("_DSN")]


def test_secrets_go_to_their_users_alone(known: dict[str, str]) -> None:
    whole = environment.complete({}, known, STORAGE, 0)

    def holders(variable: str) -> set[str]:
        everyone = (*SERVICES, "gateway", "sandbox", "mailbox")
        return {name for name in everyone if variable in environment.share_of(whole, name)}

    assert holders("GUICHET_AUTH_KEY_PASSPHRASE") == {"auth"}
    assert holders("GUICHET_TICKETS_LINK_SECRET") == {"tickets"}
    assert holders("GUICHET_STRIPE_API_KEY") == {"tickets", "sandbox"}
    # No secret: browsers get it. The gateway opens the pages' policy to the provider by it.
    assert holders("GUICHET_STRIPE_PUBLISHABLE_KEY") == {"tickets", "sandbox", "gateway"}
    assert holders("GUICHET_POSTGRES_ADMIN_PASSWORD") == set()
    assert holders("GUICHET_AUTH_DATABASE_PASSWORD") == set()
    assert holders("GUICHET_NATS_URL") >= set(SERVICES)


def test_only_its_migration_may_change_the_shape_of_a_database(known: dict[str, str]) -> None:
    whole = environment.complete({}, known, STORAGE, 0)
    for service in SERVICES:
        name = f"GUICHET_{service.upper()}_OWNER_DSN"
        assert name not in environment.share_of(whole, service)
        assert name in environment.share_of(whole, environment.migration_of(service))
