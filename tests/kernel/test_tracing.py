"""Traces hang together across calls and messages, and cost nothing where nobody wants them."""

import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from guichet.kernel import tracing
from guichet.kernel.context import outgoing_headers, traceparent
from guichet.kernel.tracing import configure_tracing, span, spans

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    configure_tracing("test", "http://127.0.0.1:1/v1/traces", exporter)
    yield exporter
    tracing._State.tracer = None  # pyright: ignore[reportPrivateUsage] - no setting ends it


def finished(exporter: InMemorySpanExporter, wanted: int) -> list[ReadableSpan]:
    tracer = tracing._State.tracer  # pyright: ignore[reportPrivateUsage] - to send what waits
    assert tracer is not None
    tracer.span_processor.force_flush()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - the SDK's tracer has it
    found = list(exporter.get_finished_spans())
    assert len(found) == wanted
    return found


def test_a_span_hangs_below_the_one_that_came_and_is_passed_on(
    exported: InMemorySpanExporter,
) -> None:
    token = traceparent.set(PARENT)
    try:
        with span("outer"):
            passed_on = outgoing_headers()["traceparent"]
            with span("inner"):
                pass
        assert traceparent.get() == PARENT
    finally:
        traceparent.reset(token)
    inner, outer = finished(exported, 2)
    assert outer.parent is not None and inner.parent is not None
    assert outer.context is not None
    assert f"{outer.parent.span_id:016x}" == PARENT.split("-")[2]
    assert inner.parent.span_id == outer.context.span_id
    assert passed_on.split("-")[1] == PARENT.split("-")[1]
    assert passed_on.split("-")[2] == f"{outer.context.span_id:016x}"


def test_work_done_for_several_shows_below_each_of_them(exported: InMemorySpanExporter) -> None:
    other = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"
    with spans("together", [PARENT, other]):
        assert "traceparent" not in outgoing_headers()
    both = finished(exported, 2)
    assert [f"{each.parent.span_id:016x}" for each in both if each.parent is not None] == [
        PARENT.split("-")[2],
        other.split("-")[2],
    ]


def test_without_an_endpoint_the_trace_is_passed_on_as_it_came() -> None:
    configure_tracing("test", "")
    token = traceparent.set(PARENT)
    try:
        with span("anything"):
            assert outgoing_headers()["traceparent"] == PARENT
    finally:
        traceparent.reset(token)


def test_a_process_without_an_endpoint_does_not_load_the_sdk() -> None:
    assert "guichet.kernel.tracing" in sys.modules
    source = tracing.__spec__.loader.get_source("guichet.kernel.tracing")  # pyright: ignore[reportAttributeAccessIssue, reportOptionalMemberAccess] - a source file
    at_import = [line for line in source.splitlines() if line.startswith(("import", "from"))]
    assert not any("opentelemetry" in line for line in at_import)
