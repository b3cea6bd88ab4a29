"""Wiring of notifications: settings, application, what it opens and starts."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from email.utils import parseaddr

from fastapi import FastAPI

from guichet.contracts.clients.events import EventsClient
from guichet.contracts.clients.tickets import TicketsClient
from guichet.kernel import audit
from guichet.kernel.app import Check, create_app
from guichet.kernel.clock import now
from guichet.kernel.service import Platform, platform, serve
from guichet.kernel.streams import told_to_stop
from guichet.kernel.workers import every
from guichet.notifications.channels import EmailChannel, LocalSms, SmsChannel, TwilioSms
from guichet.notifications.consumers import consumers_of
from guichet.notifications.context import Notifications
from guichet.notifications.domain import Channel
from guichet.notifications.http_api import ROUTERS
from guichet.notifications.links import Links
from guichet.notifications.live import Listener
from guichet.notifications.preparing import Preparer, RemoteAttachments
from guichet.notifications.sending import EmailWay, Sender, SmsWay
from guichet.notifications.settings import Settings
from guichet.notifications.use_cases import deliveries, reminders
from guichet.notifications.use_cases.telling import Desk

SERVICE = "notifications"
REMINDER_SECONDS = 20.0
EXPIRY_SECONDS = 30.0
PURGE_SECONDS = 3600.0


def build(settings: Settings, port: int | None = None) -> FastAPI:
    """Return the application; nothing is opened before it runs."""
    desk = _desk(settings)
    listener = Listener(settings.notifications_dsn)

    @asynccontextmanager
    async def context(app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
        async with platform(
            app,
            settings,
            service=SERVICE,
            dsn=settings.notifications_dsn,
            consumers=consumers_of(desk),
            port=port,
        ) as here:
            senders = _senders(here, settings)
            app.state.notifications = Notifications(here.database, desk, listener, senders)
            _start_workers(here, desk, listener, senders)
            with told_to_stop(listener.close_streams):
                yield here.checks

    return create_app(
        service=SERVICE, title="Guichet: notifications", context=context, routers=ROUTERS
    )


def _desk(settings: Settings) -> Desk:
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]
    return Desk(
        links=Links(settings.outside_url),
        mail_domain=domain or "guichet.localhost",
        sms_enabled=settings.sms != "none",
        sms_region=settings.sms_region,
    )


def _senders(here: Platform, settings: Settings) -> dict[Channel, Sender]:
    session, tokens = here.session, here.service_tokens
    attachments = RemoteAttachments(
        TicketsClient(session, settings.url_of("tickets"), service="tickets", tokens=tokens),
        EventsClient(session, settings.url_of("events"), service="events", tokens=tokens),
    )
    preparer = Preparer(
        here.database, attachments, home=settings.outside_url, mail_from=settings.mail_from
    )
    email = EmailWay(preparer, EmailChannel(settings.mail_server))
    slots = settings.mail_connections
    senders = {Channel.EMAIL: Sender(here.database, Channel.EMAIL, email, slots=slots)}
    if sms := _sms_channel(here, settings):
        way = SmsWay(preparer, sms)
        senders[Channel.SMS] = Sender(here.database, Channel.SMS, way, slots=2)
    return senders


def _sms_channel(here: Platform, settings: Settings) -> SmsChannel | None:
    if settings.sms == "twilio":
        return TwilioSms(
            here.session,
            api_url=settings.twilio_api_url,
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_token,
            sender=settings.twilio_from,
        )
    if settings.sms == "local":
        return LocalSms(here.session, f"http://{settings.host}:{settings.port('mailbox')}")
    return None


def _start_workers(
    here: Platform, desk: Desk, listener: Listener, senders: dict[Channel, Sender]
) -> None:
    async def remind() -> None:
        while await reminders.remind(here.database, desk, now()) == reminders.BATCH_ORDERS:
            continue

    for channel, sender in senders.items():
        listener.wake_for_work(sender.wake)
        here.workers.start(f"sender {channel}", sender.run)
    here.workers.start("listener", listener.run)
    here.workers.start(
        "audit", every(audit.SEAL_SECONDS, lambda: audit.seal_waiting(here.database))
    )
    here.workers.start("reminders", every(REMINDER_SECONDS, remind))
    here.workers.start(
        "expiry", every(EXPIRY_SECONDS, lambda: deliveries.expire(here.database, now()))
    )
    here.workers.start("purge", every(PURGE_SECONDS, lambda: deliveries.purge(here.database)))


def run(port: int | None = None) -> None:
    """Serve until told to stop."""
    settings = Settings()
    serve(build(settings, port), settings, service=SERVICE, port=port)
