"""Write `docs/asyncapi.json`, the document of all messages, from `guichet.contracts.messages`.

`--check` writes nothing and fails where the committed document is no longer true.
FastStream is imported here alone: at run time it would cost every process (docs/adr/0007).
"""

import inspect
import json
import sys
from pathlib import Path
from typing import Any

from faststream.nats import NatsBroker
from faststream.specification import AsyncAPI

from guichet.kernel.settings import PORTS
from tools.documents import all_messages, publish

TARGET = Path("docs/asyncapi.json")


def document() -> dict[str, Any]:
    """Return the AsyncAPI document of every message that the contracts hold."""
    broker = NatsBroker(specification_url=f"nats://localhost:{PORTS['nats']}")
    for message in all_messages():
        broker.publisher(
            message.subject,
            title=message.subject,
            description=inspect.getdoc(message),
            schema=message,
        )
    specification = AsyncAPI(
        broker,
        title="Guichet: messages between the services",
        version="1",
        description="Over NATS JetStream, at least once; Nats-Msg-Id is the sender's outbox id.",
    )
    content = json.loads(specification.to_specification().to_json())
    # FastStream lists the channels in no fixed order; a committed document needs one.
    ordered: dict[str, Any] = json.loads(json.dumps(content, sort_keys=True))
    return ordered


if __name__ == "__main__":
    sys.exit(publish({TARGET: document()}, check="--check" in sys.argv, remake="make docs-api"))
