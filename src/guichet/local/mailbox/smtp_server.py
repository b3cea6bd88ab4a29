"""The SMTP side: every mail is on the disk before its 250, unless a test asked for a fault."""

import asyncio
from dataclasses import dataclass
from typing import Any, cast

from aiosmtpd.smtp import SMTP, Envelope, Session

from guichet.local.mailbox.store import Store

FOREVER = -1
"""As a number of deliveries: until switched off."""


@dataclass
class Faults:
    """Switches for tests. Counts are numbers of deliveries still to be hit; -1 is for ever."""

    refuse_count: int = 0
    refuse_reply: str = "451 4.3.0 Refused on request of a test"
    drop_count: int = 0
    slow_seconds: float = 0.0
    down: bool = False

    def take(self, name: str) -> bool:
        """Use up one of `refuse_count` or `drop_count`; False where none was left."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left != 0


class SmtpServer:
    """Listens for SMTP and stores what comes."""

    def __init__(self, store: Store, host: str, port: int) -> None:
        self.faults = Faults()
        self._store = store
        self._address = (host, port)
        self._listener: asyncio.Server | None = None
        self._sessions: set[SMTP] = set()

    async def start(self) -> None:
        """Begin to listen; does nothing when it does already. OSError when the port is taken."""
        if self._listener is None:
            host, port = self._address
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(self._new_session, host, port)

    async def stop(self) -> None:
        """Stop listening and cut the sessions that are open."""
        if self._listener is not None:
            listener, self._listener = self._listener, None
            listener.close()
            for session in self._sessions:
                if session.transport is not None:
                    cast("asyncio.Transport", session.transport).abort()
            self._sessions.clear()
            await listener.wait_closed()

    async def set_faults(self, faults: Faults) -> None:
        """Replace all switches; `down` closes or opens the listening socket itself."""
        self.faults = faults
        if faults.down:
            await self.stop()
        else:
            await self.start()

    def _new_session(self) -> SMTP:
        session = SMTP(
            self,
            hostname="mailbox.localhost",
            ident="Guichet local mailbox",
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._sessions = {
            each for each in self._sessions if each.transport and not each.transport.is_closing()
        }
        self._sessions.add(session)
        return session

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd finds its hooks by this name
        """Store the mail, then answer; the faults strike where a real server's would."""
        if self.faults.slow_seconds:
            await asyncio.sleep(self.faults.slow_seconds)
        if self.faults.take("refuse_count"):
            return self.faults.refuse_reply
        recipients = cast("list[Any]", envelope.rcpt_tos)
        try:
            await asyncio.to_thread(
                self._store.add_mail,
                envelope.mail_from or "",
                [str(recipient) for recipient in recipients],
                cast("bytes", envelope.original_content),
            )
        except OSError as error:
            return f"452 4.3.1 Not stored: {error.strerror}"
        if self.faults.take("drop_count"):
            cast("asyncio.Transport", server.transport).abort()
        return "250 2.0.0 Stored"
