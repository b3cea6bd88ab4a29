"""Each address has one spelling."""

import pytest

from guichet.auth.email_addresses import email_to_look_up, normal_email


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        (" Camille.Martin@Example.COM ", "camille.martin@example.com"),
        ("user+tag@example.com", "user+tag@example.com"),
        ("billet@théâtre.example.com", "billet@xn--thtre-4qa2c.example.com"),
        ("a@spectacle.test", "a@spectacle.test"),
    ],
)
def test_spellings_of_one_address_become_one(given: str, normal: str) -> None:
    assert normal_email(given) == normal
    assert normal_email(normal) == normal


@pytest.mark.parametrize(
    "given",
    [
        "",
        "nobody",
        "@example.com",
        "a@",
        "a@b@c.com",
        "a b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a\0@example.com",
        '"quoted"@example.com',
        "<script>@example.com",
        "a@localhost",
        f"{'a' * 300}@example.com",
        "a@[127.0.0.1]",
    ],
)
def test_what_no_mail_reaches_is_refused_but_can_be_looked_up(given: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        normal_email(given)
    assert "\0" not in email_to_look_up(given)
