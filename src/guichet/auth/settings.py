"""What auth is told from outside."""

from urllib.parse import urlsplit

from pydantic import Field

from guichet.kernel.settings import CommonSettings

_LOCAL_NAMES = ("localhost", "127.0.0.1")


class Settings(CommonSettings):
    """The settings of auth, on top of those that every process has."""

    auth_dsn: str = Field(repr=False)
    auth_key_passphrase: str = Field(min_length=16, repr=False)
    """Encrypts signing keys and two-factor secrets in the database."""
    auth_password_threads: int = Field(default=1, ge=1, le=32)
    """Passwords hashed at the same time; each takes a core and 19 MiB."""
    auth_passwords_waiting_max: int = Field(default=200, ge=1, le=1000)
    """Further passwords that may wait for a thread; beyond that callers get a 429.

    On one core 200 take some 6 s, well within what the gateway waits for an answer.
    """
    auth_allowed_origins: str = ""
    """Origins beside `public_url` whose pages may use the refresh cookie, separated by commas."""

    @property
    def cookies_are_secure(self) -> bool:
        """Whether the refresh cookie is kept to HTTPS."""
        return self.is_production or self.outside_url.startswith("https://")

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins whose pages may use the refresh cookie.

        On a developer's machine these are the local listeners, by either of their names.
        """
        outside = urlsplit(self.outside_url)
        named = {f"{outside.scheme}://{outside.netloc}"}
        named.update(part.strip().rstrip("/") for part in self.auth_allowed_origins.split(","))
        if not self.is_production:
            ports = [self.port(name) for name in ("load_balancer", "gateway", "web")]
            named.update(f"http://{name}:{port}" for name in _LOCAL_NAMES for port in ports)
            named.update(f"http://{name}" for name in _LOCAL_NAMES)
        return frozenset(named - {""})
