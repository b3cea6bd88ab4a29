"""The provider's test methods that the contract suite uses, and what becomes of them."""

PAYS = "pm_card_visa"
DECLINED = "pm_card_visa_chargeDeclined"
LACKS_FUNDS = "pm_card_visa_chargeDeclinedInsufficientFunds"
ASKS_BUYER = "pm_card_authenticationRequiredOnSetup"

DECLINES = {
    DECLINED: ("card_declined", "generic_decline"),
    LACKS_FUNDS: ("card_declined", "insufficient_funds"),
}
NEEDS_HOLDER = {ASKS_BUYER}
