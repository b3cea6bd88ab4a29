"""Signed links by which a guest reaches an order without an account."""

import base64
import hashlib
import hmac

from guichet.tickets.codes import order_code
from guichet.tickets.domain import Order

_SIGNATURE_BYTES = 18


class OrderLinks:
    """Makes and checks the access tokens of orders.

    A token is a signature over the order and its `access_version`: nothing is stored, and raising
    the version revokes every link handed out before.
    """

    def __init__(self, secret: str, outside_url: str) -> None:
        self._secret = secret.encode()
        self._outside_url = outside_url

    def token(self, order_id: int, access_version: int) -> str:
        """Return the token that opens this order: 24 URL-safe signs."""
        content = f"order-access:{order_id}:{access_version}".encode()
        digest = hmac.digest(self._secret, content, hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode()

    def opens(self, order: Order, token: str | None) -> bool:
        """Return whether the token opens the order."""
        if not token:
            return False
        wanted = self.token(order.order_id, order.access_version)
        return hmac.compare_digest(wanted.encode(), token.encode())

    def return_url_of(self, order_id: int) -> str:
        """Return where the buyer comes back to after 3-D Secure: the order's page in the web app.

        It carries no access token, since the provider and the bank see the address.
        """
        return f"{self._outside_url}/my/orders/{order_code(order_id)}"
