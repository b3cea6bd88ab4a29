"""The wiring of tickets: settings, what is opened and started, routes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import cast

from fastapi import FastAPI

from guichet.contracts.clients.events import EventsClient
from guichet.kernel import audit
from guichet.kernel.app import Check, create_app
from guichet.kernel.service import Platform, platform, serve
from guichet.kernel.streams import Shutdown, told_to_stop
from guichet.kernel.workers import every
from guichet.tickets import http_api
from guichet.tickets.admission import Admissions
from guichet.tickets.cancelling import Cancelling
from guichet.tickets.catalogue import Catalogue
from guichet.tickets.closing import Closing
from guichet.tickets.consumers import consumers
from guichet.tickets.context import Context
from guichet.tickets.documents.typesetting import typesetter
from guichet.tickets.door import Door
from guichet.tickets.event_refunds import EventRefunds
from guichet.tickets.faults import FaultPoints
from guichet.tickets.figures import Figures
from guichet.tickets.goodwill import Goodwill
from guichet.tickets.guesses import Guesses
from guichet.tickets.holder_messages import HolderMessages
from guichet.tickets.holding import Holding
from guichet.tickets.invoicing import Invoicing
from guichet.tickets.issuing import OrderWriter
from guichet.tickets.late_payments import LatePayments
from guichet.tickets.links import OrderLinks
from guichet.tickets.order_list import SEARCHED_TAKEN_IN_SECONDS, take_in_searched
from guichet.tickets.overview import Overviews
from guichet.tickets.pace import Pace
from guichet.tickets.payment_backups.taking import LOOK_SECONDS, open_backups
from guichet.tickets.payments.stripe_adapter import StripeProvider
from guichet.tickets.promoting import Promoting
from guichet.tickets.provider_changes import ProviderChanges
from guichet.tickets.purchase import Patience, Purchase
from guichet.tickets.quoting import Quoting
from guichet.tickets.reconciliation import Reconciliation
from guichet.tickets.refunds import Refunds
from guichet.tickets.returned_refunds import ReturnedRefunds
from guichet.tickets.selling import Selling
from guichet.tickets.settings import Settings
from guichet.tickets.stock import StockWriter
from guichet.tickets.webhook_inbox import WebhookInbox

SERVICE = "tickets"
CHARGE_SECONDS_MAX = 8.0
"""Shorter than an order's lease; what takes longer is asked about afterwards."""
SWEEP_SECONDS = 1.0
PUBLISH_STOCK_SECONDS = 0.2
TELL_HOLDERS_SECONDS = 1.0
EVENT_REFUNDS_SECONDS = 1.0
CLOSE_SECONDS = 600.0
NUMBER_SECONDS = 2.0
FORGET_SECONDS = 3600.0


def build(settings: Settings, port: int | None = None) -> FastAPI:
    """Return the application; what it needs is opened and closed with its lifespan.

    `port` is where it will be served, to be announced to the gateway; the default is its own.
    """
    links = OrderLinks(settings.tickets_link_secret, settings.outside_url)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncGenerator[Mapping[str, Check]]:
        async with platform(
            app,
            settings,
            service=SERVICE,
            dsn=settings.tickets_dsn,
            consumers=consumers(lambda: links),
            hot_connections=settings.tickets_connections,
            port=port,
        ) as here:
            context = open_context(settings, here, links)
            app.state.context = context
            start_workers(here, context)
            try:
                with told_to_stop(context.shutdown.begin):
                    yield here.checks
            finally:
                await here.workers.stop()
                await context.provider.close()
                await context.payment_backups.close()
                await typesetter.close()

    app = create_app(
        service=SERVICE,
        title="Guichet: tickets",
        context=running,
        routers=http_api.ROUTERS,
        hot_routes=http_api.hot_routes(
            lambda: cast(Context, app.state.context), with_no_op=settings.tickets_no_op
        ),
    )
    return app


def open_context(settings: Settings, here: Platform, links: OrderLinks) -> Context:
    """Return the use cases, each with what it needs."""
    database = here.database
    provider = StripeProvider(
        api_key=settings.stripe_api_key,
        api_url=settings.stripe_api_url,
        webhook_secret=settings.stripe_webhook_secret,
        charge_seconds_max=CHARGE_SECONDS_MAX,
        call_seconds_max=CHARGE_SECONDS_MAX,
    )
    events = EventsClient(
        here.session, settings.url_of("events"), service="events", tokens=here.service_tokens
    )
    catalogue = Catalogue(database, events)
    refunds = Refunds(database, provider)
    purchase = Purchase(
        OrderWriter(database, links),
        provider,
        refunds,
        FaultPoints(settings.tickets_fault_dir),
        Patience(settings.tickets_buyer_wait_seconds, settings.tickets_ask_again_seconds),
    )
    late = LatePayments(database, purchase, refunds)
    changes = ProviderChanges(database, provider.books, late, refunds)
    guesses = Guesses()
    promoting = Promoting(database, catalogue, guesses)
    writer = StockWriter(database, links, hold_seconds=settings.tickets_hold_seconds)
    return Context(
        settings=settings,
        database=database,
        provider=provider,
        links=links,
        catalogue=catalogue,
        purchase=purchase,
        selling=Selling(
            database, catalogue, writer, purchase, guesses, Pace(settings.asks_per_account)
        ),
        quoting=Quoting(catalogue, promoting),
        promoting=promoting,
        holding=Holding(database, hold_seconds=settings.tickets_hold_seconds),
        refunds=refunds,
        cancelling=Cancelling(database, refunds),
        goodwill=Goodwill(database, refunds),
        returned_refunds=ReturnedRefunds(database, refunds),
        event_refunds=EventRefunds(database, refunds),
        admissions=Admissions(database),
        invoicing=Invoicing(database, settings.tickets_seller_name),
        payment_backups=open_backups(settings, database),
        door=Door(database),
        figures=Figures(database),
        overviews=Overviews(database),
        holder_messages=HolderMessages(database, links),
        inbox=WebhookInbox(database, changes, purchase),
        shutdown=Shutdown(),
        reconciliation=Reconciliation(database, provider.books, changes, late),
    )


def start_workers(here: Platform, context: Context) -> None:
    """Start what goes on in the background."""
    here.workers.start("saga", context.purchase.runner.resume)
    here.workers.start("refunds", context.refunds.run)
    here.workers.start("webhooks", context.inbox.run)
    reconciliation, settings = context.reconciliation, context.settings
    here.workers.start(
        "look at payments",
        every(settings.tickets_look_seconds, reconciliation.look),
    )
    here.workers.start(
        "reconciliation",
        every(settings.tickets_reconcile_seconds, reconciliation.compare),
    )
    here.workers.start("ledger", every(CLOSE_SECONDS, Closing(here.database).close_ended_days))
    here.workers.start("documents", every(NUMBER_SECONDS, context.invoicing.number_due))
    here.workers.start("payment backups", every(LOOK_SECONDS, context.payment_backups.run_if_due))
    here.workers.start(
        "audit", every(audit.SEAL_SECONDS, lambda: audit.seal_waiting(here.database))
    )
    here.workers.start(
        "search", every(SEARCHED_TAKEN_IN_SECONDS, lambda: take_in_searched(here.database))
    )
    here.workers.start("sweeper", every(SWEEP_SECONDS, context.holding.sweep))
    here.workers.start("ended holds", every(FORGET_SECONDS, context.holding.forget))
    here.workers.start("stock", every(PUBLISH_STOCK_SECONDS, context.catalogue.publish_stock))
    here.workers.start(
        "messages to holders", every(TELL_HOLDERS_SECONDS, context.holder_messages.tell_all)
    )
    here.workers.start("event refunds", every(EVENT_REFUNDS_SECONDS, context.event_refunds.get_on))


def run(port: int | None = None) -> None:
    """Serve tickets until told to stop; its settings come from the environment."""
    settings = Settings()  # pyright: ignore[reportCallIssue] - the environment fills it
    serve(build(settings, port), settings, service=SERVICE, port=port)


if __name__ == "__main__":
    run()
