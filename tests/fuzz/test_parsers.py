"""Whatever is sent, a parser answers with a value or its own refusal, and with nothing else."""

import contextlib
import json
import string
from datetime import UTC, datetime
from typing import Annotated, Any, cast

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from guichet.contracts.times import in_utc, zone_of
from guichet.events.domain.moments import parse_moment
from guichet.events.domain.problems import ImageRefused
from guichet.events.pictures import prepare
from guichet.kernel.access_tokens import ALGORITHM
from guichet.kernel.context import accepted_request_id, actor_told
from guichet.kernel.language import language_of
from guichet.kernel.paging import PAGE_MAX, PER_PAGE_MAX, PageAsked
from guichet.kernel.problems import Unauthenticated
from guichet.kernel.tokens import Revocations, ServiceTokens, SigningKeys, TokenVerifier
from guichet.kernel.validation import Line, Lines, Moment
from guichet.tickets.codes import order_id_of, read_scan_code, scan_code, ticket_id_of
from guichet.tickets.payments import WebhookRejected
from guichet.tickets.payments.webhook import read_webhook, sign
from guichet.users.pictures import NotAPicture, PictureOutOfBounds, PictureTooHeavy, picture_of
from tests.fakes.issuer import FakeIssuer

SECRET = "a secret of thirty-two characters or more"
NOW = datetime(2027, 6, 15, tzinfo=UTC)
MANY = settings(
    max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
TEXT = st.text(max_size=200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=20,
)
issuer = FakeIssuer()


@MANY
@given(payload=st.binary(max_size=300), signature=TEXT)
@example(b"{}", "t=" + "9" * 400 + ",v1=00")
@example(b"{}", "t=\u0661,v1=\ud83d".encode("utf-8", "replace").decode())
def test_an_unsigned_webhook_is_rejected(payload: bytes, signature: str) -> None:
    with pytest.raises(WebhookRejected):
        read_webhook(payload, signature, NOW, SECRET)


@MANY
@given(payload=st.binary(max_size=300))
@example(b"[" * 100_000)
@example(b'{"a":' * 50_000)
@example(b'{"id":"e","type":"t","created":1e999,"data":{"object":{"object":"refund","id":"r"}}}')
def test_a_signed_webhook_that_is_no_message_is_rejected(payload: bytes) -> None:
    with pytest.raises(WebhookRejected):
        read_webhook(payload, sign(payload, SECRET, NOW), NOW, SECRET)


@MANY
@given(
    about=JSON,
    created=JSON,
    kind=st.sampled_from(["payment_intent", "refund", "dispute", "charge", "x"]),
)
def test_a_message_of_odd_shapes_is_read_or_rejected(about: Any, created: Any, kind: str) -> None:
    body = {"id": "evt_1", "type": "x", "created": created}
    inner: Any = about
    if isinstance(about, dict):
        inner = {**cast(dict[str, Any], about), "object": kind}
    payload = json.dumps({**body, "data": {"object": inner}}).encode()
    with contextlib.suppress(WebhookRejected):
        assert read_webhook(payload, sign(payload, SECRET, NOW), NOW, SECRET).event_id == "evt_1"


async def _verify(token: str) -> None:
    keys = SigningKeys(issuer.jwks)
    verifier = TokenVerifier(keys, Revocations(), issuer="guichet", audience="guichet")
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


PARTS = st.text(alphabet=string.ascii_letters + string.digits + "-_=+/ .", max_size=80)


@MANY
@given(token=st.one_of(TEXT, st.builds("{}.{}.{}".format, PARTS, PARTS, PARTS)))
@example("eyJhbGciOiJub25lIn0.e30.")
@example("." * 5000)
async def test_garbage_is_no_access_token(token: str) -> None:
    assert ALGORITHM == "ES256"
    await _verify(token)


@MANY
@given(header=TEXT)
def test_garbage_is_no_service_token(header: str) -> None:
    with pytest.raises(Unauthenticated):
        ServiceTokens(SECRET, service="things").verify(header)
    with pytest.raises(Unauthenticated):
        ServiceTokens(SECRET, service="things").verify(f"Bearer {header}")


@MANY
@given(
    text=st.one_of(TEXT, st.text(alphabet="23456789ABCDEFGHJKLMNPQRSTUVWXYZ-. tTkK", max_size=60))
)
def test_any_text_is_a_code_or_none(text: str) -> None:
    for read in (order_id_of, ticket_id_of, read_scan_code):
        found = read(text)
        assert found is None or found == read(text.upper())


@MANY
@given(number=st.integers(1, 2**35 - 1), secret=st.text(alphabet="ABCDEFGH23456789", min_size=1))
def test_a_scan_code_is_read_back(number: int, secret: str) -> None:
    assert read_scan_code(scan_code(number, secret)) == (number, secret)


@MANY
@given(header=st.one_of(st.none(), TEXT, st.text(alphabet="fren-,;q=.0123456789e+ ", max_size=60)))
@example("fr;q=nan,en;q=inf")
@example("," * 10_000)
def test_any_header_is_a_language(header: str | None) -> None:
    assert language_of(header) in {"fr", "en"}


@MANY
@given(text=TEXT)
def test_headers_of_ours_are_read_or_replaced(text: str) -> None:
    assert accepted_request_id(text)
    assert actor_told(text) is not None


@MANY
@given(text=st.one_of(TEXT, st.text(alphabet="0123456789-T:+Z. ", max_size=40)))
@example("9999-12-31T23:59:59-14:00")
@example("0001-01-01T00:00:00+14:00")
def test_a_date_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError, OverflowError):
        assert in_utc(parse_moment(text)).tzinfo is not None
    with contextlib.suppress(ValidationError):
        assert TypeAdapter(Moment).validate_python(text).tzinfo is not None
    with contextlib.suppress(ValueError):
        assert zone_of(text).key == text


@MANY
@given(text=st.text(alphabet=st.characters(), max_size=60))
def test_a_text_is_kept_on_its_lines_or_refused(text: str) -> None:
    try:
        kept = TypeAdapter(Line).validate_python(text)
    except ValidationError:
        pass
    else:
        assert len(kept.splitlines()) <= 1
    with contextlib.suppress(ValidationError):
        TypeAdapter(Lines).validate_python(text)


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000400000004008020000002506")


@settings(MANY, max_examples=60)
@given(
    content=st.binary(max_size=400), start=st.sampled_from([b"", PNG, b"\xff\xd8\xff\xe0", b"RIFF"])
)
def test_an_upload_is_a_picture_or_refused(start: bytes, content: bytes) -> None:
    with contextlib.suppress(ImageRefused):
        assert prepare(start + content).variants
    with contextlib.suppress(NotAPicture, PictureOutOfBounds, PictureTooHeavy):
        assert picture_of(start + content).content


@MANY
@given(page=TEXT, per_page=TEXT)
@example("9" * 400, "0x10")
def test_a_page_is_asked_for_or_malformed(page: str, per_page: str) -> None:
    with contextlib.suppress(ValidationError):
        asked = _Listed.model_validate({"page": page, "per_page": per_page})
        assert PageAsked(asked.page, asked.per_page).offset >= 0


class _Listed(BaseModel):
    """The query of a list, as the routes declare it."""

    page: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 1
    per_page: Annotated[int, Field(ge=1, le=PER_PAGE_MAX)] = 20
