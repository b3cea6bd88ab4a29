"""Phone numbers, brought to one shape."""

import phonenumbers

REGION_DEFAULT = "FR"


def normalised(number: str, region: str = REGION_DEFAULT) -> str:
    """Return the number in E.164 ("+33612345678").

    One without a country code is read as dialled in `region`. Raises ValueError where no such
    number can exist.
    """
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number") from None
    if not phonenumbers.is_valid_number(parsed):
        raise ValueError("not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
