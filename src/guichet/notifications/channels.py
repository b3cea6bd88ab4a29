"""The ways out: e-mail over SMTP, SMS over a provider's HTTP API.

Each tells two kinds of failure apart: `Unreachable` is the server's trouble and would meet any
message; `Refused` is about this one message.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Protocol, cast

import aiohttp
import aiosmtplib
import phonenumbers

STEP_SECONDS_MAX = 12.0
PROBE_SECONDS_MAX = 5.0
CLOSING_CODE = 421
"""The server says that it is closing down (RFC 5321, 3.8)."""


class Unreachable(Exception):
    """The server cannot take messages at present; nothing is wrong with this one."""


class Refused(Exception):
    """This message was not taken, or it is unclear whether it was."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes. TLS is used where the server offers it, and demanded by either flag."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    use_tls: bool = False
    require_tls: bool = False


class EmailChannel:
    """Sends mails over SMTP, keeping connections open for as long as there is work."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(self, message: EmailMessage, sender: str, recipient: str) -> str:
        """Hand one mail to the server and return its answer.

        Raises `Unreachable` or `Refused`. A connection lost before the answer to DATA leaves it
        unclear whether the mail was taken: that is `Refused`, and the next attempt carries the
        same Message-ID.
        """
        client = await self._connection()
        is_healthy = False
        try:
            _, answer = await client.send_message(message, sender=sender, recipients=[recipient])
            is_healthy = True
        except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused) as error:
            if _code_of(error) == CLOSING_CODE:
                raise Unreachable(_reason(error)) from error
            is_healthy = True
            raise Refused(_reason(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            # Was it this mail or the server? A server that does not answer now was the cause.
            await self.probe()
            raise Refused(f"no clear answer: {_reason(error)}") from error
        finally:
            if is_healthy and client.is_connected:
                self._idle.append(client)
            else:
                client.close()
        return answer

    async def probe(self) -> None:
        """Return where the server greets, raise `Unreachable` otherwise."""
        client = await self._connect(PROBE_SECONDS_MAX)
        await _leave(client)

    async def rest(self) -> None:
        """Close the connections: there is no work for the moment."""
        idle, self._idle = self._idle, []
        for client in idle:
            await _leave(client)

    async def _connection(self) -> aiosmtplib.SMTP:
        while self._idle:
            client = self._idle.pop()
            try:
                await client.noop(timeout=PROBE_SECONDS_MAX)
            except (aiosmtplib.SMTPException, OSError):
                client.close()
                continue
            return client
        return await self._connect(STEP_SECONDS_MAX)

    async def _connect(self, timeout_seconds: float) -> aiosmtplib.SMTP:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.use_tls,
            start_tls=False if server.use_tls else (True if server.require_tls else None),
            local_hostname="guichet.localhost",
            timeout=timeout_seconds,
        )
        try:
            await client.connect()
            # Greeting and EHLO belong to "is it there": a server may accept and then hang up.
            await client.noop()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise Unreachable(_reason(error)) from error
        client.timeout = STEP_SECONDS_MAX
        return client


class SmsChannel(Protocol):
    """Sends one short text."""

    async def send(self, to: str, text: str, reference: str) -> str:
        """Send to an E.164 number and return the provider's id; `Unreachable` or `Refused`."""
        ...

    async def probe(self) -> None:
        """Return where the provider can be asked again, raise `Unreachable` otherwise."""
        ...


class LocalSms:
    """Puts SMS beside the mails in the local mailbox."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def send(self, to: str, text: str, reference: str) -> str:
        """Send as `SmsChannel` says."""
        body = {"from": "Guichet", "to": to, "text": text, "reference": reference}
        return await _post(self._session, f"{self._url}/sms", "id", json=body)

    async def probe(self) -> None:
        """Ask whether the mailbox is there."""
        await _ask(self._session, f"{self._url}/health/ready")


class TwilioSms:
    """Sends SMS by Twilio's Messages API (version 2010-04-01)."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        api_url: str,
        account_sid: str,
        auth_token: str,
        sender: str,
    ) -> None:
        self._session = session
        self._url = f"{api_url.rstrip('/')}/2010-04-01/Accounts/{account_sid}"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(account_sid, auth_token)}
        self._sender = sender

    async def send(self, to: str, text: str, reference: str) -> str:  # noqa: ARG002 - Twilio has no idempotency key
        """Send as `SmsChannel` says; the answer is Twilio's message SID."""
        sender_field = "MessagingServiceSid" if self._sender.startswith("MG") else "From"
        form = {"To": to, sender_field: self._sender, "Body": text}
        url = f"{self._url}/Messages.json"
        return await _post(self._session, url, "sid", data=form, headers=self._headers)

    async def probe(self) -> None:
        """Ask for our own account."""
        await _ask(self._session, f"{self._url}.json", headers=self._headers)


def normalised_phone(text: str | None, region: str) -> str | None:
    """Return a number as E.164 (`+33612345678`), None where it is none that could be called."""
    try:
        number = phonenumbers.parse(text or "", region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


async def _post(session: aiohttp.ClientSession, url: str, id_field: str, **request: Any) -> str:
    timeout = aiohttp.ClientTimeout(total=STEP_SECONDS_MAX)
    try:
        async with session.post(url, timeout=timeout, allow_redirects=False, **request) as answer:
            if _is_the_providers_trouble(answer.status):
                raise Unreachable(f"HTTP {answer.status}")
            body = await answer.json(content_type=None)
            if not isinstance(body, dict):
                raise Refused("no clear answer: not an object")
            members = cast("dict[str, Any]", body)
            if answer.status >= 400:  # noqa: PLR2004 - the first HTTP error status
                raise Refused(f"HTTP {answer.status}: {members.get('message', '')}")
            return str(members.get(id_field, ""))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise Unreachable(_reason(error)) from error
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise Refused(f"no clear answer: {_reason(error)}") from error


async def _ask(session: aiohttp.ClientSession, url: str, **request: Any) -> None:
    timeout = aiohttp.ClientTimeout(total=PROBE_SECONDS_MAX)
    try:
        async with session.get(url, timeout=timeout, allow_redirects=False, **request) as answer:
            if _is_the_providers_trouble(answer.status):
                raise Unreachable(f"HTTP {answer.status}")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreachable(_reason(error)) from error


def _is_the_providers_trouble(status: int) -> bool:
    # 401 and 403: our credentials, which no single message can mend. 429: too fast for now.
    return status in {401, 403, 429} or status >= 500  # noqa: PLR2004 - server errors


def _code_of(error: aiosmtplib.SMTPException) -> int:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return error.recipients[0].code if error.recipients else 0
    return error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0


def _reason(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=1)
    except (aiosmtplib.SMTPException, OSError):
        client.close()
