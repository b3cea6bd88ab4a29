"""The messages that auth listens to."""

from typing import Any

from guichet.auth.use_cases import accounts
from guichet.contracts.messages.users import ProfileUpdated
from guichet.kernel.inbox import Consumer

CONSUMERS: tuple[Consumer[Any], ...] = (Consumer(ProfileUpdated, accounts.follow_profile),)
