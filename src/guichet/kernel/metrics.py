"""The metrics that every service has."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("guichet_requests_total", "Requests answered.", ["method", "status"])
REQUEST_SECONDS = Histogram(
    "guichet_request_seconds",
    "Time to answer a request.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OUTBOX_WAITING = Gauge("guichet_outbox_waiting", "Messages in the relay's present batch.")
OUTBOX_SENT = Counter("guichet_outbox_sent_total", "Messages sent by the relay.")
MESSAGES_HANDLED = Counter(
    "guichet_messages_handled_total",
    "Messages received, by subject and result.",
    ["subject", "result"],
)
DEAD_LETTERS = Counter("guichet_dead_letters_total", "Messages given up for an administrator.")
WORKER_RESTARTS = Counter(
    "guichet_worker_restarts_total", "Background workers started again after an error.", ["worker"]
)
