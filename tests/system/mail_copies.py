"""How often a mail may lie in the mailbox: once, and once more for each unclear attempt."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tests.system.running import System


async def check_sent_once(system: System, mails: Sequence[Mapping[str, Any]]) -> None:
    """Check that these, of the mailbox's list, are one mail; AssertionError for any besides.

    An attempt that ended without a clear answer may have handed its copy over, and the next one
    another; `guichet verify` counts in the same way (guichet.verify.messages).
    """
    assert len({mail["message_id"] for mail in mails}) == 1, [mail["subject"] for mail in mails]
    if len(mails) > 1:
        unclear = await _unclear_attempts(system, mails[0])
        assert len(mails) <= 1 + unclear, (mails, unclear)


async def _unclear_attempts(system: System, mail: Mapping[str, Any]) -> int:
    admin = await system.demo("admin")
    path = "/notifications/deliveries"
    query = f"?per_page=100&q={quote(mail['recipients'][0])}"
    found = await system.expect(200, "GET", path + query, who=admin)
    [number] = [each["id"] for each in found["data"] if each["message_id"] == mail["message_id"]]
    shown = await system.expect(200, "GET", f"{path}/{number}", who=admin)
    return sum(_is_unclear(attempt) for attempt in shown["history"])


def _is_unclear(attempt: Mapping[str, str]) -> bool:
    detail = attempt["detail"]
    return (
        attempt["outcome"] in {"lost", "unreachable"}
        or "no clear answer" in detail
        or detail.startswith("TimeoutError")
    )
