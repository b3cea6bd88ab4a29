"""Receipts, invoices and credit notes of an order, and who sells."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from guichet.contracts.money import Amount
from guichet.contracts.roles import Permission, require
from guichet.kernel.callers import Caller, OptionalCaller
from guichet.kernel.hot_route import problem_responses
from guichet.kernel.problems import Forbidden, Problem, Unauthenticated
from guichet.kernel.tokens import Principal
from guichet.kernel.validation import Line, Refused, one_line
from guichet.tickets.codes import order_code
from guichet.tickets.documents.invoices import document_pdf
from guichet.tickets.http_api.deps import PREFIX, Ctx, QueryId
from guichet.tickets.http_api.order_access import readable_order
from guichet.tickets.invoice_content import Content, Kind, Seller
from guichet.tickets.problems import DocumentNotFound, OrderNotFound

SIREN_DIGITS, SIRET_DIGITS = 9, 14

router = APIRouter(prefix=PREFIX, tags=["documents"])

Access = Annotated[str | None, Query(max_length=100)]
AskedLanguage = Annotated[
    Literal["fr", "en"] | None, Query(description="The buyer's, unless told.")
]


class DocumentView(BaseModel):
    """A receipt, invoice or credit note; `url` is its PDF below this API's address."""

    number: str
    kind: Kind
    issued_at: datetime
    total: Amount
    currency: str
    url: str


class DocumentsView(BaseModel):
    """The documents of an order: the sale's first, then a credit note for each refund."""

    data: list[DocumentView]


def _spaceless_upper(value: object) -> object:
    return "".join(value.split()).upper() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _nothing(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


Text = Annotated[Line, StringConstraints(min_length=1, max_length=200)]
Country = Annotated[str, BeforeValidator(_upper), StringConstraints(pattern=r"^[A-Z]{2}$")]
Registration = Annotated[
    str, BeforeValidator(_spaceless_upper), StringConstraints(pattern=r"^[A-Z0-9./-]{2,30}$")
]
VatNumber = Annotated[
    Annotated[
        str,
        BeforeValidator(_spaceless_upper),
        StringConstraints(pattern=r"^[A-Z]{2}[A-Z0-9]{2,13}$"),
        AfterValidator(one_line),
    ]
    | None,
    BeforeValidator(_nothing),
]
InvoicePrefix = Annotated[
    Annotated[str, BeforeValidator(_upper), StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,9}$")]
    | None,
    BeforeValidator(_nothing),
]


class SellerBody(BaseModel):
    """Who sells. `country` is of two letters (ISO 3166), `registration_number` a French SIREN or
    SIRET or another country's; without `vat_number` there is none. `invoice_prefix` begins the
    numbers of the documents to come; without one they begin with the organiser's number.
    """

    legal_name: Text
    address: Text
    postal_code: Annotated[Line, StringConstraints(min_length=1, max_length=20)]
    city: Text
    country: Country = "FR"
    registration_number: Registration
    vat_number: VatNumber = None
    invoice_prefix: InvoicePrefix = None

    @field_validator("registration_number")
    @classmethod
    def _registered_as_its_country_does(cls, number: str, info: ValidationInfo) -> str:
        if "country" not in info.data:
            return number  # That field's own refusal comes first.
        if info.data["country"] == "FR":
            # A SIRET is as long as a card number, and passes the same check.
            if not number.isdigit() or len(number) not in {SIREN_DIGITS, SIRET_DIGITS}:
                raise Refused(
                    fr="Un SIREN de 9 chiffres ou un SIRET de 14 chiffres est attendu.",
                    en="A SIREN of 9 digits or a SIRET of 14 digits is expected.",
                )
            return number
        return one_line(number)


def _refusals(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    return {**problem_responses([Unauthenticated, *problems])}


@router.get("/orders/{code}/documents", responses=_refusals(OrderNotFound))
async def list_documents(
    code: str, context: Ctx, caller: OptionalCaller, access: Access = None
) -> DocumentsView:
    """List the receipt or invoice of an order and its credit notes.

    To its buyer, the event's organiser, an administrator, or whoever has the link. What is free
    has none.
    """
    order_id = (await readable_order(context, code, caller, access)).order_id
    found = await context.invoicing.documents_of(order_id)
    return DocumentsView.model_construct(
        data=[
            DocumentView.model_construct(
                number=document.number,
                kind=document.kind,
                issued_at=document.issued_at,
                total=document.total_minor,
                currency=document.currency,
                url=f"{PREFIX}/orders/{order_code(order_id)}/documents/{document.number}.pdf",
            )
            for document in found
        ]
    )


_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}}},
    **_refusals(OrderNotFound, DocumentNotFound),
}


@router.get("/orders/{code}/documents/{number}.pdf", response_class=Response, responses=_PDF)
async def read_document(
    code: str,
    number: str,
    context: Ctx,
    caller: OptionalCaller,
    access: Access = None,
    language: AskedLanguage = None,
) -> Response:
    """Return one of an order's documents as a PDF; to those who may list them."""
    order_id = (await readable_order(context, code, caller, access)).order_id
    return await _pdf(await context.invoicing.content(order_id, number), language)


@router.get("/orders/{code}/receipt.pdf", response_class=Response, responses=_PDF)
async def read_receipt(
    code: str,
    context: Ctx,
    caller: OptionalCaller,
    access: Access = None,
    language: AskedLanguage = None,
) -> Response:
    """Return an order's receipt or invoice as a PDF; to those who may list its documents."""
    order_id = (await readable_order(context, code, caller, access)).order_id
    return await _pdf(await context.invoicing.receipt(order_id), language)


@router.get("/seller", responses=_refusals(Forbidden))
async def read_seller(
    context: Ctx, caller: Caller, organiser_id: QueryId | None = None
) -> SellerBody | None:
    """Return the seller details of the caller, or of the organiser whom an administrator names.

    Null where none have been given yet: what is numbered then are receipts.
    """
    seller = await context.invoicing.seller(_organiser(caller, organiser_id))
    return None if seller is None else _seller_body(seller)


@router.put("/seller", responses=_refusals(Forbidden))
async def set_seller(
    body: SellerBody, context: Ctx, caller: Caller, organiser_id: QueryId | None = None
) -> SellerBody:
    """Store the seller details: what is numbered from now on is an invoice that names them."""
    seller = Seller(**body.model_dump())
    return _seller_body(
        await context.invoicing.set_seller(_organiser(caller, organiser_id), seller)
    )


def _seller_body(seller: Seller) -> SellerBody:
    values = {name: getattr(seller, name) for name in SellerBody.model_fields}
    return SellerBody.model_construct(**values)


def _organiser(caller: Principal, organiser_id: int | None) -> int:
    """Return whose details are meant; raises `Forbidden` for others' than one's own."""
    require(caller, Permission.CREATE_EVENTS)
    if organiser_id not in {None, caller.account_id}:
        require(caller, Permission.MANAGE_ALL_EVENTS)
    return organiser_id or caller.account_id


async def _pdf(content: Content, language: str | None) -> Response:
    return Response(
        await document_pdf(content, language or content.language),
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{content.number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )
