"""What the storm reads of its system when all is calm again."""

from pathlib import Path

import pytest

from storm.history import Reply, Request
from storm.system import Stormed

SIGNED_OUT = Reply(401, {"code": "unauthenticated"})


class TokensRunOut(Stormed):
    """A system that knows nobody any more until all have signed in again."""

    def __init__(self, *, signing_in_helps: bool) -> None:
        super().__init__(Path("nowhere"), {}, None)
        self.signing_in_helps = signing_in_helps
        self.is_known = False

    async def sign_in_all(self) -> None:
        """Get new tokens."""
        self.is_known = self.signing_in_helps

    async def send(self, request: Request, seconds_max: float = 1.0) -> Reply:
        """Answer whom the system knows."""
        del seconds_max
        return Reply(200, {"path": request.path}) if self.is_known else SIGNED_OUT


async def test_a_calm_that_outlasts_its_tokens_goes_on_with_new_ones() -> None:
    assert await TokensRunOut(signing_in_helps=True).read("/auth/queues") == {
        "path": "/auth/queues"
    }
    with pytest.raises(RuntimeError, match="401"):
        await TokensRunOut(signing_in_helps=False).read("/auth/queues")
