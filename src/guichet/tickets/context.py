"""What the use cases of tickets work with."""

from dataclasses import dataclass

from guichet.kernel.database import Database
from guichet.kernel.streams import Shutdown
from guichet.tickets.admission import Admissions
from guichet.tickets.cancelling import Cancelling
from guichet.tickets.catalogue import Catalogue
from guichet.tickets.door import Door
from guichet.tickets.event_refunds import EventRefunds
from guichet.tickets.figures import Figures
from guichet.tickets.goodwill import Goodwill
from guichet.tickets.holder_messages import HolderMessages
from guichet.tickets.holding import Holding
from guichet.tickets.invoicing import Invoicing
from guichet.tickets.links import OrderLinks
from guichet.tickets.overview import Overviews
from guichet.tickets.payment_backups.taking import PaymentBackups
from guichet.tickets.payments import PaymentProvider
from guichet.tickets.promoting import Promoting
from guichet.tickets.purchase import Purchase
from guichet.tickets.quoting import Quoting
from guichet.tickets.reconciliation import Reconciliation
from guichet.tickets.refunds import Refunds
from guichet.tickets.returned_refunds import ReturnedRefunds
from guichet.tickets.selling import Selling
from guichet.tickets.settings import Settings
from guichet.tickets.webhook_inbox import WebhookInbox


@dataclass(frozen=True, slots=True)
class Context:
    """The open resources of tickets, handed to every route."""

    settings: Settings
    database: Database
    provider: PaymentProvider
    links: OrderLinks
    catalogue: Catalogue
    purchase: Purchase
    selling: Selling
    quoting: Quoting
    promoting: Promoting
    holding: Holding
    refunds: Refunds
    cancelling: Cancelling
    goodwill: Goodwill
    returned_refunds: ReturnedRefunds
    event_refunds: EventRefunds
    admissions: Admissions
    invoicing: Invoicing
    payment_backups: PaymentBackups
    door: Door
    figures: Figures
    overviews: Overviews
    holder_messages: HolderMessages
    inbox: WebhookInbox
    shutdown: Shutdown
    reconciliation: Reconciliation
