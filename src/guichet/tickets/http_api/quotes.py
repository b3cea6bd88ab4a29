"""What a basket costs: asked by everybody who looks, so served like the hot routes."""

from guichet.kernel.hot_route import HotAnswer, HotRequest, HotRoute
from guichet.kernel.problems import Malformed
from guichet.tickets import problems, promo_problems
from guichet.tickets.context import Context
from guichet.tickets.http_api.asked import check_quantity_or_items, code_of, lines_of
from guichet.tickets.http_api.deps import PREFIX
from guichet.tickets.http_api.hot import ContextOf
from guichet.tickets.http_api.shapes import QuoteAsked
from guichet.tickets.price_views import QuoteView, quote_view


async def quote(context: Context, request: HotRequest[QuoteAsked]) -> HotAnswer:
    """Say what a basket costs, without taking anything."""
    asked = request.body
    check_quantity_or_items(asked)
    quoted = await context.quoting.quote(
        asked.event_id,
        quantity=asked.quantity,
        lines=lines_of(asked.items),
        promo_code=code_of(asked.promo_code),
        client_address=request.client_address,
    )
    return HotAnswer(200, quote_view(quoted.offer, quoted.lines, quoted.promo_code))


def routes(context_of: ContextOf) -> list[HotRoute]:
    """Return the route; `context_of` gives the open resources once the app runs."""

    async def serve_quote(request: HotRequest[QuoteAsked]) -> HotAnswer:
        return await quote(context_of(), request)

    return [
        HotRoute(
            method="POST",
            path=f"{PREFIX}/quote",
            summary="Say what a basket costs, without taking anything",
            handler=serve_quote,
            request=QuoteAsked,
            responses={200: QuoteView},
            problems=(
                Malformed,
                problems.EventNotFound,
                problems.EventCancelled,
                problems.EventOver,
                problems.TicketTypeNotFound,
                promo_problems.PromoCodeUnknown,
                promo_problems.PromoCodeNotYetValid,
                promo_problems.PromoCodeExpired,
                promo_problems.PromoCodeUsedUp,
                promo_problems.PromoCodeNotApplicable,
                promo_problems.TooManyWrongCodes,
            ),
            token="none",  # noqa: S106 - a mode, not a secret
            tag="purchase",
        )
    ]
