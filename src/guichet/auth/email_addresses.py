"""One spelling for each e-mail address."""

from email_validator import EmailNotValidError, validate_email

EMAIL_CHARACTERS_MAX = 254


def normal_email(text: str) -> str:
    """Return the address as it is stored: lower case, its domain in ASCII.

    Raises ValueError where mail could not be sent there; the domain is not looked up.
    """
    try:
        # The test environment only adds the domain `.test`, which no mail ever leaves for.
        checked = validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise ValueError("not an e-mail address") from error
    address = (checked.ascii_email or checked.normalized).lower()
    if len(address) > EMAIL_CHARACTERS_MAX:
        raise ValueError("not an e-mail address")
    return address


def email_to_look_up(text: str) -> str:
    """Return the normal spelling where there is one, the text in lower case otherwise.

    For sign-in: a malformed address is simply one that no account has.
    """
    try:
        return normal_email(text)
    except ValueError:
        return text.strip().lower().replace("\0", "")
