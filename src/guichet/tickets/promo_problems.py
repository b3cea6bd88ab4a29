"""What is refused about promo codes, as callers see it."""

from guichet.kernel import problems


class PromoCodeUnknown(problems.NotFound):
    """The event has no such code."""

    code = "promo_code_unknown"
    fr = "Ce code promo n'existe pas pour cet événement."
    en = "This event has no such promo code."


class PromoCodeNotYetValid(problems.Conflict):
    """The code's time has not come."""

    code = "promo_code_not_yet_valid"
    fr = "Ce code promo n'est pas encore valable."
    en = "This promo code is not valid yet."


class PromoCodeExpired(problems.Conflict):
    """The code's time is over."""

    code = "promo_code_expired"
    fr = "Ce code promo n'est plus valable."
    en = "This promo code is no longer valid."


class PromoCodeUsedUp(problems.Conflict):
    """Every use of the code is taken."""

    code = "promo_code_used_up"
    fr = "Ce code promo a été utilisé autant de fois que possible."
    en = "This promo code has been used as often as it may be."


class PromoCodeNotApplicable(problems.Conflict):
    """The code counts for none of the tickets asked for."""

    code = "promo_code_not_applicable"
    fr = "Ce code promo ne concerne aucun des billets choisis."
    en = "This promo code applies to none of the tickets chosen."


class PromoCodeExists(problems.Conflict):
    """The event has this code already."""

    code = "promo_code_exists"
    fr = "Cet événement a déjà ce code promo."
    en = "This event already has this promo code."


class PromoLimitBelowUses(problems.Conflict):
    """A limit would fall below how often the code is in use."""

    code = "promo_limit_below_uses"
    fr = "Ce code promo est déjà utilisé {uses} fois : la limite ne peut pas descendre à {limit}."
    en = "This promo code is in use {uses} times already: the limit cannot fall to {limit}."


class TooManyWrongCodes(problems.TooManyRequests):
    """This address has tried too many codes that do not exist."""

    code = "too_many_wrong_codes"
    fr = "Trop de codes inexistants ont été essayés : réessayez dans quelques minutes."
    en = "Too many codes that do not exist were tried: try again in some minutes."
