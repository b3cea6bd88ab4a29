"""OpenTelemetry traces, where an endpoint is set; otherwise a trace's id is only passed on.

The SDK is imported by `configure_tracing` alone: a process without an endpoint never pays for it.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from guichet.kernel.context import TRACEPARENT_HEADER, traceparent

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer


class _State:
    tracer: "Tracer | None" = None


def configure_tracing(service: str, endpoint: str, exporter: "SpanExporter | None" = None) -> None:
    """Send this process's spans to an OTLP endpoint, such as `http://collector:4318/v1/traces`.

    Does nothing without an endpoint. `exporter` replaces the one for OTLP.
    """
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - costs a second
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    provider = TracerProvider(resource=Resource.create({"service.name": f"guichet-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter(endpoint)))
    _State.tracer = provider.get_tracer("guichet")


@contextmanager
def span(name: str) -> Generator[None]:
    """Note a piece of work as a span below the one that `traceparent` names.

    Inside, `traceparent` names this span, so that what is called or told from here hangs below it.
    """
    tracer = _State.tracer
    if tracer is None:
        yield
        return
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - loaded by now
        TraceContextTextMapPropagator,
    )

    propagator = TraceContextTextMapPropagator()
    parent = propagator.extract({TRACEPARENT_HEADER: traceparent.get()})
    with tracer.start_as_current_span(name, context=parent):
        carrier: dict[str, str] = {}
        propagator.inject(carrier)
        outer = traceparent.set(carrier.get(TRACEPARENT_HEADER, ""))
        try:
            yield
        finally:
            traceparent.reset(outer)


@contextmanager
def spans(name: str, parents: Sequence[str]) -> Generator[None]:
    """Note one piece of work that was done for several, as a span below each one's `traceparent`.

    What is called from inside belongs to none of them.
    """
    tracer = _State.tracer
    if tracer is None:
        yield
        return
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - loaded by now
        TraceContextTextMapPropagator,
    )

    propagator = TraceContextTextMapPropagator()
    begun = [
        tracer.start_span(name, context=propagator.extract({TRACEPARENT_HEADER: parent}))
        for parent in parents
    ]
    try:
        yield
    finally:
        for each in begun:
            each.end()
