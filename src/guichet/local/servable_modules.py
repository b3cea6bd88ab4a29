"""Where each server written in Python is found."""

SERVERS = {
    "auth": "guichet.auth.main",
    "users": "guichet.users.main",
    "events": "guichet.events.main",
    "tickets": "guichet.tickets.main",
    "notifications": "guichet.notifications.main",
    "gateway": "guichet.gateway.main",
    "nginx": "guichet.gateway.serve_nginx",
    "sandbox": "guichet.sandbox.main",
    "mailbox": "guichet.local.mailbox.main",
}
"""Name of each server written in Python → the module whose `run(port)` serves it."""
