"""Addresses in the web app that mails lead to.

Secrets stand after the `#`: browsers do not send that part, so no log can catch it.
"""

from urllib.parse import quote


class Links:
    """Builds addresses below the public one, such as `https://tickets.example.com`."""

    def __init__(self, outside_url: str) -> None:
        self.home = outside_url.rstrip("/")

    def verify_email(self, token: str) -> str:
        """Return where an e-mail address is confirmed."""
        return f"{self.home}/verify-email#token={quote(token, safe='')}"

    def reset_password(self, token: str) -> str:
        """Return where a new password is chosen."""
        return f"{self.home}/reset-password#token={quote(token, safe='')}"

    def order(self, code: str, access_token: str = "") -> str:
        """Return the page of an order; with a token it opens without an account."""
        page = f"{self.home}{order_path(code)}"
        return f"{page}#access={quote(access_token, safe='')}" if access_token else page

    def event(self, event_id: int) -> str:
        """Return the page of an event."""
        return f"{self.home}{event_path(event_id)}"

    def preferences(self) -> str:
        """Return where people choose what they are told."""
        return f"{self.home}/my/preferences"


def order_path(code: str) -> str:
    """Return the path of an order's page, for links within the web app."""
    return f"/my/orders/{quote(code, safe='')}"


def event_path(event_id: int) -> str:
    """Return the path of an event's page, for links within the web app."""
    return f"/e/{event_id}"
