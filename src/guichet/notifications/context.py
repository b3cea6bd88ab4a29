"""What the routes of notifications work with."""

from dataclasses import dataclass, field

from guichet.kernel.database import Database
from guichet.notifications.domain import Channel
from guichet.notifications.live import Listener
from guichet.notifications.sending import Sender
from guichet.notifications.use_cases.telling import Desk


@dataclass(frozen=True, slots=True)
class Notifications:
    """The open resources of one running process, handed to the routes."""

    database: Database
    desk: Desk
    listener: Listener
    senders: dict[Channel, Sender] = field(default_factory=dict[Channel, Sender])
