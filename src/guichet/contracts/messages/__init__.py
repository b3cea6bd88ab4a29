"""Every message between services, one file per publishing service."""

from guichet.contracts.messages import auth, events, notifications, tickets, users

__all__ = ["auth", "events", "notifications", "tickets", "users"]
