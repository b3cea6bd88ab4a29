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
REQUESTS_SHED = Counter(
    "guichet_requests_shed_total",
    "Requests refused before any work was done for them, by reason: late, queue or pace.",
    ["reason"],
)
BATCH_WAITING = Gauge("guichet_batch_waiting", "Requests that wait for their batch.", ["writer"])
BATCH_REQUESTS = Histogram(
    "guichet_batch_requests",
    "Requests written together in one commit.",
    ["writer"],
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512),
)
BATCH_WAIT_SECONDS = Histogram(
    "guichet_batch_wait_seconds",
    "How long the first request of a batch has waited for it.",
    ["writer"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
BATCH_WRITE_SECONDS = Histogram(
    "guichet_batch_write_seconds",
    "How long a batch takes to be written and committed.",
    ["writer"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
