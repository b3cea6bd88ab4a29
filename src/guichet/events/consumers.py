"""Messages in: the stock from tickets, deleted accounts from auth."""

from typing import Any

from guichet.contracts.messages.auth import AccountDeleted
from guichet.contracts.messages.tickets import StockChanged
from guichet.events.use_cases import upkeep
from guichet.kernel.inbox import Consumer

CONSUMERS: list[Consumer[Any]] = [
    Consumer(StockChanged, upkeep.note_stock, upkeep.note_stocks),
    Consumer(AccountDeleted, upkeep.forget_account),
]
